import type { KubernetesResource } from "./kubernetes-resource.ts";

/** Kinds that live in no namespace (those built into Kubernetes and what a fleet repository usually holds). */
const CLUSTER_WIDE = new Set([
  "APIService",
  "CSIDriver",
  "CSINode",
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

/** Whether objects of this kind live in no namespace. */
export function isClusterWide({ kind }: Pick<KubernetesResource, "kind">): boolean {
  return CLUSTER_WIDE.has(kind);
}

/**
 * Applies a kustomization's `namespace`: namespaced objects move into it, a Namespace takes its name, and role bindings
 * follow for the service account `default` (kustomize api/filters/namespace).
 */
export function placeInNamespace(resource: KubernetesResource, namespace: string): KubernetesResource {
  if (resource.kind === "Namespace") return { ...resource, metadata: { ...resource.metadata, name: namespace } };
  const placed = isClusterWide(resource) ? resource : { ...resource, metadata: { ...resource.metadata, namespace } };
  const isBinding = resource.kind === "RoleBinding" || resource.kind === "ClusterRoleBinding";
  if (!isBinding || !Array.isArray(resource.subjects)) return placed;
  return { ...placed, subjects: resource.subjects.map((subject: unknown) => placeSubject(subject, namespace)) };
}

function placeSubject(subject: unknown, namespace: string): unknown {
  if (typeof subject !== "object" || subject === null || !("name" in subject)) return subject;
  return subject.name === "default" ? { ...subject, namespace } : subject;
}
