import { terminal } from "../../domain/errors.ts";
import type { LongOperation, OperationState } from "../../domain/long-operation.ts";
import { type ArmSettings, createArmClient } from "./arm-client.ts";
import { azureFailure } from "./azure-failure.ts";
import { beginControlPlaneUpgrade, controlPlaneState } from "./control-plane-upgrade.ts";
import { describeOperation, finished, running, type Site } from "./operation-states.ts";
import { beginPoolOperation, poolState } from "./pool-operations.ts";
import { parseClusterId } from "./resource-id.ts";

/**
 * Begins an operation, or finds it begun: an activity may run twice, so it looks before it acts. Throws DrydockError; a pool
 * of that name that the run did not make is "Conflict" and is never touched.
 */
export async function beginOperation(settings: ArmSettings, operation: LongOperation): Promise<OperationState> {
  const site = await openSite(settings, operation.resourceId);
  try {
    return operation.kind === "upgradeControlPlane"
      ? await beginControlPlaneUpgrade(site, operation)
      : await beginPoolOperation(site, operation);
  } catch (error) {
    throw azureFailure(error, `begin ${describeOperation(operation)}`);
  }
}

/** Looks once at an operation. Throws DrydockError when it could not look; how the operation went is in the answer. */
export async function pollOperation(
  settings: ArmSettings,
  operation: LongOperation,
  state: OperationState,
): Promise<OperationState> {
  const site = await openSite(settings, operation.resourceId);
  const polls = state.polls + 1;
  try {
    if (state.poller === null) return { ...(await stateOf(site, operation)), polls };
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
      return finished(terminal("OperationFailed", `${describeOperation(operation)} failed: ${said}`), polls);
    }
    return { ...running(site, await poller.serialize()), polls };
  } catch (error) {
    // Azure forgets operations after a while; the resource itself still knows how it went.
    if ((error as { statusCode?: number } | undefined)?.statusCode === 404) {
      return { ...(await stateOf(site, operation)), polls };
    }
    throw azureFailure(error, `follow ${describeOperation(operation)}`);
  }
}

/** Tells from the resource itself how an operation stands whose poller was lost with the activity that began it. */
function stateOf(site: Site, operation: LongOperation): Promise<OperationState> {
  return operation.kind === "upgradeControlPlane" ? controlPlaneState(site, operation) : poolState(site, operation);
}

/** Whether a call had no answer, or one that refused it: RestError of @azure/core-rest-pipeline, and what sockets throw. */
function isCallFailure(error: unknown): boolean {
  return error instanceof Error && (error.name === "RestError" || error.name === "AbortError" || "code" in error);
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
  { kind }: LongOperation,
  serialized: string,
): Poller {
  switch (kind) {
    case "createPool":
    case "upgradePool":
    case "rollBackPool":
      return restorePoller(client, serialized, client.agentPools.createOrUpdate);
    case "deletePool":
      return restorePoller(client, serialized, client.agentPools.delete);
    case "deleteMachines":
      return restorePoller(client, serialized, client.agentPools.deleteMachines);
    case "upgradeNodeImage":
      return restorePoller(client, serialized, client.agentPools.upgradeNodeImageVersion);
    case "upgradeControlPlane":
      return restorePoller(client, serialized, client.managedClusters.createOrUpdate);
  }
}

async function openSite(settings: ArmSettings, resourceId: string): Promise<Site> {
  const { subscriptionId, resourceGroup, name } = parseClusterId(resourceId);
  return { ...(await createArmClient(settings, subscriptionId)), group: resourceGroup, cluster: name };
}
