import type { AgentPool } from "@azure/arm-containerservice";
import { DrydockError, terminal } from "../../domain/errors.ts";
import { type OperationState, type PoolOperation, RUN_TAG } from "../../domain/long-operation.ts";
import { greenPool } from "./green-pool.ts";
import { describeOperation, finished, running, type Site } from "./operation-states.ts";

type Of<Kind extends PoolOperation["kind"]> = PoolOperation & { readonly kind: Kind };

/** Begins an operation on a pool, or finds it begun. */
export async function beginPoolOperation(site: Site, operation: PoolOperation): Promise<OperationState> {
  const pool = await findPool(site, operation.pool);
  switch (operation.kind) {
    case "createPool":
      return beginCreate(site, operation, pool);
    case "deletePool":
      return beginDelete(site, operation, pool);
    case "deleteMachines":
      return beginDeleteMachines(site, operation, pool);
    case "upgradeNodeImage":
      return beginImageUpgrade(site, operation, pool);
    case "upgradePool":
      return beginVersionUpgrade(site, operation, pool);
    case "rollBackPool":
      return beginRollback(site, operation, pool);
  }
}

/** How an operation on a pool stands, by what the pool says of itself. */
export async function poolState(site: Site, operation: PoolOperation): Promise<OperationState> {
  return byPoolState(operation, await findPool(site, operation.pool));
}

async function beginCreate(
  site: Site,
  operation: Of<"createPool">,
  pool: AgentPool | undefined,
): Promise<OperationState> {
  if (pool) {
    if (pool.tags?.[RUN_TAG] === operation.runId) return byPoolState(operation, pool);
    const message = `${describeOperation(operation)} would overwrite a pool that this run did not make`;
    throw new DrydockError(terminal("Conflict", message));
  }
  const { client, group, cluster } = site;
  const blue = await client.agentPools.get(group, cluster, operation.like);
  const green = greenPool(blue, operation.runId, operation.version);
  const poller = client.agentPools.createOrUpdate(group, cluster, operation.pool, green);
  await poller.submitted();
  return running(site, await poller.serialize());
}

async function beginDelete(
  site: Site,
  operation: Of<"deletePool">,
  pool: AgentPool | undefined,
): Promise<OperationState> {
  if (!pool) return finished(null, 0);
  if (operation.onlyIfMadeByRun && pool.tags?.[RUN_TAG] !== operation.runId) {
    throw new DrydockError(terminal("Conflict", `${describeOperation(operation)}: the pool was not made by this run`));
  }
  if (pool.provisioningState === "Deleting") return running(site, null);
  const poller = site.client.agentPools.delete(site.group, site.cluster, operation.pool);
  await poller.submitted();
  return running(site, await poller.serialize());
}

/** Machines that are gone are not asked for again: Azure refuses names that it does not know. */
async function beginDeleteMachines(
  site: Site,
  operation: Of<"deleteMachines">,
  pool: AgentPool | undefined,
): Promise<OperationState> {
  if (!pool) return finished(null, 0);
  if (pool.provisioningState === "Scaling" || pool.provisioningState === "Deleting") return running(site, null);
  const { client, group, cluster } = site;
  const there = new Set<string>();
  for await (const { name = "" } of client.machines.list(group, cluster, operation.pool)) there.add(name);
  const machineNames = operation.machines.filter((name) => there.has(name));
  if (machineNames.length === 0) return finished(null, 0);
  const poller = client.agentPools.deleteMachines(group, cluster, operation.pool, { machineNames });
  await poller.submitted();
  return running(site, await poller.serialize());
}

async function beginImageUpgrade(
  site: Site,
  operation: Of<"upgradeNodeImage">,
  pool: AgentPool | undefined,
): Promise<OperationState> {
  if (!pool) throw noSuchPool(operation);
  if (pool.provisioningState === "UpgradingNodeImageVersion") return running(site, null);
  if (pool.nodeImageVersion === operation.image && pool.provisioningState === "Succeeded") return finished(null, 0);
  const poller = site.client.agentPools.upgradeNodeImageVersion(site.group, site.cluster, operation.pool);
  await poller.submitted();
  return running(site, await poller.serialize());
}

