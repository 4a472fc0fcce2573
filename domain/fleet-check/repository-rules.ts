import { parse } from "yaml";
import type { Severity } from "../finding.ts";
import type { RuleFinding } from "./fleet-rule.ts";
import type { ClusterTree } from "./flux/cluster-tree.ts";
import { KUSTOMIZE_GROUP } from "./flux/flux-specs.ts";
import { isFields, listAt, textAt } from "./objects/fields.ts";
import { baseName, folderOf, isManifest, isWithin } from "./objects/paths.ts";
import type { SourceDocuments } from "./objects/source-documents.ts";
import type { Place, RepositoryFiles } from "./repository.ts";

/** A repository with all of its clusters. */
export interface RepositoryFacts {
  readonly files: RepositoryFiles;
  readonly documents: SourceDocuments;
  readonly clusters: readonly ClusterTree[];
  /** Whether all clusters were read, and not one that was asked for. */
  readonly isWhole: boolean;
}

/** One check of the repository as a whole. */
export interface RepositoryRule {
  readonly code: string;
  readonly severity: Severity;
  readonly sentence: string;
  readonly remedy: string;
  readonly check: (facts: RepositoryFacts) => readonly RuleFinding[];
}

const ENVIRONMENTS =
  /(?:^|[-_./])(dev|development|test|tst|qa|uat|acc|acceptance|int|stage|staging|stg|preprod|prod|production|prd|sandbox)(?:$|[-_./\d])/;

/** The environment that a path is for: a word in it, or the cluster in whose folder it lies. */
function environmentOf(path: string, clusters: readonly ClusterTree[]): string | null {
  const [, word] = ENVIRONMENTS.exec(path) ?? [];
  const cluster = clusters.find((each) => each.path !== "" && isWithin(each.path, path));
  return word ?? cluster?.name ?? null;
}

/** Whoever has the key of dev reads the secrets of prod. */
const sharedSopsKey: RepositoryRule = {
  code: "SharedSopsKey",
  severity: "warning",
  sentence: "No SOPS key opens the secrets of two environments.",
  remedy: "Give each environment a key of its own in .sops.yaml, and run sops updatekeys.",
  check: ({ files, clusters }) => {
    const uses = new Map<string, Map<string, Place>>();
    const note = (key: string, environment: string | null, place: Place) => {
      if (environment === null) return;
      const known = uses.get(key) ?? new Map<string, Place>();
      if (!known.has(environment)) known.set(environment, place);
      uses.set(key, known);
    };
    for (const file of files.paths) {
      if (baseName(file) === ".sops.yaml") noteRules(file, files.read(file) ?? "", { clusters, files, note });
      else if (isManifest(file))
        noteEncrypted(file, files.read(file) ?? "", (key, place) => note(key, environmentOf(file, clusters), place));
    }
    return [...uses]
      .filter(([, environments]) => environments.size > 1)
      .map(([key, environments]) => ({
        subject: shortKey(key),
        message: `one SOPS key (${shortKey(key)}) opens the secrets of ${[...environments.keys()].sort().join(" and ")}`,
        places: [...environments.values()],
      }));
  },
};

/** A public key, short enough to be read. */
function shortKey(key: string): string {
  return key.length > 24 ? `${key.slice(0, 16)}...` : key;
}

function noteEncrypted(file: string, text: string, note: (key: string, place: Place) => void): void {
  if (!/^sops:/m.test(text)) return;
  text.split("\n").forEach((line, index) => {
    const [, key] = /^\s*(?:-\s+)?(?:recipient|fp|arn|resource_id):\s*["']?([^"'\s]+)/.exec(line) ?? [];
    if (key !== undefined) note(key, { file, line: index + 1 });
  });
}

interface Noting {
  readonly clusters: readonly ClusterTree[];
  readonly files: RepositoryFiles;
  readonly note: (key: string, environment: string | null, place: Place) => void;
}

/** What the rules of a .sops.yaml say of files that will be encrypted: an environment that a pattern names. */
function noteRules(file: string, text: string, { clusters, note }: Noting): void {
  let rules: unknown;
  try {
    rules = parse(text, { logLevel: "silent" });
  } catch {
    return;
  }
  const lines = text.split("\n");
  for (const rule of listAt(rules, "creation_rules").filter(isFields)) {
    const pattern = textAt(rule, "path_regex") ?? "";
    const folder = folderOf(file);
    const environment = environmentOf(
      `${folder}/${pattern.replace(/[\\^$*+?()[\]|]/g, "")}`.replace(/^\//, ""),
      clusters,
    );
    const keys = ["age", "pgp", "kms", "azure_keyvault"].flatMap((field) =>
      (textAt(rule, field) ?? "").split(/[\s,]+/),
    );
    for (const key of keys.filter((each) => each !== "")) {
      const at = lines.findIndex((line) => pattern !== "" && line.includes(pattern));
      note(key, environment, { file, line: Math.max(0, at) + 1 });
    }
  }
}

/** What no cluster applies is forgotten, or believed to be running. */
const notReached: RepositoryRule = {
  code: "NotReached",
  severity: "info",
  sentence: "Each Kustomization of Flux in the repository is applied by some cluster.",
  remedy: "Name its file in a kustomization that a cluster applies, or delete it.",
  check: ({ files, documents, clusters, isWhole }) => {
    if (!isWhole) return [];
    const reached = new Set(
      clusters.flatMap(({ units }) =>
        units.flatMap(({ object, objects }) => [object, ...objects].map((each) => each?.file)),
      ),
    );
    return files.paths
      .filter((file) => isManifest(file) && !reached.has(file) && (files.read(file) ?? "").includes(KUSTOMIZE_GROUP))
      .flatMap((file) =>
        documents
          .of(file)
          .filter(
            // Without a source it is a patch of one.
            ({ kind, apiVersion, name, lines }) =>
              kind === "Kustomization" &&
              apiVersion.startsWith(KUSTOMIZE_GROUP) &&
              name !== "" &&
              lines.some((line) => /^\s+sourceRef:/.test(line)),
          )
          .map(({ name, line }) => ({
            subject: name,
            message: `no cluster applies the Kustomization ${name}`,
            places: [{ file, line }],
          })),
      );
  },
};

/** Checks of the repository as a whole, in the order in which their findings are listed. */
export const REPOSITORY_RULES: readonly RepositoryRule[] = [sharedSopsKey, notReached];
