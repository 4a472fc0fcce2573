import type { z } from "zod";
import { definitionSchema } from "./definition-object.ts";
import {
  budgetSchema,
  daemonSetSchema,
  deploymentSchema,
  jobSchema,
  namespaceSchema,
  nodeSchema,
  plainObjectSchema,
  podSchema,
  replicaSetSchema,
  statefulSetSchema,
} from "./objects.ts";
import { claimSchema, storageClassSchema, volumeSchema } from "./storage-objects.ts";

/** A kind of object that the API serves. */
export interface Resource {
  readonly plural: string;
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  readonly namespaced: boolean;
  /** Whether status is written on its own; without it, status is a field like any other. */
  readonly hasStatus: boolean;
  /** Subresources besides `status`. */
  readonly subresources: readonly Subresource[];
  /** Whether a CustomResourceDefinition brought it. */
  readonly isCustom: boolean;
}

/** What a resource offers below an object's path. */
export interface Subresource {
  readonly name: string;
  readonly kind: string;
  readonly group?: string;
  readonly verbs?: readonly string[];
}

/** A kind that is part of Kubernetes. */
export interface BuiltInResource extends Resource {
  readonly plural: ResourceName;
}

/** The schema of each built-in resource, by its plural name. */
export const RESOURCE_SCHEMAS = {
  nodes: nodeSchema,
  namespaces: namespaceSchema,
  pods: podSchema,
  services: plainObjectSchema,
  endpoints: plainObjectSchema,
  configmaps: plainObjectSchema,
  secrets: plainObjectSchema,
  serviceaccounts: plainObjectSchema,
  events: plainObjectSchema,
  limitranges: plainObjectSchema,
  resourcequotas: plainObjectSchema,
  persistentvolumeclaims: claimSchema,
  persistentvolumes: volumeSchema,
  deployments: deploymentSchema,
  replicasets: replicaSetSchema,
  statefulsets: statefulSetSchema,
  daemonsets: daemonSetSchema,
  controllerrevisions: plainObjectSchema,
  jobs: jobSchema,
  cronjobs: plainObjectSchema,
  horizontalpodautoscalers: plainObjectSchema,
  poddisruptionbudgets: budgetSchema,
  storageclasses: storageClassSchema,
  csidrivers: plainObjectSchema,
  volumeattachments: plainObjectSchema,
  leases: plainObjectSchema,
  endpointslices: plainObjectSchema,
  ingresses: plainObjectSchema,
  ingressclasses: plainObjectSchema,
  networkpolicies: plainObjectSchema,
  priorityclasses: plainObjectSchema,
  roles: plainObjectSchema,
  rolebindings: plainObjectSchema,
  clusterroles: plainObjectSchema,
  clusterrolebindings: plainObjectSchema,
  customresourcedefinitions: definitionSchema,
  apiservices: plainObjectSchema,
  mutatingwebhookconfigurations: plainObjectSchema,
  validatingwebhookconfigurations: plainObjectSchema,
  validatingadmissionpolicies: plainObjectSchema,
  validatingadmissionpolicybindings: plainObjectSchema,
} as const;

export type ResourceName = keyof typeof RESOURCE_SCHEMAS;
export type ObjectOf<R extends ResourceName> = z.infer<(typeof RESOURCE_SCHEMAS)[R]>;

const SCALE: Subresource = { name: "scale", kind: "Scale", group: "autoscaling" };

type Extra = Partial<Pick<BuiltInResource, "shortNames" | "categories" | "namespaced" | "subresources" | "version">>;

function row(group: string, plural: ResourceName, kind: string, extra: Extra = {}): BuiltInResource {
  return {
    plural,
    group,
    version: "v1",
    kind,
    shortNames: [],
    categories: [],
    namespaced: true,
    subresources: [],
    hasStatus: true,
    isCustom: false,
    ...extra,
  };
}

const POD_SUBRESOURCES: readonly Subresource[] = [
  { name: "eviction", kind: "Eviction", group: "policy", verbs: ["create"] },
  { name: "log", kind: "Pod", verbs: ["get"] },
  { name: "exec", kind: "PodExecOptions", verbs: ["create", "get"] },
  { name: "attach", kind: "PodAttachOptions", verbs: ["create", "get"] },
  { name: "portforward", kind: "PodPortForwardOptions", verbs: ["create", "get"] },
];
const ALL = ["all"];
const ADMISSION = "admissionregistration.k8s.io";
const RBAC = "rbac.authorization.k8s.io";
const STORAGE = "storage.k8s.io";
const CLUSTER_WIDE = { namespaced: false };

