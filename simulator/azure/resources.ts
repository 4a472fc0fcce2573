import type { AzureModel } from "./azure-model.ts";
import type { ResourceRecord } from "./records.ts";
import { clusterId, groupId, isWithin } from "./resource-id.ts";

const GROUP_TYPE = "Microsoft.Resources/resourceGroups";

/** Makes or changes a resource group. What `change` leaves out stays. Only inside a change. */
export function putGroup(
  azure: AzureModel,
  subscriptionId: string,
  name: string,
  change: { readonly location: string; readonly tags?: Record<string, string> | undefined },
): ResourceRecord {
  const current = azure.findGroup(subscriptionId, name);
  return azure.putResource({
    id: current?.id ?? groupId(subscriptionId, name),
    name: current?.name ?? name,
    type: GROUP_TYPE,
    location: current?.location ?? change.location,
    ...((change.tags ?? current?.tags) ? { tags: change.tags ?? current?.tags } : {}),
    properties: { provisioningState: "Succeeded" },
  });
}

/** Takes away what lies in or below a scope: clusters with all that runs on them, and every other resource. */
export function removeWithin(azure: AzureModel, scope: string): void {
  for (const cluster of azure.clusters.values()) {
    if (isWithin(clusterId(cluster), scope)) removeCluster(azure, cluster.name);
  }
  for (const resource of azure.resources.values()) {
    if (isWithin(resource.id, scope)) azure.resources.delete(resource.id.toLowerCase());
  }
}

/** Takes a cluster away with its pools, its Kubernetes and everything that hangs on its id. */
export function removeCluster(azure: AzureModel, name: string): void {
  const cluster = azure.findCluster(name);
  if (!cluster) return;
  const running = azure.runningOperation(cluster.name);
  if (running) {
    const error = { code: "OriginalEtagNotExpect", message: "The operation was preempted by another one." };
    azure.operations.put(running.id, { ...running, status: "Canceled", endMs: azure.world.nowMs, error });
  }
  azure.emptyKubernetes(cluster.name);
  for (const pool of azure.poolsOf(cluster.name)) azure.removePool(pool);
  azure.clusters.delete(cluster.name.toLowerCase());
  for (const resource of azure.resources.values()) {
    if (isWithin(resource.id, clusterId(cluster))) azure.resources.delete(resource.id.toLowerCase());
  }
}
