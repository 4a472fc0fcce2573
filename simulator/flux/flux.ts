import type { Controller } from "../kubernetes/controllers/controller.ts";
import { createFromManifest } from "../kubernetes/model/apply.ts";
import type { ClusterModel } from "../kubernetes/model/cluster-model.ts";
import { Artifacts } from "./artifacts.ts";
import { FLUX_DEFINITIONS } from "./definitions.ts";
import type { FluxPorts } from "./flux-ports.ts";
import { helmReleaseKind } from "./helm-release-controller.ts";
import { imagePolicyKind, imageRepositoryKind } from "./image-controllers.ts";
import { imageUpdateKind } from "./image-update-controller.ts";
import { kustomizationKind } from "./kustomization-controller.ts";
import { fluxController } from "./reconcile-loop.ts";
import { helmRepositoryKind, sourceKinds } from "./source-controllers.ts";

/** How a Flux differs from a plain installation. */
export interface FluxOptions {
  /** Whether a variable that is not set fails the build (feature gate StrictPostBuildSubstitutions). */
  readonly strictSubstitutions?: boolean;
}

/**
 * The controllers of Flux, for `ClusterEnvironment.controllers`. One set may serve many clusters: equal revisions of a
 * source are then kept once. They do nothing in a cluster that has no objects of Flux.
 */
export function fluxControllers(ports: FluxPorts, { strictSubstitutions = false }: FluxOptions = {}): Controller[] {
  const artifacts = new Artifacts(ports.sources);
  return [
    ...sourceKinds(artifacts),
    helmRepositoryKind,
    kustomizationKind(artifacts, strictSubstitutions),
    helmReleaseKind(ports),
    imageRepositoryKind(ports),
    imagePolicyKind,
    imageUpdateKind(ports, artifacts),
  ].map(fluxController);
}

/** Installs Flux's definitions and its namespace, as the AKS extension does. Call it inside a change of the world. */
export function installFlux(cluster: ClusterModel): void {
  createFromManifest(cluster, { apiVersion: "v1", kind: "Namespace", metadata: { name: "flux-system" } });
  for (const definition of FLUX_DEFINITIONS) createFromManifest(cluster, definition);
}
