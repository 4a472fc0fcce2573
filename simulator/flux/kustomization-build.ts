import { parse, stringify } from "yaml";
import { checkResource, type KubernetesResource } from "../../kustomize/kubernetes-resource.ts";
import { KustomizeError } from "../../kustomize/kustomize-error.ts";
import { joinPath } from "../../kustomize/path.ts";
import { type ReadFile, renderKustomization } from "../../kustomize/render.ts";
import type { ClusterModel } from "../kubernetes/model/cluster-model.ts";
import { isObject } from "../kubernetes/model/list-keys.ts";
import { FluxFailure } from "./flux-failure.ts";
import type { KustomizationSpec } from "./kustomization-spec.ts";
import { decryptResource, importKeys, isEncrypted } from "./sops.ts";
import type { SourceTree } from "./source-tree.ts";
import { substitute, variablesOf } from "./substitution.ts";

const FILE_NAMES = ["kustomization.yaml", "kustomization.yml", "Kustomization"];
/** Fields of a Kustomization that would change what is built, and that are not modelled: refused, not ignored. */
const UNSUPPORTED = ["patches", "images", "components", "namePrefix", "nameSuffix", "commonMetadata", "kubeConfig"];

/**
 * Builds what a Kustomization applies: the overlay at its path, decrypted, with its variables in place. Throws a
 * FluxFailure with Flux's reason.
 */
export function buildKustomization(
  cluster: ClusterModel,
  namespace: string,
  spec: KustomizationSpec,
  tree: SourceTree,
  strict: boolean,
): KubernetesResource[] {
  const path = joinPath("", spec.path);
  const below = tree.files().filter((file) => path === "" || file.startsWith(`${path}/`));
  if (below.length === 0) {
    throw new FluxFailure(
      "ArtifactFailed",
      `kustomization path not found: stat /tmp/kustomization/${path}: no such file or directory`,
    );
  }
  for (const field of UNSUPPORTED) {
    if (spec[field] !== undefined) throw buildFailed(`spec.${field} is not part of this simulation`);
  }
  const keys = importKeys(cluster, namespace, spec);
  const resources = render(path, below, tree, spec.targetNamespace);
  const decrypted = resources.map((resource) =>
    spec.decryption && isEncrypted(resource) ? decryptResource(resource, keys) : resource,
  );
  if (!spec.postBuild) return decrypted;
  const variables = variablesOf(cluster, namespace, spec.postBuild);
  return decrypted.map((resource) => withVariables(resource, variables, strict));
}

function buildFailed(message: string): FluxFailure {
  return new FluxFailure("BuildFailed", message);
}

function render(path: string, below: readonly string[], tree: SourceTree, targetNamespace: string | undefined) {
  const added = new Map<string, string>();
  const readFile: ReadFile = (file) => added.get(file) ?? tree.readFile(file);
  if (!FILE_NAMES.some((name) => tree.readFile(joinPath(path, name)) !== undefined)) {
    added.set(joinPath(path, "kustomization.yaml"), stringify({ resources: generatedResources(path, below) }));
  }
  const wrapper = ".flux-target/kustomization.yaml";
  if (targetNamespace !== undefined) {
    added.set(wrapper, stringify({ namespace: targetNamespace, resources: [`../${path}`] }));
  }
  try {
    return renderKustomization(targetNamespace === undefined ? path : ".flux-target", readFile);
  } catch (error) {
    if (error instanceof KustomizeError) throw buildFailed(`kustomize build failed: ${error.message}`);
    throw error;
  }
}

/** What a folder without a kustomization is taken for: all its manifests, folders with a kustomization as a whole. */
function generatedResources(path: string, below: readonly string[]): string[] {
  const relative = below.map((file) => (path === "" ? file : file.slice(path.length + 1)));
  const folders = relative
    .filter((file) => FILE_NAMES.includes(file.slice(file.lastIndexOf("/") + 1)))
    .map((file) => file.slice(0, file.lastIndexOf("/")));
  const tops = folders.filter((folder) => !folders.some((other) => folder.startsWith(`${other}/`)));
  const single = relative.filter(
    (file) => /\.ya?ml$/.test(file) && !tops.some((folder) => file.startsWith(`${folder}/`)),
  );
  return [...tops, ...single].sort();
}

function withVariables(resource: KubernetesResource, variables: ReadonlyMap<string, string>, strict: boolean) {
  const switched = [resource.metadata.labels, resource.metadata.annotations].some(
    (holder) => isObject(holder) && holder["kustomize.toolkit.fluxcd.io/substitute"] === "disabled",
  );
  if (switched) return resource;
  const text = stringify(resource);
  if (!text.includes("$")) return resource;
  const name = describe(resource);
  try {
    return checkResource(name, parse(substitute(text, variables, strict)));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw buildFailed(`post build failed for '${name}': envsubst error: ${reason}`);
  }
}

/** A resource as kustomize names it: `Deployment.v1.apps/web`. */
function describe({ apiVersion, kind, metadata }: KubernetesResource): string {
  const [first = "", second] = apiVersion.split("/");
  return `${kind}.${second ?? first}.${second === undefined ? "[noGrp]" : first}/${metadata.name}`;
}
