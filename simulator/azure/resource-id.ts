import type { ClusterRecord } from "./records.ts";

/** The resource id of a cluster. */
export function clusterId({ subscriptionId, resourceGroup, name }: ClusterRecord): string {
  return `/subscriptions/${subscriptionId}/resourceGroups/${resourceGroup}/providers/Microsoft.ContainerService/managedClusters/${name}`;
}

/** The resource id of an agent pool. */
export function poolId(cluster: ClusterRecord, pool: string): string {
  return `${clusterId(cluster)}/agentPools/${pool}`;
}

/** The resource id of a group. */
export function groupId(subscriptionId: string, name: string): string {
  return `/subscriptions/${subscriptionId}/resourceGroups/${name}`;
}

/** What an id lies in: the id without its last segment, in lower case. Those with the same are a list. */
export function listOf(id: string): string {
  return id.slice(0, id.lastIndexOf("/")).toLowerCase();
}

/** Whether an id is `scope` or lies below it; ids are compared without regard to case. */
export function isWithin(id: string, scope: string): boolean {
  const [inner, outer] = [id.toLowerCase(), scope.toLowerCase()];
  return inner === outer || inner.startsWith(outer === "/" ? "/" : `${outer}/`);
}