/** Everything of Kubernetes that is served, in the order in which discovery lists it. To add a kind is to add a row. */
export const RESOURCES: readonly BuiltInResource[] = [
  row("", "namespaces", "Namespace", {
    shortNames: ["ns"],
    namespaced: false,
    subresources: [{ name: "finalize", kind: "Namespace", verbs: ["update"] }],
  }),
  row("", "nodes", "Node", { shortNames: ["no"], namespaced: false }),
  row("", "pods", "Pod", { shortNames: ["po"], categories: ALL, subresources: POD_SUBRESOURCES }),
  row("", "services", "Service", { shortNames: ["svc"], categories: ALL }),
  row("", "endpoints", "Endpoints", { shortNames: ["ep"] }),
  row("", "configmaps", "ConfigMap", { shortNames: ["cm"] }),
  row("", "secrets", "Secret"),
  row("", "serviceaccounts", "ServiceAccount", { shortNames: ["sa"] }),
  row("", "events", "Event", { shortNames: ["ev"] }),
  row("", "limitranges", "LimitRange", { shortNames: ["limits"] }),
  row("", "resourcequotas", "ResourceQuota", { shortNames: ["quota"] }),
  row("", "persistentvolumeclaims", "PersistentVolumeClaim", { shortNames: ["pvc"] }),
  row("", "persistentvolumes", "PersistentVolume", { shortNames: ["pv"], namespaced: false }),
  row("apps", "deployments", "Deployment", { shortNames: ["deploy"], categories: ALL, subresources: [SCALE] }),
  row("apps", "replicasets", "ReplicaSet", { shortNames: ["rs"], categories: ALL, subresources: [SCALE] }),
  row("apps", "statefulsets", "StatefulSet", { shortNames: ["sts"], categories: ALL, subresources: [SCALE] }),
  row("apps", "daemonsets", "DaemonSet", { shortNames: ["ds"], categories: ALL }),
  row("apps", "controllerrevisions", "ControllerRevision"),
  row("batch", "jobs", "Job", { categories: ALL }),
  row("batch", "cronjobs", "CronJob", { shortNames: ["cj"], categories: ALL }),
  row("autoscaling", "horizontalpodautoscalers", "HorizontalPodAutoscaler", {
    version: "v2",
    shortNames: ["hpa"],
    categories: ALL,
  }),
  row("policy", "poddisruptionbudgets", "PodDisruptionBudget", { shortNames: ["pdb"] }),
  row(STORAGE, "storageclasses", "StorageClass", { shortNames: ["sc"], ...CLUSTER_WIDE }),
  row(STORAGE, "csidrivers", "CSIDriver", CLUSTER_WIDE),
  row(STORAGE, "volumeattachments", "VolumeAttachment", CLUSTER_WIDE),
  row("coordination.k8s.io", "leases", "Lease"),
  row("discovery.k8s.io", "endpointslices", "EndpointSlice"),
  row("networking.k8s.io", "ingresses", "Ingress", { shortNames: ["ing"] }),
  row("networking.k8s.io", "ingressclasses", "IngressClass", CLUSTER_WIDE),
  row("networking.k8s.io", "networkpolicies", "NetworkPolicy", { shortNames: ["netpol"] }),
  row("scheduling.k8s.io", "priorityclasses", "PriorityClass", { shortNames: ["pc"], ...CLUSTER_WIDE }),
  row(RBAC, "roles", "Role"),
  row(RBAC, "rolebindings", "RoleBinding"),
  row(RBAC, "clusterroles", "ClusterRole", CLUSTER_WIDE),
  row(RBAC, "clusterrolebindings", "ClusterRoleBinding", CLUSTER_WIDE),
  row("apiextensions.k8s.io", "customresourcedefinitions", "CustomResourceDefinition", {
    shortNames: ["crd", "crds"],
    ...CLUSTER_WIDE,
  }),
  row("apiregistration.k8s.io", "apiservices", "APIService", CLUSTER_WIDE),
  row(ADMISSION, "mutatingwebhookconfigurations", "MutatingWebhookConfiguration", CLUSTER_WIDE),
  row(ADMISSION, "validatingwebhookconfigurations", "ValidatingWebhookConfiguration", CLUSTER_WIDE),
  row(ADMISSION, "validatingadmissionpolicies", "ValidatingAdmissionPolicy", CLUSTER_WIDE),
  row(ADMISSION, "validatingadmissionpolicybindings", "ValidatingAdmissionPolicyBinding", CLUSTER_WIDE),
];

const BY_PLURAL: ReadonlyMap<string, BuiltInResource> = new Map(RESOURCES.map((entry) => [entry.plural, entry]));
const BY_KIND: ReadonlyMap<string, BuiltInResource> = new Map(
  RESOURCES.map((entry) => [`${apiVersionOf(entry)} ${entry.kind}`, entry]),
);

/** The `apiVersion` field of objects of a resource. */
export function apiVersionOf(resource: Pick<Resource, "group" | "version">): string {
  return resource.group === "" ? resource.version : `${resource.group}/${resource.version}`;
}

/** The built-in resource with this plural name. */
export function resourceNamed(plural: ResourceName): BuiltInResource {
  const found = BY_PLURAL.get(plural);
  if (!found) throw new Error(`no resource ${plural}`);
  return found;
}

/** The built-in resource that serves objects of this apiVersion and kind, if one does. */
export function resourceOfKind(apiVersion: string, kind: string): BuiltInResource | undefined {
  return BY_KIND.get(`${apiVersion} ${kind}`);
}

/** Whether a resource is a built-in one. */
export function isBuiltIn(resource: Resource): resource is BuiltInResource {
  return !resource.isCustom;
}

/** The name of a resource as it is told from all others: `pods`, `kustomizations.kustomize.toolkit.fluxcd.io`. */
export function tableNameOf(resource: Resource): string {
  return resource.isCustom ? `${resource.plural}.${resource.group}` : resource.plural;
}
