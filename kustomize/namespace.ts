import { groupOf, isRecord, type KubernetesResource } from "./kubernetes-resource.ts";

/** Kinds that live in no namespace (those built into Kubernetes), by group. */
const CLUSTER_WIDE: Readonly<Record<string, readonly string[]>> = {
  "": ["Namespace", "Node", "PersistentVolume"],
  "admissionregistration.k8s.io": [
    "MutatingWebhookConfiguration",
    "ValidatingAdmissionPolicy",
    "ValidatingAdmissionPolicyBinding",
    "ValidatingWebhookConfiguration",
  ],
  "apiextensions.k8s.io": ["CustomResourceDefinition"],
  "apiregistration.k8s.io": ["APIService"],
  "certificates.k8s.io": ["CertificateSigningRequest"],
  "flowcontrol.apiserver.k8s.io": ["FlowSchema", "PriorityLevelConfiguration"],
  "networking.k8s.io": ["IngressClass"],
  "node.k8s.io": ["RuntimeClass"],
  "rbac.authorization.k8s.io": ["ClusterRole", "ClusterRoleBinding"],
  "scheduling.k8s.io": ["PriorityClass"],
  "storage.k8s.io": ["CSIDriver", "CSINode", "StorageClass", "VolumeAttachment"],
};

/** Whether objects of this kind live in no namespace. */
export function isClusterWide(resource: Pick<KubernetesResource, "apiVersion" | "kind">): boolean {
  return CLUSTER_WIDE[groupOf(resource)]?.includes(resource.kind) === true;
}

/** What moved: service accounts and services, as kind, namespace and name before. */
type Moved = ReadonlySet<string>;

/**
 * Applies a kustomization's `namespace`: namespaced objects move into it, a Namespace takes its name, and what names a
 * service account or service that moved follows (kustomize api/filters/namespace and its name references). Kinds that
 * kustomize's schema does not know yet, such as ValidatingAdmissionPolicy, get no namespace here, as the API demands.
 */
export function placeInNamespace(resources: readonly KubernetesResource[], namespace: string): KubernetesResource[] {
  const moved = new Set(resources.map(({ kind, metadata }) => identity(kind, metadata.namespace, metadata.name)));
  return resources.map((resource) => place(resource, namespace, moved));
}

function place(resource: KubernetesResource, namespace: string, moved: Moved): KubernetesResource {
  const { metadata } = resource;
  if (!isClusterWide(resource)) {
    const placed = { ...resource, metadata: { ...metadata, namespace } };
    return resource.kind === "RoleBinding" ? withSubjects(placed, namespace, moved) : placed;
  }
  switch (resource.kind) {
    case "Namespace":
      return { ...resource, metadata: { ...metadata, name: namespace } };
    case "ClusterRoleBinding":
      return withSubjects(resource, namespace, moved);
    case "APIService":
      return {
        ...resource,
        spec: { ...asRecord(resource.spec), service: { ...asRecord(asRecord(resource.spec).service), namespace } },
      };
    case "CustomResourceDefinition":
      return withConversionService(resource, namespace);
    case "MutatingWebhookConfiguration":
    case "ValidatingWebhookConfiguration":
      return withWebhookServices(resource, namespace, moved);
    default:
      return resource;
  }
}

function withSubjects(binding: KubernetesResource, namespace: string, moved: Moved): KubernetesResource {
  if (!Array.isArray(binding.subjects)) return binding;
  const follows = (subject: Record<string, unknown>) =>
    subject.name === "default" ||
    (subject.kind === "ServiceAccount" && moved.has(identity("ServiceAccount", subject.namespace, subject.name)));
  const subjects = binding.subjects.map((subject: unknown) =>
    isRecord(subject) && follows(subject) ? { ...subject, namespace } : subject,
  );
  return { ...binding, subjects };
}

function withConversionService(definition: KubernetesResource, namespace: string): KubernetesResource {
  const spec = asRecord(definition.spec);
  const conversion = asRecord(spec.conversion);
  const webhook = asRecord(conversion.webhook);
  const clientConfig = asRecord(webhook.clientConfig);
  if (!isRecord(clientConfig.service) || clientConfig.service.namespace === undefined) return definition;
  const service = { ...clientConfig.service, namespace };
  const placed = { ...webhook, clientConfig: { ...clientConfig, service } };
  return { ...definition, spec: { ...spec, conversion: { ...conversion, webhook: placed } } };
}

function withWebhookServices(configuration: KubernetesResource, namespace: string, moved: Moved): KubernetesResource {
  if (!Array.isArray(configuration.webhooks)) return configuration;
  const webhooks = configuration.webhooks.map((webhook: unknown) => {
    const clientConfig = asRecord(asRecord(webhook).clientConfig);
    const { service } = clientConfig;
    if (!isRecord(service) || !moved.has(identity("Service", service.namespace, service.name))) return webhook;
    return { ...asRecord(webhook), clientConfig: { ...clientConfig, service: { ...service, namespace } } };
  });
  return { ...configuration, webhooks };
}

function identity(kind: string, namespace: unknown, name: unknown): string {
  return `${kind} ${namespace ?? "default"}/${name}`;
}

function asRecord(value: unknown): Record<string, unknown> {
  return isRecord(value) ? value : {};
}
