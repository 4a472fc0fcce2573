import type { AzureModel } from "./azure/azure-model.ts";

/** What `/simulator/status` tells: the clusters with their pools, images and running operations, and the time it is there. */
export function simulatorStatus(azure: AzureModel) {
  const { world } = azure;
  world.catchUp();
  const names = azure.clusters.values().map(({ name }) => name);
  return {
    now: new Date(world.nowMs).toISOString(),
    startedAt: new Date(world.startMs).toISOString(),
    speed: Number.isFinite(world.clock.speed) ? world.clock.speed : "virtual",
    seed: world.seed,
    clusters: names.sort().map((name) => clusterStatus(azure, name)),
  };
}

function clusterStatus(azure: AzureModel, name: string) {
  const operation = azure.runningOperation(name);
  return {
    name,
    kubernetesVersion: azure.findCluster(name)?.kubernetesVersion,
    pools: azure.poolsOf(name).map((pool) => ({
      name: pool.name,
      count: pool.settings.count,
      provisioningState: pool.provisioningState,
      nodeImageVersion: pool.nodeImageVersion,
      latestNodeImageVersion: azure.latestImage(pool.settings.osSKU),
      nodes: pool.machines.map((machine) => ({
        name: machine.name,
        imageVersion: machine.imageVersion,
        surge: machine.surge,
      })),
    })),
    ...(operation ? { operation: { id: operation.id, kind: operation.kind, pool: operation.poolName } } : {}),
  };
}
