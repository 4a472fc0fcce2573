import type { AzureModel } from "./azure-model.ts";
import { bootPhase } from "./operation-phases.ts";
import { beginOperation, type OperationRequest } from "./operations.ts";
import { draftPool } from "./pool-changes.ts";
import type { ClusterRecord, OperationRecord, PoolSettings } from "./records.ts";
import { clusterId } from "./resource-id.ts";

/** Makes a new cluster: its control plane, then the machines of all its pools. */
export function createCluster(
  azure: AzureModel,
  cluster: ClusterRecord,
  pools: ReadonlyArray<{ readonly name: string; readonly settings: PoolSettings }>,
): OperationRecord {
  azure.putCluster(cluster);
  const phases = pools.flatMap(({ name, settings }) => {
    const pool = azure.putPool(draftPool(azure, cluster.name, name, settings));
    return bootPhase(name, pool.machines);
  });
  const seconds = azure.settings.clusterCreateSeconds;
  return begin(azure, cluster, "Creating", { kind: "CreateCluster", phases, seconds });
}

/** Changes tags and profiles; a version other than the cluster's upgrades the control plane alone. */
export function updateCluster(azure: AzureModel, cluster: ClusterRecord, version: string): OperationRecord {
  if (version === cluster.kubernetesVersion) {
    return begin(azure, cluster, "Updating", { kind: "UpdateCluster", seconds: azure.settings.clusterUpdateSeconds });
  }
  const seconds = azure.settings.controlPlaneUpgradeSeconds;
  return begin(azure, cluster, "Upgrading", { kind: "UpgradeCluster", targetVersion: version, seconds });
}

/** Stops a cluster with all its machines, or starts it again. */
export function powerCluster(azure: AzureModel, cluster: ClusterRecord, running: boolean): OperationRecord {
  const kind = running ? "StartCluster" : "StopCluster";
  return begin(azure, cluster, running ? "Starting" : "Stopping", { kind, seconds: azure.settings.powerSeconds });
}

/** Takes a cluster away, with its pools and all that hangs on its id. Nothing is drained. */
export function deleteCluster(azure: AzureModel, cluster: ClusterRecord): OperationRecord {
  const seconds = azure.settings.clusterDeleteSeconds;
  for (const pool of azure.poolsOf(cluster.name)) azure.putPool({ ...pool, provisioningState: "Deleting" });
  return begin(azure, cluster, "Deleting", { kind: "DeleteCluster", seconds });
}

function begin(
  azure: AzureModel,
  cluster: ClusterRecord,
  provisioningState: string,
  request: Pick<OperationRequest, "kind"> & Partial<OperationRequest>,
): OperationRecord {
  const { provisioningError: _, ...rest } = cluster;
  azure.putCluster({ ...rest, provisioningState, eTag: azure.random.uuid() });
  return beginOperation(azure, { resourceId: clusterId(cluster), clusterName: cluster.name, ...request });
}
