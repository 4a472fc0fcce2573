import { parse } from "yaml";
import { type Fields, isFields, textAt, valueAt } from "../objects/fields.ts";
import { baseName, cleanPath, folderOf, isManifest, isWithin } from "../objects/paths.ts";
import type { SourceDocument, SourceDocuments } from "../objects/source-documents.ts";
import type { RepositoryFiles } from "../repository.ts";
import { foldersOfClusters } from "./cluster-folders.ts";
import {
  fluxInstanceSchema,
  KUSTOMIZE_GROUP,
  kustomizationSchema,
  OPERATOR_GROUP,
  SOURCE_GROUP,
} from "./flux-specs.ts";

/** Where a cluster begins: the path that it is told to apply, and by what. */
export interface ClusterEntry {
  readonly name: string;
  readonly path: string;
  /** The Kustomization that applies the path; null where something outside of Git does, such as a Flux configuration of AKS. */
  readonly sync: { readonly namespace: string; readonly name: string; readonly spec: Fields } | null;
  /** The URL that it says the repository has; null when it does not say. */
  readonly url: string | null;
}

interface Parsed {
  readonly document: SourceDocument;
  readonly body: Fields;
}

/**
 * Finds the clusters of a repository: what bootstraps itself (`flux bootstrap`, FluxInstance); without any of these the folders
 * below `clusters`, and without these the kustomizations that no other one takes in. Sorted by name.
 */
export function findClusterEntries(files: RepositoryFiles, documents: SourceDocuments): ClusterEntry[] {
  const parsed = files.paths.filter(isManifest).flatMap((file) => fluxDocuments(file, files, documents));
  const bootstrapped = [...parsed.flatMap((own) => syncEntry(own, parsed)), ...parsed.flatMap(instanceEntry)];
  const entries =
    bootstrapped.length > 0
      ? bootstrapped
      : foldersOfClusters(files, unappliedFolders(parsed)).map((path) => ({ name: path, path, sync: null, url: null }));
  const byPath = new Map(entries.map((entry) => [entry.path, entry]));
  return withNames([...byPath.values()]);
}

/** The documents of Flux's own kinds that can begin a cluster. */
function fluxDocuments(file: string, files: RepositoryFiles, documents: SourceDocuments): Parsed[] {
  const text = files.read(file) ?? "";
  if (!text.includes(KUSTOMIZE_GROUP) && !text.includes(SOURCE_GROUP) && !text.includes(OPERATOR_GROUP)) return [];
  return documents
    .of(file)
    .filter(({ kind, apiVersion }) => isBeginning(kind) && !apiVersion.startsWith("kustomize.config"))
    .flatMap((document) => {
      const body = parseDocument(document);
      return body ? [{ document, body }] : [];
    });
}

function isBeginning(kind: string): boolean {
  return ["Kustomization", "GitRepository", "OCIRepository", "Bucket", "FluxInstance"].includes(kind);
}

/** Null for what is no YAML: whoever renders the file says what is wrong. */
function parseDocument({ lines }: SourceDocument): Fields | null {
  try {
    const body: unknown = parse(lines.join("\n"), { logLevel: "silent" });
    return isFields(body) ? body : null;
  } catch {
    return null;
  }
}

/** A Kustomization that lies within its own path applies itself: what `flux bootstrap` leaves. */
function syncEntry({ document, body }: Parsed, all: readonly Parsed[]): ClusterEntry[] {
  if (document.kind !== "Kustomization") return [];
  const spec = kustomizationSchema.safeParse(body.spec);
  if (!spec.success) return [];
  const path = cleanPath(spec.data.path);
  const inFluxSystem = baseName(folderOf(document.file)) === "flux-system" || document.name === "flux-system";
  if (!isWithin(path, document.file) || (path === "" && !inFluxSystem)) return [];
  const namespace = textAt(body, "metadata", "namespace") ?? "flux-system";
  const { kind, name } = spec.data.sourceRef;
  const source = all.find(
    (other) => other.document.kind === kind && other.document.name === name && isWithin(path, other.document.file),
  );
  if (!inFluxSystem && source === undefined) return [];
  const sync = { namespace, name: document.name, spec: isFields(body.spec) ? body.spec : {} };
  return [{ name: path, path, sync, url: textAt(source?.body, "spec", "url") ?? null }];
}

/** The folders of Kustomizations that no other Kustomization applies. */
function unappliedFolders(parsed: readonly Parsed[]): string[] {
  const own = parsed.filter(({ document }) => document.kind === "Kustomization");
  const applied = own.map(({ body }) => cleanPath(textAt(body, "spec", "path") ?? "")).filter((path) => path !== "");
  const free = own.filter(({ document }) => !applied.some((path) => isWithin(path, document.file)));
  return [...new Set(free.map(({ document }) => folderOf(document.file)))];
}

function instanceEntry({ document, body }: Parsed): ClusterEntry[] {
  if (document.kind !== "FluxInstance") return [];
  const spec = fluxInstanceSchema.safeParse(valueAt(body, "spec"));
  if (!spec.success) return [];
  const { path, url, kind, name = "flux-system" } = spec.data.sync;
  const clean = cleanPath(path);
  const namespace = textAt(body, "metadata", "namespace") ?? "flux-system";
  const sync = { namespace, name, spec: { path: clean, sourceRef: { kind, name } } };
  return [{ name: clean, path: clean, sync, url }];
}

/** Folders that say nothing of which cluster it is. */
const GENERIC = ["flux", "flux-system", "cluster", "bootstrap", "kubernetes", "k8s", "gitops", "deploy", "main"];

/** Names by the last telling part of the path; by the whole path where these are not unique. */
function withNames(entries: readonly ClusterEntry[]): ClusterEntry[] {
  const short = entries.map(({ path }) => {
    const parts = path.split("/").filter((part) => part !== "");
    return parts.findLast((part) => !GENERIC.includes(part)) ?? parts.at(-1) ?? "cluster";
  });
  const names = entries.map(({ path }, index) => {
    const name = short[index] ?? path;
    return short.filter((other) => other === name).length > 1 && path !== "" ? path : name;
  });
  return entries
    .map((entry, index) => ({ ...entry, name: names[index] ?? entry.name }))
    .toSorted((one, other) => (one.name < other.name ? -1 : 1));
}
