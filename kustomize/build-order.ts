import { groupOf, type KubernetesResource } from "./kubernetes-resource.ts";

/** Kinds that `kustomize build` puts first, in this order: what others need. */
const FIRST = [
  "Namespace",
  "ResourceQuota",
  "StorageClass",
  "CustomResourceDefinition",
  "ServiceAccount",
  "PodSecurityPolicy",
  "Role",
  "ClusterRole",
  "RoleBinding",
  "ClusterRoleBinding",
  "ConfigMap",
  "Secret",
  "Endpoints",
  "Service",
  "LimitRange",
  "PriorityClass",
  "PersistentVolume",
  "PersistentVolumeClaim",
  "Deployment",
  "StatefulSet",
  "CronJob",
  "PodDisruptionBudget",
];

/** Kinds that come last: they would judge all the others. */
const LAST = ["MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"];

/**
 * Sorts resources as `kustomize build` does without `sortOptions` (its "legacy" order: kustomize
 * api/internal/builtins/SortOrderTransformer.go): by kind's rank, then group, version and kind, then namespace and name.
 * What has no group or no namespace comes after what has one.
 */
export function inBuildOrder(resources: readonly KubernetesResource[]): KubernetesResource[] {
  return resources
    .map((resource) => ({ resource, rank: rankOf(resource), key: sortKey(resource) }))
    .toSorted((left, right) => left.rank - right.rank || compare(left.key, right.key))
    .map(({ resource }) => resource);
}

function rankOf(resource: KubernetesResource): number {
  const { kind } = resource;
  // Kubernetes' own namespaces come before what others call by that name.
  if (kind === "Namespace" && groupOf(resource) === "") return -FIRST.length - 1;
  const first = FIRST.indexOf(kind);
  return first >= 0 ? first - FIRST.length : LAST.indexOf(kind) + 1;
}

/** Two keys, as kustomize compares them one after the other: type, then identity. */
function sortKey(resource: KubernetesResource): readonly [string, string] {
  const { apiVersion, kind, metadata } = resource;
  const version = apiVersion.slice(apiVersion.indexOf("/") + 1);
  return [`${groupOf(resource) || "~G"}_${version}_${kind}`, `${metadata.namespace ?? "~X"}|${metadata.name}`];
}

function compare(left: readonly [string, string], right: readonly [string, string]): number {
  const index = left[0] === right[0] ? 1 : 0;
  return left[index] < right[index] ? -1 : left[index] > right[index] ? 1 : 0;
}