/**
 * The pool is written back as it was read, with another version; AKS gives it the newest image of that, too. Without its node
 * image: to name one asks AKS to roll the pool back to it (AgentPool.nodeImageVersion).
 */
async function beginVersionUpgrade(
  site: Site,
  operation: Of<"upgradePool">,
  pool: AgentPool | undefined,
): Promise<OperationState> {
  if (!pool) throw noSuchPool(operation);
  const isAsked = pool.orchestratorVersion === operation.version;
  if (isAsked && pool.provisioningState === "Upgrading") return running(site, null);
  const isThere = isAsked && pool.currentOrchestratorVersion === operation.version;
  if (isThere && pool.provisioningState === "Succeeded") return finished(null, 0);
  const { nodeImageVersion: _, ...kept } = pool;
  const poller = site.client.agentPools.createOrUpdate(
    site.group,
    site.cluster,
    operation.pool,
    { ...kept, orchestratorVersion: operation.version },
    pool.eTag === undefined ? {} : { ifMatch: pool.eTag },
  );
  await poller.submitted();
  return running(site, await poller.serialize());
}

/**
 * The pool is written back as it was read, with the node image and the version that it ran before. AKS keeps those for seven days,
 * for one way back, and only while no auto-upgrade channel is set (learn.microsoft.com/azure/aks/roll-back-node-pool-version).
 */
async function beginRollback(
  site: Site,
  operation: Of<"rollBackPool">,
  pool: AgentPool | undefined,
): Promise<OperationState> {
  if (!pool) throw noSuchPool(operation);
  const { image, version } = operation;
  if (pool.provisioningState === "Upgrading") return running(site, null);
  const isThere = pool.nodeImageVersion === image && pool.currentOrchestratorVersion === version;
  if (isThere && pool.provisioningState === "Succeeded") return finished(null, 0);
  const { client, group, cluster } = site;
  const profile = await client.agentPools.getUpgradeProfile(group, cluster, operation.pool);
  const isKept = profile.recentlyUsedVersions?.some(
    (used) => used.nodeImageVersion === image && (used.orchestratorVersion ?? version) === version,
  );
  if (!isKept) {
    const message = `${describeOperation(operation)}: AKS does not list it among those that the pool ran recently`;
    throw new DrydockError(terminal("Conflict", message));
  }
  const poller = client.agentPools.createOrUpdate(
    group,
    cluster,
    operation.pool,
    { ...pool, orchestratorVersion: version, nodeImageVersion: image },
    pool.eTag === undefined ? {} : { ifMatch: pool.eTag },
  );
  await poller.submitted();
  return running(site, await poller.serialize());
}

function noSuchPool(operation: PoolOperation): DrydockError {
  return new DrydockError(terminal("NotFound", `${describeOperation(operation)}: there is no such pool`));
}

function byPoolState(operation: PoolOperation, pool: AgentPool | undefined): OperationState {
  if (!pool) {
    return operation.kind === "deletePool"
      ? finished(null, 0)
      : finished(terminal("NotFound", `${describeOperation(operation)}: the pool is gone`), 0);
  }
  const state = pool.provisioningState ?? "Unknown";
  if (state === "Failed" || state === "Canceled") {
    return finished(terminal("OperationFailed", `${describeOperation(operation)} ended in state ${state}`), 0);
  }
  const done = state === "Succeeded" && operation.kind !== "deletePool";
  return done ? finished(null, 0) : { ...finished(null, 0), done: false };
}

async function findPool({ client, group, cluster }: Site, name: string): Promise<AgentPool | undefined> {
  try {
    return await client.agentPools.get(group, cluster, name);
  } catch (error) {
    if ((error as { statusCode?: number } | undefined)?.statusCode === 404) return undefined;
    throw error;
  }
}
