import { withCommonMetadata } from "../../kustomize/flux/common-metadata.ts";
import { buildFluxKustomization } from "../../kustomize/flux/flux-build.ts";
import { substituteVariables } from "../../kustomize/flux/post-build.ts";
import type { KubernetesResource } from "../../kustomize/kubernetes-resource.ts";
import { KustomizeError, RenderProblem } from "../../kustomize/kustomize-error.ts";
import { joinPath } from "../../kustomize/path.ts";
import type { ClusterModel } from "../kubernetes/model/cluster-model.ts";
import { FluxFailure } from "./flux-failure.ts";
import type { KustomizationSpec } from "./kustomization-spec.ts";
import { decryptResource, importKeys, isEncrypted } from "./sops.ts";
import type { SourceTree } from "./source-tree.ts";
import { variablesOf } from "./substitution.ts";

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
  if (spec.kubeConfig !== undefined) throw buildFailed("spec.kubeConfig is not part of this simulation");
  const keys = importKeys(cluster, namespace, spec);
  const resources = render(spec, tree);
  const decrypted = resources.map((resource) =>
    spec.decryption && isEncrypted(resource) ? decryptResource(resource, keys) : resource,
  );
  const variables = spec.postBuild ? variablesOf(cluster, namespace, spec.postBuild) : new Map<string, string>();
  return decrypted.map((resource) =>
    withCommonMetadata(withVariables(resource, variables, strict), spec.commonMetadata),
  );
}

function render(spec: KustomizationSpec, tree: SourceTree): KubernetesResource[] {
  const { patches, images, components, buildMetadata, ...rest } = spec;
  try {
    return buildFluxKustomization({
      ...rest,
      files: tree.files(),
      readFile: (file) => tree.readFile(file),
      patches: patches?.map(({ patch, target }) => ({ patch, ...(target && { target }) })),
      images,
      components,
      buildMetadata,
    });
  } catch (error) {
    if (error instanceof KustomizeError) throw buildFailed(`kustomize build failed: ${error.message}`);
    throw error;
  }
}

function buildFailed(message: string): FluxFailure {
  return new FluxFailure("BuildFailed", message);
}

function withVariables(resource: KubernetesResource, variables: ReadonlyMap<string, string>, strict: boolean) {
  try {
    return substituteVariables(resource, variables, strict);
  } catch (error) {
    if (!(error instanceof RenderProblem || error instanceof KustomizeError)) throw error;
    throw buildFailed(`post build failed for '${describe(resource)}': envsubst error: ${error.message}`);
  }
}

/** A resource as kustomize names it: `Deployment.v1.apps/web`. */
function describe({ apiVersion, kind, metadata }: KubernetesResource): string {
  const [first = "", second] = apiVersion.split("/");
  return `${kind}.${second ?? first}.${second === undefined ? "[noGrp]" : first}/${metadata.name}`;
}
