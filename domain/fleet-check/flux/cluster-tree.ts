import type { FleetObject } from "../objects/fleet-object.ts";
import type { RemoteAddress, RenderProblem } from "../renderer.ts";
import type { HelmReleaseSpec, KustomizationSpec } from "./flux-specs.ts";

/** A reference between objects of Flux. */
export interface FluxReference {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
}

/** What keeps a unit's objects from being known. */
export type UnitProblem =
  | { readonly kind: "external"; readonly url: string }
  | { readonly kind: "remoteCluster" }
  | { readonly kind: "suspended" }
  | { readonly kind: "sourceMissing"; readonly source: FluxReference }
  | { readonly kind: "pathMissing"; readonly path: string }
  | { readonly kind: "invalid"; readonly message: string }
  | { readonly kind: "unrendered"; readonly problem: RenderProblem };

/** What Flux applies as one: a Kustomization, or the path that a cluster begins with. */
export interface Unit {
  /** `namespace/name`; the path where there is no Kustomization. */
  readonly key: string;
  readonly name: string;
  readonly namespace: string;
  readonly path: string | null;
  /** Null for the path that a cluster begins with, where nothing in Git applies it, and for the first of an operator. */
  readonly object: FleetObject | null;
  readonly spec: KustomizationSpec | null;
  /** The unit whose objects this one is among; null for the first. */
  readonly parent: string | null;
  readonly dependsOn: readonly string[];
  readonly objects: readonly FleetObject[];
  readonly problem: UnitProblem | null;
  /** Addresses that it takes files from. */
  readonly remotes: readonly RemoteAddress[];
  /** Variables that its files name, that nothing sets and that have no default, with an object that names each. */
  readonly unset: ReadonlyMap<string, FleetObject>;
}

/** A HelmRelease. */
export interface Release {
  readonly key: string;
  readonly object: FleetObject;
  readonly unit: Unit;
  readonly spec: HelmReleaseSpec;
  /** Name of the chart as far as it can be told, without the path of its registry. */
  readonly chart: string | null;
  readonly source: FluxReference | null;
  /** The namespace that the chart's objects go to. */
  readonly targetNamespace: string;
}

/** An object with the unit that applies it. */
export interface OwnedObject {
  readonly object: FleetObject;
  readonly unit: Unit;
}

/** All that a cluster is told to be. */
export interface ClusterTree {
  readonly name: string;
  readonly path: string;
  /** Whether an object in Git applies the first path; otherwise a Flux configuration in Azure does, and makes its source. */
  readonly appliesItself: boolean;
  readonly units: readonly Unit[];
}
