import { DrydockError, type Failure, terminal } from "../../../domain/errors.ts";
import type { OperationState } from "../../../domain/long-operation.ts";
import { runOf, type TaggedResource } from "../../../domain/restore/janitor.ts";
import type { ScratchSpec, ScratchStep } from "../../../domain/restore/scratch.ts";
import type { ArmSettings } from "../arm-client.ts";
import { azureFailure } from "../azure-failure.ts";
import { openScratchClients, type ScratchClients } from "./scratch-clients.ts";
import { grantRoles, revokeRoles } from "./scratch-grants.ts";
import { type ResourceStep, resourceOf, type ScratchResource, type Seen } from "./scratch-resources.ts";

/** A test makes and takes away a dozen things one after the other, and is timed: half of this is lost at the end of each. */
const WAIT_SECONDS = 5;
/** Looks until a deletion must show: Azure answers before the resource says so. */
const DELETION_SHOWS_POLLS = 18;

/**
 * Begins a step, or finds it begun or done: it looks before it acts. A resource of that name that the run did not make is
 * "Conflict" and is never touched. Throws DrydockError.
 */
export async function beginScratchStep(
  settings: ArmSettings,
  spec: ScratchSpec,
  step: ScratchStep,
): Promise<OperationState> {
  const clients = await openScratchClients(settings, spec.subscriptionId);
  const asked = describe(clients, spec, step);
  try {
    if (step === "roles") {
      await grantRoles(clients, spec);
      return state(true, null, 0);
    }
    if (step === "removeRoles") return await removeRoles(clients, spec, 0);
    const resource = resourceOf(clients, spec, step);
    const found = await resource.look();
    checkOwner(resource, found, spec);
    if (isRemoval(step)) {
      if (found && !isDeleting(found)) await resource.remove();
    } else if (!found || isDeleting(found)) await resource.make();
    return await look(resource, step, 0);
  } catch (error) {
    throw azureFailure(error, asked);
  }
}

/** Looks once at a step. Throws DrydockError when it could not look; how it went is in the answer. */
export async function pollScratchStep(
  settings: ArmSettings,
  spec: ScratchSpec,
  { step, state: before }: { readonly step: ScratchStep; readonly state: OperationState },
): Promise<OperationState> {
  if (before.done) return before;
  const clients = await openScratchClients(settings, spec.subscriptionId);
  const polls = before.polls + 1;
  try {
    if (step === "roles") return state(true, null, polls);
    if (step === "removeRoles") return await removeRoles(clients, spec, polls);
    return await look(resourceOf(clients, spec, step), step, polls);
  } catch (error) {
    throw azureFailure(error, `follow ${describe(clients, spec, step)}`);
  }
}

/** Every resource group of a subscription that a run made as scratch, for the janitor. Throws DrydockError. */
export async function listScratchGroups(settings: ArmSettings, subscriptionId: string): Promise<TaggedResource[]> {
  const { groups } = await openScratchClients(settings, subscriptionId);
  try {
    const found: TaggedResource[] = [];
    for await (const { id = "", tags = {} } of groups.resourceGroups.list()) {
      if (runOf({ id, tags }) !== undefined) found.push({ id, tags });
    }
    return found;
  } catch (error) {
    throw azureFailure(error, `list the resource groups of subscription ${subscriptionId}`);
  }
}

async function look(resource: ScratchResource, step: ResourceStep, polls: number): Promise<OperationState> {
  const found = await resource.look();
  if (isRemoval(step)) {
    if (!found) return state(true, null, polls);
    if (isDeleting(found) || polls < DELETION_SHOWS_POLLS) return state(false, null, polls);
    const why = found.error || `it is ${found.provisioningState}`;
    return state(true, terminal("OperationFailed", `${resource.what} was not deleted: ${why}`), polls);
  }
  if (!found) return state(true, terminal("NotFound", `${resource.what} went away while it was made`), polls);
  const word = found.provisioningState.toLowerCase();
  if (word === "succeeded") return state(true, null, polls);
  if (word !== "failed" && word !== "canceled") return state(false, null, polls);
  return state(true, failureOf(resource, found), polls);
}

/** A quota is told from other failures by Azure's code; it says nothing of the backup. */
function failureOf({ what }: ScratchResource, { error, provisioningState }: Seen): Failure {
  const code = /quota|capacity|SkuNotAvailable|AllocationFailed/i.test(error) ? "QuotaExceeded" : "OperationFailed";
  return terminal(code, `${what} could not be made: ${error || provisioningState}`);
}

async function removeRoles(clients: ScratchClients, spec: ScratchSpec, polls: number): Promise<OperationState> {
  const left = await revokeRoles(clients, spec);
  return state(left.length === 0, null, polls);
}

function checkOwner({ what }: ScratchResource, found: Seen | undefined, { runId }: ScratchSpec): void {
  if (!found || found.run === null || found.run === runId) return;
  const owner = found.run === "" ? "nobody's run" : `run ${found.run}`;
  throw new DrydockError(terminal("Conflict", `${what} is there and belongs to ${owner}, not to run ${runId}`));
}

function isRemoval(step: ScratchStep): boolean {
  return step.startsWith("remove");
}

function isDeleting({ provisioningState }: Seen): boolean {
  return provisioningState.toLowerCase() === "deleting";
}

function describe(clients: ScratchClients, spec: ScratchSpec, step: ScratchStep): string {
  if (step === "roles") return "give the roles that a restore needs";
  if (step === "removeRoles") return "take back the roles of a restore";
  const { what } = resourceOf(clients, spec, step);
  return `${isRemoval(step) ? "delete" : "make"} ${what}`;
}

/** A step is known by what its resource says of itself: there is no poller that a crash could lose. */
function state(done: boolean, failure: Failure | null, polls: number): OperationState {
  return { done, failure, poller: null, retryAfterSeconds: WAIT_SECONDS, polls };
}
