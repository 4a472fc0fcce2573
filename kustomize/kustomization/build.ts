import { nameHash } from "../generate/name-hash.ts";
import { checkResource, type KubernetesResource } from "../kubernetes-resource.ts";
import { inFile } from "../kustomize-error.ts";
import { BUILD_ANNOTATIONS, NOTES, type Resource } from "../resource/resource.ts";
import { identityOf } from "../resource/resource-id.ts";
import { setEntries } from "../transform/metadata.ts";
import { followNames } from "../transform/name-references.ts";
import { sortResources } from "../transform/sort-order.ts";
import { resolveVars } from "../transform/vars.ts";
import { type JsonValue, toJson } from "../yaml/json-value.ts";
import { accumulate, nothing } from "./accumulate.ts";
import { dropMetadata, MANAGED_BY } from "./build-metadata.ts";
import type { Folder } from "./folder.ts";
import type { KustomizationFile } from "./read-kustomization.ts";

/** An object that was built, as JSON, and the file it is from. */
export interface Built {
  readonly file: string;
  readonly value: JsonValue;
}

/** Builds a kustomization to objects that can be applied. Throws a KustomizeError. */
export function buildTarget(folder: Folder, own: KustomizationFile): KubernetesResource[] {
  return buildJson(folder, own).map(({ file, value }) => checkResource(file, withNumbers(value)));
}

/**
 * Builds a kustomization: gathers and changes its objects, then what comes once at the end (kustomize api/krusty): hashes
 * after names, names that follow, vars, order, and away with what only the build needed.
 */
export function buildJson(folder: Folder, own: KustomizationFile): Built[] {
  const { buildMetadata = [], sortOptions } = own.content;
  const origin = buildMetadata.length > 0 ? "" : undefined;
  const { set, config, vars } = accumulate({ folder, own, origin }, nothing());
  return inFile(own.file, () => {
    for (const resource of set.list) addHash(resource);
    followNames(set, config.nameReference);
    resolveVars(set, vars, config.varReference);
    set.list = sortResources(withoutLocal(set.list), sortOptions);
    if (buildMetadata.includes("managedByLabel")) {
      const fields = [{ path: "metadata/labels", create: true }];
      setEntries(set.list, new Map([["app.kubernetes.io/managed-by", MANAGED_BY]]), fields);
    }
    return set.list.map((resource) => finish(own.file, resource, buildMetadata));
  });
}

function addHash(resource: Resource): void {
  if (resource.note(NOTES.needsHash) !== "enabled") return;
  const hash = nameHash(resource);
  resource.rememberId();
  resource.name = `${resource.name}-${hash}`;
}

/** Objects that say that they are for tools only stay behind, and so does what is called the same. */
function withoutLocal(resources: readonly Resource[]): Resource[] {
  const kept = resources.filter((resource) => {
    const local = resource.annotations().get("config.kubernetes.io/local-config");
    return local === undefined || local === "false";
  });
  const ids = new Set(kept.map((resource) => identityOf(resource.id())));
  return resources.filter((resource) => ids.has(identityOf(resource.id())));
}

function finish(file: string, resource: Resource, buildMetadata: readonly string[]): Built {
  const annotations = resource.annotations();
  if (annotations.size > 0) {
    for (const note of BUILD_ANNOTATIONS) annotations.delete(note);
    resource.setAnnotations(annotations);
  }
  dropMetadata(resource, buildMetadata);
  const { node } = resource;
  const from = resource.file ?? file;
  return { file: from, value: node ? inFile(from, () => toJson(node)) : null };
}

/** What JavaScript reads of JSON: every number a double. */
function withNumbers(value: JsonValue): unknown {
  if (typeof value === "bigint") return Number(value);
  if (Array.isArray(value)) return value.map(withNumbers);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, field]) => [key, withNumbers(field)]));
}
