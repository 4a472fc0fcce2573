import type { z } from "zod";
import {
  budgetSchema,
  daemonSetSchema,
  deploymentSchema,
  jobSchema,
  nodeSchema,
  plainObjectSchema,
  podSchema,
  replicaSetSchema,
  statefulSetSchema,
} from "./objects.ts";

/** A kind of object that the API serves. */
export interface Resource {
  readonly plural: ResourceName;
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly shortNames: readonly string[];
  readonly namespaced: boolean;
  /** Subresources besides `status`. */
  readonly subresources: ReadonlyArray<{ readonly name: string; readonly kind: string; readonly group?: string }>;
}

/** The schema of each resource, by its plural name. */
export const RESOURCE_SCHEMAS = {
  nodes: nodeSchema,
  namespaces: plainObjectSchema,
  pods: podSchema,
  services: plainObjectSchema,
  configmaps: plainObjectSchema,
  secrets: plainObjectSchema,
  serviceaccounts: plainObjectSchema,
  events: plainObjectSchema,
  deployments: deploymentSchema,
  replicasets: replicaSetSchema,
  statefulsets: statefulSetSchema,
  daemonsets: daemonSetSchema,
  jobs: jobSchema,
  poddisruptionbudgets: budgetSchema,
} as const;

export type ResourceName = keyof typeof RESOURCE_SCHEMAS;
export type ObjectOf<R extends ResourceName> = z.infer<(typeof RESOURCE_SCHEMAS)[R]>;

const scale = { name: "scale", kind: "Scale", group: "autoscaling" };

function core(plural: ResourceName, kind: string, shortNames: string[], namespaced = true): Resource {
  return { plural, group: "", version: "v1", kind, shortNames, namespaced, subresources: [] };
}

function apps(plural: ResourceName, kind: string, shortName: string, scalable = true): Resource {
  return {
    plural,
    group: "apps",
    version: "v1",
    kind,
    shortNames: [shortName],
    namespaced: true,
    subresources: scalable ? [scale] : [],
  };
}

/** Everything that is served, in the order in which discovery lists it. To add a kind is to add a row. */
export const RESOURCES: readonly Resource[] = [
  core("namespaces", "Namespace", ["ns"], false),
  core("nodes", "Node", ["no"], false),
  { ...core("pods", "Pod", ["po"]), subresources: [{ name: "eviction", kind: "Eviction", group: "policy" }] },
  core("services", "Service", ["svc"]),
  core("configmaps", "ConfigMap", ["cm"]),
  core("secrets", "Secret", []),
  core("serviceaccounts", "ServiceAccount", ["sa"]),
  core("events", "Event", ["ev"]),
  apps("deployments", "Deployment", "deploy"),
  apps("replicasets", "ReplicaSet", "rs"),
  apps("statefulsets", "StatefulSet", "sts"),
  apps("daemonsets", "DaemonSet", "ds", false),
  { ...core("jobs", "Job", []), group: "batch" },
  { ...core("poddisruptionbudgets", "PodDisruptionBudget", ["pdb"]), group: "policy" },
];

/** The `apiVersion` field of objects of a resource. */
export function apiVersionOf(resource: Resource): string {
  return resource.group === "" ? resource.version : `${resource.group}/${resource.version}`;
}

/** The resource with this plural name. */
export function resourceNamed(plural: ResourceName): Resource {
  const found = RESOURCES.find((resource) => resource.plural === plural);
  if (!found) throw new Error(`no resource ${plural}`);
  return found;
}

/** The resource that serves objects of this apiVersion and kind, if one does. */
export function resourceOfKind(apiVersion: string, kind: string): Resource | undefined {
  return RESOURCES.find((resource) => resource.kind === kind && apiVersionOf(resource) === apiVersion);
}
