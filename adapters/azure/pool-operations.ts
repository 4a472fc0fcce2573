import type { AgentPool, ContainerServiceClient } from "@azure/arm-containerservice";
import { DrydockError, terminal } from "../../domain/errors.ts";
import { type PoolOperation, type PoolOperationState, RUN_TAG } from "../../domain/pool-operation.ts";
import { type ArmClient, type ArmSettings, createArmClient } from "./arm-client.ts";
import { azureFailure } from "./azure-failure.ts";
import { greenPool } from "./green-pool.ts";
import { parseClusterId } from "./resource-id.ts";

/** What to wait when Azure does not say; what the az command line waits. */
const DEFAULT_WAIT_SECONDS = 30;

/** A client with the names of one pool's cluster. */
interface Site extends ArmClient {
  readonly group: string;
  readonly cluster: string;
}

/**
 * Begins an operation, or finds it begun: an activity may run twice, so it looks before it acts. Throws DrydockError; a pool
 * of that name that the run did not make is "Conflict" and is never touched.
 */
export async function beginPoolOperation(settings: ArmSettings, operation: PoolOperation): Promise<PoolOperationState> {
  const site = await openSite(settings, operation.resourceId);
  try {
    const pool = await findPool(site, operation.pool);
    switch (operation.kind) {
      case "createPool":
        return await beginCreate(site, operation, pool);
      case "deletePool":
        return await beginDelete(site, operation, pool);
      case "upgradeNodeImage":
        return await beginUpgrade(site, operation, pool);
    }
  } catch (error) {
    throw azureFailure(error, `begin ${describe(operation)}`);
  }
}

/** Looks once at an operation. Throws DrydockError when it could not look; how the operation went is in the answer. */
export async function pollPoolOperation(
  settings: ArmSettings,
  operation: PoolOperation,
  state: PoolOperationState,
): Promise<PoolOperationState> {
  const site = await openSite(settings, operation.resourceId);
  const polls = state.polls + 1;
  try {
    if (state.poller === null) return { ...byPoolState(operation, await findPool(site, operation.pool)), polls };
    const { restorePoller } = await import("@azure/arm-containerservice");
    const poller = restore(restorePoller, site, operation, state.poller);
    const seen = await poller.poll().catch((error: unknown) => {
      // The SDK throws alike for an operation that failed and for a call that did, and marks the poller as failed in both
      // cases. A call that failed says nothing of the operation.
      if (isCallFailure(error) || !(error instanceof Error)) throw error;
      return { status: "failed", error };
    });
    if (seen.status === "succeeded") return finished(null, polls);
    if (seen.status === "failed" || seen.status === "canceled") {
      const said = seen.error?.message.split("\n")[0] ?? seen.status;
      return finished(terminal("OperationFailed", `${describe(operation)} failed: ${said}`), polls);
    }
    return { ...running(site, await poller.serialize()), polls };
  } catch (error) {
    // Azure forgets operations after a while; the pool itself still knows how it went.
    if (statusOf(error) === 404) return { ...byPoolState(operation, await findPool(site, operation.pool)), polls };
    throw azureFailure(error, `follow ${describe(operation)}`);
  }
}

/** Whether a call had no answer, or one that refused it: RestError of @azure/core-rest-pipeline, and what sockets throw. */
function isCallFailure(error: unknown): boolean {
  return error instanceof Error && (error.name === "RestError" || error.name === "AbortError" || "code" in error);
}

function statusOf(error: unknown): number | undefined {
  return (error as { statusCode?: number } | undefined)?.statusCode;
}

/** What is used of the SDK's poller. */
interface Poller {
  poll(): Promise<{ readonly status: string; readonly error?: Error | undefined }>;
  serialize(): Promise<string>;
}

/** A poller is a promise of the operation's end, too: it must never be awaited, nor returned from an async function. */
function restore(
  restorePoller: typeof import("@azure/arm-containerservice").restorePoller,
  { client }: Site,
  { kind }: PoolOperation,
  serialized: string,
): Poller {
  switch (kind) {
    case "createPool":
      return restorePoller(client, serialized, client.agentPools.createOrUpdate);
    case "deletePool":
      return restorePoller(client, serialized, client.agentPools.delete);
    case "upgradeNodeImage":
      return restorePoller(client, serialized, client.agentPools.upgradeNodeImageVersion);
  }
}

