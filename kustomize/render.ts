import type { KubernetesResource } from "./kubernetes-resource.ts";
import { buildJson, buildTarget } from "./kustomization/build.ts";
import type { Folder, FolderOptions, ReadFile } from "./kustomization/folder.ts";
import { readKustomization } from "./kustomization/read-kustomization.ts";
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
  const folder: Folder = { path: directory, readFile, options, parent: undefined };
  return buildTarget(folder, readKustomization(folder));
}

/** The same as the text that `kubectl kustomize` prints, byte for byte. */
export function renderToYaml(directory: string, readFile: ReadFile, options: FolderOptions = {}): string {
  const folder: Folder = { path: directory, readFile, options, parent: undefined };
  return buildJson(folder, readKustomization(folder))
    .map(({ value }) => printYaml(value))
    .join("---\n");
}
