import { terminal } from "../../domain/errors.ts";
import type { ControlPlaneOperation, OperationState } from "../../domain/long-operation.ts";
import { describeOperation, finished, running, type Site } from "./operation-states.ts";

/**
 * Begins the upgrade of a control plane: the cluster is written back as it was read, with another version and under its
 * ETag. Pools name their own version, so they stay as they are (what `az aks upgrade --control-plane-only` does), and not their
 * node image: to name one asks AKS to roll the pool back to it (ManagedClusterAgentPoolProfile.nodeImageVersion).
 */
export async function beginControlPlaneUpgrade(site: Site, operation: ControlPlaneOperation): Promise<OperationState> {
  const { client, group, cluster: name } = site;
  const cluster = await client.managedClusters.get(group, name);
  if (cluster.provisioningState === "Upgrading" && cluster.kubernetesVersion === operation.version) {
    return running(site, null);
  }
  if (cluster.currentKubernetesVersion === operation.version && cluster.provisioningState === "Succeeded") {
    return finished(null, 0);
  }
  const agentPoolProfiles = cluster.agentPoolProfiles?.map(({ nodeImageVersion: _, ...profile }) => profile);
  const poller = client.managedClusters.createOrUpdate(
    group,
    name,
    {
      ...cluster,
      ...(agentPoolProfiles ? { agentPoolProfiles } : {}),
      kubernetesVersion: operation.version,
    },
    cluster.eTag === undefined ? {} : { ifMatch: cluster.eTag },
  );
  await poller.submitted();
  return running(site, await poller.serialize());
}

/** How the upgrade of a control plane stands, by what the cluster says of itself. */
export async function controlPlaneState(site: Site, operation: ControlPlaneOperation): Promise<OperationState> {
  const cluster = await site.client.managedClusters.get(site.group, site.cluster);
  const state = cluster.provisioningState ?? "Unknown";
  if (state === "Failed" || state === "Canceled") {
    return finished(terminal("OperationFailed", `${describeOperation(operation)} ended in state ${state}`), 0);
  }
  if (state !== "Succeeded") return running(site, null);
  if (cluster.currentKubernetesVersion === operation.version) return finished(null, 0);
  const message = `${describeOperation(operation)}: it runs ${cluster.currentKubernetesVersion}, and nothing is under way`;
  return finished(terminal("OperationFailed", message), 0);
}