async function beginCreate(
  site: Site,
  operation: PoolOperation & { kind: "createPool" },
  pool: AgentPool | undefined,
): Promise<PoolOperationState> {
  if (pool) {
    if (pool.tags?.[RUN_TAG] === operation.runId) return byPoolState(operation, pool);
    const message = `${describe(operation)} would overwrite a pool that this run did not make`;
    throw new DrydockError(terminal("Conflict", message));
  }
  const blue = await site.client.agentPools.get(site.group, site.cluster, operation.like);
  const poller = site.client.agentPools.createOrUpdate(
    site.group,
    site.cluster,
    operation.pool,
    greenPool(blue, operation.runId),
  );
  await poller.submitted();
  return running(site, await poller.serialize());
}

async function beginDelete(
  site: Site,
  operation: PoolOperation & { kind: "deletePool" },
  pool: AgentPool | undefined,
): Promise<PoolOperationState> {
  if (!pool) return finished(null, 0);
  if (operation.onlyIfMadeByRun && pool.tags?.[RUN_TAG] !== operation.runId) {
    throw new DrydockError(terminal("Conflict", `${describe(operation)}: the pool was not made by this run`));
  }
  if (pool.provisioningState === "Deleting") return running(site, null);
  const poller = site.client.agentPools.delete(site.group, site.cluster, operation.pool);
  await poller.submitted();
  return running(site, await poller.serialize());
}

async function beginUpgrade(
  site: Site,
  operation: PoolOperation & { kind: "upgradeNodeImage" },
  pool: AgentPool | undefined,
): Promise<PoolOperationState> {
  if (!pool) throw new DrydockError(terminal("NotFound", `${describe(operation)}: there is no such pool`));
  if (pool.provisioningState === "UpgradingNodeImageVersion") return running(site, null);
  if (pool.nodeImageVersion === operation.image && pool.provisioningState === "Succeeded") return finished(null, 0);
  const poller = site.client.agentPools.upgradeNodeImageVersion(site.group, site.cluster, operation.pool);
  await poller.submitted();
  return running(site, await poller.serialize());
}

/** Tells from the pool itself how an operation stands whose poller was lost with the activity that began it. */
function byPoolState(operation: PoolOperation, pool: AgentPool | undefined): PoolOperationState {
  if (!pool) {
    return operation.kind === "deletePool"
      ? finished(null, 0)
      : finished(terminal("NotFound", `${describe(operation)}: the pool is gone`), 0);
  }
  const state = pool.provisioningState ?? "Unknown";
  if (state === "Failed" || state === "Canceled") {
    return finished(terminal("OperationFailed", `${describe(operation)} ended in state ${state}`), 0);
  }
  const done = state === "Succeeded" && operation.kind !== "deletePool";
  return done ? finished(null, 0) : { ...finished(null, 0), done: false };
}

function running(site: ArmClient, poller: string | null): PoolOperationState {
  const retryAfterSeconds = site.retryAfterSeconds() ?? DEFAULT_WAIT_SECONDS;
  return { done: false, failure: null, poller, retryAfterSeconds: Math.max(1, retryAfterSeconds), polls: 0 };
}

function finished(failure: PoolOperationState["failure"], polls: number): PoolOperationState {
  return { done: true, failure, poller: null, retryAfterSeconds: DEFAULT_WAIT_SECONDS, polls };
}

async function openSite(settings: ArmSettings, resourceId: string): Promise<Site> {
  const { subscriptionId, resourceGroup, name } = parseClusterId(resourceId);
  return { ...(await createArmClient(settings, subscriptionId)), group: resourceGroup, cluster: name };
}

async function findPool(site: Site, name: string): Promise<AgentPool | undefined> {
  const { client, group, cluster }: { client: ContainerServiceClient; group: string; cluster: string } = site;
  try {
    return await client.agentPools.get(group, cluster, name);
  } catch (error) {
    if (statusOf(error) === 404) return undefined;
    throw error;
  }
}

function describe(operation: PoolOperation): string {
  const cluster = operation.resourceId.split("/").at(-1);
  const verbs = { createPool: "to create", deletePool: "to delete", upgradeNodeImage: "to upgrade the node image of" };
  return `${verbs[operation.kind]} pool ${operation.pool} of ${cluster}`;
}
