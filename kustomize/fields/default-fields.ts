import type { FieldSpec } from "./field-spec.ts";

const TERM = "labelSelector/matchLabels";
const AFFINITY_SELECTORS = ["Affinity", "AntiAffinity"].flatMap((rule) => [
  `spec/template/spec/affinity/pod${rule}/preferredDuringSchedulingIgnoredDuringExecution/podAffinityTerm/${TERM}`,
  `spec/template/spec/affinity/pod${rule}/requiredDuringSchedulingIgnoredDuringExecution/${TERM}`,
]);
const POD_SELECTORS = [...AFFINITY_SELECTORS, `spec/template/spec/topologySpreadConstraints/${TERM}`];

function podSelectors(kind: string): FieldSpec[] {
  return POD_SELECTORS.map((path) => ({ group: "apps", kind, path }));
}

/** Labels of an object, and of the templates in it. */
const METADATA_LABELS: readonly FieldSpec[] = [
  { path: "metadata/labels", create: true },
  { path: "spec/template/metadata/labels", create: true, version: "v1", kind: "ReplicationController" },
  { path: "spec/template/metadata/labels", create: true, kind: "Deployment" },
  { path: "spec/template/metadata/labels", create: true, kind: "ReplicaSet" },
  { path: "spec/template/metadata/labels", create: true, kind: "DaemonSet" },
  { path: "spec/template/metadata/labels", create: true, group: "apps", kind: "StatefulSet" },
  { path: "spec/volumeClaimTemplates[]/metadata/labels", create: true, group: "apps", kind: "StatefulSet" },
  { path: "spec/template/metadata/labels", create: true, group: "batch", kind: "Job" },
  { path: "spec/jobTemplate/metadata/labels", create: true, group: "batch", kind: "CronJob" },
  { path: "spec/jobTemplate/spec/template/metadata/labels", create: true, group: "batch", kind: "CronJob" },
];

const COMMON_LABELS: readonly FieldSpec[] = [
  { path: "spec/selector", create: true, version: "v1", kind: "Service" },
  { path: "spec/selector", create: true, version: "v1", kind: "ReplicationController" },
  { path: "spec/selector/matchLabels", create: true, kind: "Deployment" },
  ...podSelectors("Deployment"),
  { path: "spec/selector/matchLabels", create: true, kind: "ReplicaSet" },
  { path: "spec/selector/matchLabels", create: true, kind: "DaemonSet" },
  { path: "spec/selector/matchLabels", create: true, group: "apps", kind: "StatefulSet" },
  ...podSelectors("StatefulSet"),
  { path: "spec/selector/matchLabels", group: "batch", kind: "Job" },
  { path: "spec/jobTemplate/spec/selector/matchLabels", group: "batch", kind: "CronJob" },
  { path: "spec/selector/matchLabels", group: "policy", kind: "PodDisruptionBudget" },
  { path: "spec/podSelector/matchLabels", group: "networking.k8s.io", kind: "NetworkPolicy" },
  { path: "spec/ingress/from/podSelector/matchLabels", group: "networking.k8s.io", kind: "NetworkPolicy" },
  { path: "spec/egress/to/podSelector/matchLabels", group: "networking.k8s.io", kind: "NetworkPolicy" },
  ...METADATA_LABELS,
];

const TEMPLATE_ANNOTATIONS = "spec/template/metadata/annotations";
const COMMON_ANNOTATIONS: readonly FieldSpec[] = [
  { path: "metadata/annotations", create: true },
  { path: TEMPLATE_ANNOTATIONS, create: true, version: "v1", kind: "ReplicationController" },
  ...["Deployment", "ReplicaSet", "DaemonSet", "StatefulSet"].map((kind) => ({
    path: TEMPLATE_ANNOTATIONS,
    create: true,
    kind,
  })),
  { path: TEMPLATE_ANNOTATIONS, create: true, group: "batch", kind: "Job" },
  { path: "spec/jobTemplate/metadata/annotations", create: true, group: "batch", kind: "CronJob" },
  { path: "spec/jobTemplate/spec/template/metadata/annotations", create: true, group: "batch", kind: "CronJob" },
];

/** What each transformer changes of itself (kustomize api/internal/konfig/builtinpluginconsts). */
export const DEFAULT_FIELDS = {
  namePrefix: [{ path: "metadata/name" }],
  nameSuffix: [{ path: "metadata/name" }],
  namespace: [
    { path: "metadata/name", kind: "Namespace", create: true },
    { path: "spec/service/namespace", group: "apiregistration.k8s.io", kind: "APIService", create: true },
    {
      path: "spec/conversion/webhook/clientConfig/service/namespace",
      group: "apiextensions.k8s.io",
      kind: "CustomResourceDefinition",
    },
  ],
  commonLabels: COMMON_LABELS,
  labels: [],
  templateLabels: METADATA_LABELS,
  commonAnnotations: COMMON_ANNOTATIONS,
  images: [
    { path: "spec/containers[]/image", create: true },
    { path: "spec/initContainers[]/image", create: true },
    { path: "spec/template/spec/containers[]/image", create: true },
    { path: "spec/template/spec/initContainers[]/image", create: true },
  ],
  replicas: ["Deployment", "ReplicationController", "ReplicaSet", "StatefulSet"].map((kind) => ({
    path: "spec/replicas",
    create: true,
    kind,
  })),
} as const satisfies Readonly<Record<string, readonly FieldSpec[]>>;
