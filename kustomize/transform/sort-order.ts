import type { Kustomization } from "../kustomization/kustomization.ts";
import { RenderProblem } from "../kustomize-error.ts";
import type { Resource } from "../resource/resource.ts";
import { type Gvk, idText, type ResourceId, sameType } from "../resource/resource-id.ts";

/** Kinds that come first, in this order: what others need. */
const ORDER_FIRST = [
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
const ORDER_LAST = ["MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"];

/**
 * Sorts what was built as the kustomization at the top says (kustomize SortOrderTransformer): without a word, by rank
 * of kind, then type, then namespace and name; `fifo` leaves it as it was named. Throws a RenderProblem for options
 * that make no sense.
 */
export function sortResources(resources: readonly Resource[], options: Kustomization["sortOptions"]): Resource[] {
  const order = options?.order ?? (options ? "" : "legacy");
  if (order !== "legacy" && order !== "fifo") {
    throw new RenderProblem("the field 'sortOptions.order' must be legacy or fifo");
  }
  if (order === "fifo") {
    if (options?.legacySortOptions) {
      throw new RenderProblem("the field 'sortOptions.legacySortOptions' is set but the order is fifo, not legacy");
    }
    return [...resources];
  }
  const { orderFirst = [], orderLast = [] } = options?.legacySortOptions ?? {
    orderFirst: ORDER_FIRST,
    orderLast: ORDER_LAST,
  };
  const ranks = new Map(orderFirst.map((kind, index) => [kind, index - orderFirst.length]));
  for (const [index, kind] of orderLast.entries()) ranks.set(kind, index + 1);
  return resources
    .map((resource) => keyed(resource))
    .sort((one, other) => compareKeyed(one, other, ranks))
    .map(({ resource }) => resource);
}

interface Keyed {
  readonly resource: Resource;
  readonly id: ResourceId;
  readonly type: string;
  readonly place: string;
}

function keyed(resource: Resource): Keyed {
  const id = resource.id();
  return { resource, id, type: typeKey(id), place: idKey(id) };
}

function compareKeyed(one: Keyed, other: Keyed, ranks: ReadonlyMap<string, number>): number {
  if (sameType(one.id, other.id)) return compare(one.place, other.place);
  const byRank = (ranks.get(one.id.kind) ?? 0) - (ranks.get(other.id.kind) ?? 0);
  if (byRank !== 0) return byRank;
  // Kubernetes' own Namespace comes before what others call by that name.
  const own = one.id.kind === "Namespace" && (one.id.group === "" || other.id.group === "");
  return compare(one.type, other.type) * (own ? -1 : 1);
}

function typeKey({ group, version, kind }: Gvk): string {
  return `${group || "~G"}_${version || "~V"}_${kind || "~K"}`;
}

function idKey(id: ResourceId): string {
  const type = idText(id).slice(0, idText(id).indexOf("/"));
  return `${type}|${id.namespace || "~X"}|${id.name || "~N"}`;
}

function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
