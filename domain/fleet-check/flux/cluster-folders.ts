import { baseName, cleanPath, folderOf, isManifest, isWithin } from "../objects/paths.ts";
import type { RepositoryFiles } from "../repository.ts";

/** Names of folders that are parts of a cluster and not clusters. */
const PARTS =
  /^(?:apps?|infra|infrastructure|base|common|core|configs?|controllers?|crds?|flux-system|namespaces?|shared|system|tenants?|monitoring)$/;
const KUSTOMIZATION_FILE = /(?:^|\/)(?:kustomization\.ya?ml|Kustomization)$/;

/**
 * The folders of clusters of a repository in which nothing bootstraps itself, as with a Flux configuration of AKS, which says in
 * Azure what to apply: those below `clusters`, else those given, else all kustomizations that no other one takes in.
 */
export function foldersOfClusters(files: RepositoryFiles, given: readonly string[]): string[] {
  const manifests = files.paths.filter((path) => isManifest(path) || KUSTOMIZATION_FILE.test(path));
  const folders = new Set<string>();
  for (const path of manifests) {
    const match = /^((?:[^/]+\/){0,2}?clusters)\//.exec(path);
    if (match?.[1]) folders.add(match[1]);
  }
  const below = [...folders].flatMap((folder) => clustersBelow(folder, manifests));
  if (below.length > 0) return below;
  return given.length > 0 ? [...given] : topKustomizations(files);
}

function clustersBelow(folder: string, manifests: readonly string[]): string[] {
  return childrenOf(folder, manifests).flatMap((child) => {
    const own = manifests.some((path) => folderOf(path) === child);
    const parts = childrenOf(child, manifests);
    if (own || parts.length === 0 || parts.some((part) => PARTS.test(baseName(part)))) return [child];
    return clustersBelow(child, manifests);
  });
}

/** The folders right below a folder that hold manifests, however deep. */
function childrenOf(folder: string, manifests: readonly string[]): string[] {
  const children = new Set<string>();
  for (const path of manifests) {
    if (!isWithin(folder, path)) continue;
    const rest = folder === "" ? path : path.slice(folder.length + 1);
    const slash = rest.indexOf("/");
    if (slash > 0) children.add(folder === "" ? rest.slice(0, slash) : `${folder}/${rest.slice(0, slash)}`);
  }
  return [...children].sort();
}

function topKustomizations(files: RepositoryFiles): string[] {
  const own = files.paths.filter((path) => KUSTOMIZATION_FILE.test(path));
  const taken = new Set<string>();
  for (const file of own) {
    const text = files.read(file) ?? "";
    if (/^kind:\s*Component/m.test(text)) taken.add(folderOf(file));
    for (const [, entry = ""] of text.matchAll(/^\s*-\s+["']?([^\s"'#]+)/gm)) {
      taken.add(cleanPath(`${folderOf(file)}/${entry}`));
    }
  }
  return own.map(folderOf).filter((folder) => !taken.has(folder));
}
