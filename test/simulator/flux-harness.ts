import { stringify } from "yaml";
import { type FluxOptions, fluxControllers, installFlux } from "../../simulator/flux/flux.ts";
import { type FluxPorts, fluxPorts } from "../../simulator/flux/flux-ports.ts";
import { memoryTree } from "../../simulator/flux/folder-source.ts";
import type { ClusterEnvironment } from "../../simulator/kubernetes/model/cluster-model.ts";
import type { KubernetesObject } from "../../simulator/kubernetes/model/objects.ts";
import { type Harness, startCluster } from "./kubernetes-harness.ts";

/** A cluster with Flux and a repository of files that the test changes. */
export interface FluxHarness extends Harness {
  /** Files of the repository; a new `commit` makes them a new revision. */
  readonly files: Map<string, string>;
  commit(id: string): void;
  /** Says why the repository cannot be had; undefined when it can. */
  breakSource(failure: { reason: string; message: string } | undefined): void;
  flux(kind: string, name: string): KubernetesObject | undefined;
  /** A condition as `status reason: message`. */
  condition(kind: string, name: string, type?: string): string | undefined;
  put(...objects: object[]): Promise<void>;
}

const API: Readonly<Record<string, string>> = {
  GitRepository: "source.toolkit.fluxcd.io/v1",
  HelmRepository: "source.toolkit.fluxcd.io/v1",
  Kustomization: "kustomize.toolkit.fluxcd.io/v1",
  HelmRelease: "helm.toolkit.fluxcd.io/v2",
  ImageRepository: "image.toolkit.fluxcd.io/v1",
  ImagePolicy: "image.toolkit.fluxcd.io/v1",
  ImageUpdateAutomation: "image.toolkit.fluxcd.io/v1",
};

export interface FluxSetup {
  readonly ports?: Partial<FluxPorts>;
  readonly options?: FluxOptions;
  readonly environment?: ClusterEnvironment;
}

export function startFlux({ ports, options, environment }: FluxSetup = {}): FluxHarness {
  const files = new Map<string, string>();
  let revision = "main@sha1:aaaa";
  let failure: { reason: string; message: string } | undefined;
  const sources = { find: () => (failure ? { failure } : memoryTree(revision, new Map(files))) };
  const controllers = fluxControllers(fluxPorts({ sources, ...ports }), options);
  const harness = startCluster({ ...environment, controllers });
  harness.change(() => installFlux(harness.cluster));
  harness.addNodes({ name: "n1" }, { name: "n2" });
  const find = (kind: string, name: string) => {
    const resource = harness.cluster.resourceOfKind(API[kind] ?? "v1", kind);
    return resource && harness.cluster.tableOf(resource).find("flux-system", name);
  };
  return {
    ...harness,
    files,
    commit: (id) => {
      revision = `main@sha1:${id}`;
    },
    breakSource: (next) => {
      failure = next;
    },
    flux: find,
    condition(kind, name, type = "Ready") {
      const { conditions = [] } = (find(kind, name)?.status ?? {}) as { conditions?: Array<Record<string, string>> };
      const found = conditions.find((condition) => condition.type === type);
      return found && `${found.status} ${found.reason}: ${found.message}`;
    },
    async put(...objects) {
      for (const object of objects as Array<{
        kind: string;
        apiVersion?: string;
        metadata: { name: string; namespace?: string };
      }>) {
        const apiVersion = object.apiVersion ?? API[object.kind] ?? "v1";
        const resource = harness.cluster.resourceOfKind(apiVersion, object.kind);
        const root = apiVersion === "v1" ? "/api/v1" : `/apis/${apiVersion}`;
        const place = resource?.namespaced ? `/namespaces/${object.metadata.namespace ?? "flux-system"}` : "";
        const answer = await harness.create(`${root}${place}/${resource?.plural}`, { ...object, apiVersion });
        if (answer.status !== 201) throw new Error(JSON.stringify(answer.body));
      }
    },
  };
}

export const repository = {
  kind: "GitRepository",
  metadata: { name: "fleet" },
  spec: { url: "https://git.example.com/fleet", interval: "1m", ref: { branch: "main" } },
};

export function kustomization(name: string, spec: object = {}) {
  const sourceRef = { kind: "GitRepository", name: "fleet" };
  return {
    kind: "Kustomization",
    metadata: { name },
    spec: { interval: "10m", prune: true, path: `./${name}`, sourceRef, timeout: "2m", ...spec },
  };
}

/** Text of manifests for one file. */
export function manifests(...objects: object[]): string {
  return objects.map((object) => stringify(object)).join("---\n");
}

export function configMap(name: string, data: object = {}, namespace: string | undefined = "default") {
  return { apiVersion: "v1", kind: "ConfigMap", metadata: { name, ...(namespace ? { namespace } : {}) }, data };
}
