/** Kinds of Kubernetes itself, and of Flux, that lie in no namespace. */
const CLUSTER_SCOPED = new Set([
  "APIService",
  "CSIDriver",
  "CertificateSigningRequest",
  "ClusterRole",
  "ClusterRoleBinding",
  "CustomResourceDefinition",
  "FlowSchema",
  "IngressClass",
  "MutatingWebhookConfiguration",
  "Namespace",
  "Node",
  "PersistentVolume",
  "PriorityClass",
  "PriorityLevelConfiguration",
  "RuntimeClass",
  "StorageClass",
  "ValidatingAdmissionPolicy",
  "ValidatingAdmissionPolicyBinding",
  "ValidatingWebhookConfiguration",
  "VolumeAttachment",
]);

const GROUPS_WITHOUT_DOT = new Set(["", "apps", "batch", "autoscaling", "policy", "extensions"]);
const OWN_GROUPS = new Set(
  [
    "admissionregistration",
    "apiextensions",
    "apiregistration",
    "authentication",
    "authorization",
    "certificates",
    "coordination",
    "discovery",
    "events",
    "flowcontrol.apiserver",
    "internal.apiserver",
    "metrics",
    "networking",
    "node",
    "rbac.authorization",
    "resource",
    "scheduling",
    "storage",
  ].map((name) => `${name}.k8s.io`),
);

/** Whether every cluster serves a group without being told to. */
export function isKubernetesGroup(group: string): boolean {
  return GROUPS_WITHOUT_DOT.has(group) || OWN_GROUPS.has(group);
}

/** Whether a group is Flux's own: it comes with Flux. */
export function isFluxGroup(group: string): boolean {
  return group.endsWith(".toolkit.fluxcd.io") || group === "source.extensions.fluxcd.io";
}

/** Whether objects lie in a namespace; null for kinds that only their definition could tell of. */
export function isNamespaced(group: string, kind: string): boolean | null {
  if (isFluxGroup(group)) return true;
  if (!isKubernetesGroup(group)) return null;
  return !CLUSTER_SCOPED.has(kind);
}

/** Namespaces that are there before anything is applied: Kubernetes' own, and that of Flux. */
export const GIVEN_NAMESPACES: ReadonlySet<string> = new Set([
  "default",
  "kube-system",
  "kube-public",
  "kube-node-lease",
  "flux-system",
]);

/** Classes of priority that Kubernetes brings. */
export const GIVEN_PRIORITY_CLASSES: ReadonlySet<string> = new Set(["system-cluster-critical", "system-node-critical"]);

/** ConfigMaps that Kubernetes puts into every namespace. */
export const GIVEN_CONFIG_MAPS: ReadonlySet<string> = new Set(["kube-root-ca.crt"]);
