import { nameHash } from "./generate/name-hash.ts";
import { checkResource, type KubernetesResource } from "./kubernetes-resource.ts";
import { accumulate, nothing } from "./kustomization/accumulate.ts";
import { dropMetadata, MANAGED_BY } from "./kustomization/build-metadata.ts";
import type { Folder, FolderOptions, ReadFile } from "./kustomization/folder.ts";
import { readKustomization } from "./kustomization/read-kustomization.ts";
import { inFile } from "./kustomize-error.ts";
import { BUILD_ANNOTATIONS, NOTES, type Resource } from "./resource/resource.ts";
import { sameId } from "./resource/resource-id.ts";
import { setEntries } from "./transform/metadata.ts";
import { followNames } from "./transform/name-references.ts";
import { sortResources } from "./transform/sort-order.ts";
import { resolveVars } from "./transform/vars.ts";
import { type JsonValue, toJson } from "./yaml/json-value.ts";
import { printYaml } from "./yaml/print-yaml.ts";

export type { ReadFile } from "./kustomization/folder.ts";

/**
 * Renders the kustomization in `directory` as `kubectl kustomize` does, in its order.
 * Pure: all it knows of the world it learns through `readFile`. Throws a KustomizeError for what kustomize refuses and
 * for what is not supported here; docs/kustomize.md lists both.
 */
export function renderKustomization(
  directory: string,
  readFile: ReadFile,
  options: FolderOptions = {},
): KubernetesResource[] {
  return build(directory, readFile, options).map(({ file, value }) => checkResource(file, withNumbers(value)));
}

/** The same as the text that `kubectl kustomize` prints, byte for byte. */
export function renderToYaml(directory: string, readFile: ReadFile, options: FolderOptions = {}): string {
  return build(directory, readFile, options)
    .map(({ value }) => printYaml(value))
    .join("---\n");
}

interface Built {
  readonly file: string;
  readonly value: JsonValue;
}

function build(directory: string, readFile: ReadFile, options: FolderOptions): Built[] {
  const folder: Folder = { path: directory, readFile, options, parent: undefined };
  const own = readKustomization(folder);
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
  const ids = kept.map((resource) => resource.id());
  return resources.filter((resource) => ids.some((id) => sameId(id, resource.id())));
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
