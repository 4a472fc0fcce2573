import type { AzureModel } from "./azure/azure-model.ts";
import type { FaultBook } from "./faults/fault-book.ts";

/** What `/simulator/status` tells: the clusters with their pools, images and running operations, the faults there have been by kind, and the time it is there. */
export function simulatorStatus(azure: AzureModel, book: FaultBook) {
  const { world } = azure;
  world.catchUp();
  const names = azure.clusters.values().map(({ name }) => name);
  return {
    now: new Date(world.nowMs).toISOString(),
    startedAt: new Date(world.startMs).toISOString(),
    speed: Number.isFinite(world.clock.speed) ? world.clock.speed : "virtual",
    seed: world.seed,
    faults: book.counts(),
    clusters: names.sort().map((name) => clusterStatus(azure, name)),
  };
}

function clusterStatus(azure: AzureModel, name: string) {
  const operation = azure.runningOperation(name);
  const { kubernetesVersion, location = "" } = azure.findCluster(name) ?? {};
  return {
    name,
    kubernetesVersion,
    pools: azure.poolsOf(name).map((pool) => ({
      name: pool.name,
      count: pool.settings.count,
      provisioningState: pool.provisioningState,
      nodeImageVersion: pool.nodeImageVersion,
      latestNodeImageVersion: azure.latestImage(pool.settings.osSKU, location),
      nodes: pool.machines.map((machine) => ({
        name: machine.name,
        imageVersion: machine.imageVersion,
        surge: machine.surge,
      })),
    })),
    ...(operation ? { operation: { id: operation.id, kind: operation.kind, pool: operation.poolName } } : {}),
  };
}
