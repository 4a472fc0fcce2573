/** How the fields of a type merge: `merge KEYS [TYPE]` for lists by key (`-`: of plain values), or the type of a mapping. */
type MergeType = Readonly<Record<string, string>>;

/**
 * What the schema of Kubernetes that kustomize 5.5 has inside (v1.21.2, kyaml openapi/kubernetesapi) says of merging:
 * only lists that merge by key, and the way to them. Any other list is replaced as a whole.
 */
const TYPES: Readonly<Record<string, MergeType>> = {
  Metadata: { finalizers: "merge -", ownerReferences: "merge uid" },
  Plain: { metadata: "Metadata" },
  Conditions: { conditions: "merge type" },
  WithConditions: { metadata: "Metadata", status: "Conditions" },
  ComponentStatus: { metadata: "Metadata", conditions: "merge type" },
  Pod: { metadata: "Metadata", spec: "PodSpec", status: "PodStatus" },
  PodStatus: { conditions: "merge type", podIPs: "merge ip" },
  PodSpec: {
    containers: "merge name Container",
    ephemeralContainers: "merge name EphemeralContainer",
    hostAliases: "merge ip",
    imagePullSecrets: "merge name",
    initContainers: "merge name Container",
    topologySpreadConstraints: "merge topologyKey,whenUnsatisfiable",
    volumes: "merge name Volume",
  },
  Container: {
    env: "merge name",
    ports: "merge containerPort,protocol",
    volumeDevices: "merge devicePath",
    volumeMounts: "merge mountPath",
  },
  EphemeralContainer: { env: "merge name", volumeDevices: "merge devicePath", volumeMounts: "merge mountPath" },
  Volume: { ephemeral: "EphemeralVolume" },
  EphemeralVolume: { volumeClaimTemplate: "Plain" },
  PodTemplate: { metadata: "Metadata", template: "PodTemplateSpec" },
  PodTemplateSpec: { metadata: "Metadata", spec: "PodSpec" },
  Workload: { metadata: "Metadata", spec: "WorkloadSpec", status: "Conditions" },
  WorkloadSpec: { template: "PodTemplateSpec" },
  CronJob: { metadata: "Metadata", spec: "CronJobSpec" },
  CronJobSpec: { jobTemplate: "JobTemplate" },
  JobTemplate: { metadata: "Metadata", spec: "WorkloadSpec" },
  Service: { metadata: "Metadata", spec: "ServiceSpec", status: "Conditions" },
  ServiceSpec: { ports: "merge port,protocol" },
  ServiceAccount: { metadata: "Metadata", secrets: "merge name" },
  Webhooks: { metadata: "Metadata", webhooks: "merge name" },
  CSINode: { metadata: "Metadata", spec: "CSINodeSpec" },
  CSINodeSpec: { drivers: "merge name" },
  Node: { metadata: "Metadata", spec: "NodeSpec", status: "NodeStatus" },
  NodeSpec: { podCIDRs: "merge -" },
  NodeStatus: { addresses: "merge type", conditions: "merge type" },
};

const WEBHOOKS = ["MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"];
const WORKLOADS = ["DaemonSet", "Deployment", "ReplicaSet", "StatefulSet"];
const RBAC = ["ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding"];
const REVIEWS = [
  "LocalSubjectAccessReview",
  "SelfSubjectAccessReview",
  "SelfSubjectRulesReview",
  "SubjectAccessReview",
];
const CORE = [
  "Binding",
  "ConfigMap",
  "Endpoints",
  "Event",
  "LimitRange",
  "PersistentVolume",
  "ResourceQuota",
  "Secret",
];
const STORAGE = ["CSIDriver", "StorageClass", "VolumeAttachment"];

/** The types of objects, by apiVersion: type, then the kinds that are of it. */
const KINDS: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  v1: {
    Plain: CORE,
    ComponentStatus: ["ComponentStatus"],
    WithConditions: ["Namespace", "PersistentVolumeClaim"],
    Pod: ["Pod"],
    PodTemplate: ["PodTemplate"],
    Workload: ["ReplicationController"],
    Service: ["Service"],
    ServiceAccount: ["ServiceAccount"],
    Node: ["Node"],
  },
  "admissionregistration.k8s.io/v1": { Webhooks: WEBHOOKS },
  "admissionregistration.k8s.io/v1beta1": { Webhooks: WEBHOOKS },
  "apiextensions.k8s.io/v1": { Plain: ["CustomResourceDefinition"] },
  "apiextensions.k8s.io/v1beta1": { Plain: ["CustomResourceDefinition"] },
  "apiregistration.k8s.io/v1": { WithConditions: ["APIService"] },
  "apiregistration.k8s.io/v1beta1": { WithConditions: ["APIService"] },
  "apps/v1": { Plain: ["ControllerRevision"], Workload: WORKLOADS },
  "authentication.k8s.io/v1": { Plain: ["TokenRequest", "TokenReview"] },
  "authentication.k8s.io/v1beta1": { Plain: ["TokenReview"] },
  "authorization.k8s.io/v1": { Plain: REVIEWS },
  "authorization.k8s.io/v1beta1": { Plain: REVIEWS },
  "autoscaling/v1": { Plain: ["HorizontalPodAutoscaler", "Scale"] },
  "autoscaling/v2beta1": { Plain: ["HorizontalPodAutoscaler"] },
  "autoscaling/v2beta2": { Plain: ["HorizontalPodAutoscaler"] },
  "batch/v1": { CronJob: ["CronJob"], Workload: ["Job"] },
  "batch/v1beta1": { CronJob: ["CronJob"] },
  "certificates.k8s.io/v1": { Plain: ["CertificateSigningRequest"] },
  "certificates.k8s.io/v1beta1": { Plain: ["CertificateSigningRequest"] },
  "coordination.k8s.io/v1": { Plain: ["Lease"] },
  "coordination.k8s.io/v1beta1": { Plain: ["Lease"] },
  "discovery.k8s.io/v1": { Plain: ["EndpointSlice"] },
  "discovery.k8s.io/v1beta1": { Plain: ["EndpointSlice"] },
  "events.k8s.io/v1": { Plain: ["Event"] },
  "events.k8s.io/v1beta1": { Plain: ["Event"] },
  "extensions/v1beta1": { Plain: ["Ingress"] },
  "flowcontrol.apiserver.k8s.io/v1beta1": { Plain: ["FlowSchema", "PriorityLevelConfiguration"] },
  "networking.k8s.io/v1": { Plain: ["Ingress", "IngressClass", "NetworkPolicy"] },
  "networking.k8s.io/v1beta1": { Plain: ["Ingress", "IngressClass"] },
  "node.k8s.io/v1": { Plain: ["RuntimeClass"] },
  "node.k8s.io/v1beta1": { Plain: ["RuntimeClass"] },
  "policy/v1": { WithConditions: ["PodDisruptionBudget"] },
  "policy/v1beta1": { Plain: ["Eviction", "PodSecurityPolicy"], WithConditions: ["PodDisruptionBudget"] },
  "rbac.authorization.k8s.io/v1": { Plain: RBAC },
  "rbac.authorization.k8s.io/v1beta1": { Plain: RBAC },
  "scheduling.k8s.io/v1": { Plain: ["PriorityClass"] },
  "scheduling.k8s.io/v1beta1": { Plain: ["PriorityClass"] },
  "storage.k8s.io/v1": { Plain: STORAGE, CSINode: ["CSINode"] },
  "storage.k8s.io/v1beta1": { Plain: [...STORAGE, "CSIStorageCapacity"], CSINode: ["CSINode"] },
};

/** What is known of a field: the type of the mapping, or the keys by which a list merges and the type of its items. */
export interface MergeSchema {
  readonly type?: string | undefined;
  readonly mergeKeys?: readonly string[];
}

/** The schema of an object; undefined for kinds that kustomize has none of, such as custom resources. */
export function schemaOfKind(apiVersion: string, kind: string): MergeSchema | undefined {
  const types = Object.entries(KINDS[apiVersion] ?? {});
  const found = types.find(([, kinds]) => kinds.includes(kind));
  return found && { type: found[0] };
}

/** The schema of a field of a mapping. */
export function schemaOfField(schema: MergeSchema | undefined, field: string): MergeSchema | undefined {
  const type = schema?.mergeKeys === undefined && schema?.type !== undefined ? TYPES[schema.type] : undefined;
  const said = type && Object.hasOwn(type, field) ? type[field] : undefined;
  if (said === undefined) return undefined;
  const [first = "", keys = "", items] = said.split(" ");
  if (first !== "merge") return { type: first };
  return { mergeKeys: keys === "-" ? [] : keys.split(","), type: items };
}

/** The schema of the items of a list. */
export function schemaOfItems(schema: MergeSchema | undefined): MergeSchema | undefined {
  return schema?.mergeKeys === undefined || schema.type === undefined ? undefined : { type: schema.type };
}
