import { DrydockError, terminal } from "../../../domain/errors.ts";
import { runOf } from "../../../domain/restore/janitor.ts";
import type { FoundGrant, FoundGroup, FoundScratch } from "../../../domain/restore/janitor-pass.ts";
import type { ArmSettings } from "../arm-client.ts";
import { azureFailure } from "../azure-failure.ts";
import { openScratchClients, type ScratchClients } from "./scratch-clients.ts";

/** How a role's description begins: the mark, and the key in the names of its scratch cluster. */
const GRANT = /^drydock scratch drydock-([0-9a-f]{12}): /;

/**
 * Everything in some subscriptions that says of itself that a run made it as scratch: groups by their tags, roles by their
 * description. What could not be listed is told, and spoils nothing else; what waiting may cure is thrown as DrydockError.
 *
 * @param runOfGroup the run that names a scratch group so; null for none that is known
 */
export async function findScratch(
  settings: ArmSettings,
  subscriptionIds: readonly string[],
  runOfGroup: (group: string) => string | null,
): Promise<FoundScratch> {
  const found = { groups: [] as FoundGroup[], grants: [] as FoundGrant[], unread: [] as string[] };
  for (const subscriptionId of [...new Set(subscriptionIds)].sort()) {
    const clients = await openScratchClients(settings, subscriptionId);
    // Roles first: one that is seen, and whose group is not, has lost its group, and will not get it any more.
    const grants = await listed(
      () => listGrants(clients),
      `list the role assignments of subscription ${subscriptionId}`,
    );
    const groups = await listed(
      () => listGroups(clients),
      `list the resource groups of subscription ${subscriptionId}`,
    );
    for (const { unread } of [grants, groups]) if (unread !== null) found.unread.push(unread);
    found.grants.push(...grants.items.map((grant) => ({ ...grant, run: runOfGroup(grant.group) })));
    found.groups.push(...groups.items);
  }
  return found;
}

/**
 * Begins to delete a scratch group, after it has looked once more: one that is not that run's scratch any more, or is gone, is
 * left alone. Answers whether a deletion is under way. Throws DrydockError.
 */
export async function removeScratchGroup(settings: ArmSettings, id: string, run: string): Promise<boolean> {
  const [, , subscriptionId = "", , name = ""] = id.split("/");
  const { groups } = await openScratchClients(settings, subscriptionId);
  const asked = `delete resource group ${name}`;
  try {
    const { tags = {}, properties } = await groups.resourceGroups.get(name);
    if (runOf({ id, tags }) !== run) {
      throw new DrydockError(terminal("Conflict", `could not ${asked}: it is not run ${run}'s scratch any more`));
    }
    if (properties?.provisioningState?.toLowerCase() !== "deleting")
      await groups.resourceGroups.delete(name).submitted();
    return true;
  } catch (error) {
    if ((error as { readonly statusCode?: unknown }).statusCode === 404) return false;
    throw azureFailure(error, asked);
  }
}

/** Takes back a role, after it has looked once more whether a scratch cluster got it. Throws DrydockError. */
export async function removeScratchGrant(settings: ArmSettings, id: string): Promise<boolean> {
  const subscriptionId = /\/subscriptions\/([^/]+)/i.exec(id)?.[1] ?? "";
  const { authorization } = await openScratchClients(settings, subscriptionId);
  const asked = `take back role assignment ${id}`;
  try {
    const { description = "" } = await authorization.roleAssignments.getById(id);
    if (!GRANT.test(description))
      throw new DrydockError(terminal("Conflict", `could not ${asked}: it is no scratch's`));
    await authorization.roleAssignments.deleteById(id);
    return true;
  } catch (error) {
    if ((error as { readonly statusCode?: unknown }).statusCode === 404) return false;
    throw azureFailure(error, asked);
  }
}

async function listGroups({ groups }: ScratchClients): Promise<FoundGroup[]> {
  const found: FoundGroup[] = [];
  for await (const { id = "", tags = {}, properties } of groups.resourceGroups.list()) {
    const isDeleting = properties?.provisioningState?.toLowerCase() === "deleting";
    if (runOf({ id, tags }) !== undefined) found.push({ id, tags, isDeleting });
  }
  return found;
}

async function listGrants({ authorization }: ScratchClients): Promise<Array<Omit<FoundGrant, "run">>> {
  const found: Array<Omit<FoundGrant, "run">> = [];
  for await (const { id, description } of authorization.roleAssignments.listForSubscription()) {
    const key = GRANT.exec(description ?? "")?.[1];
    if (id !== undefined && key !== undefined) found.push({ id, group: `rg-drydock-scratch-${key}` });
  }
  return found;
}

async function listed<T>(
  list: () => Promise<T[]>,
  asked: string,
): Promise<{ readonly items: T[]; readonly unread: string | null }> {
  try {
    return { items: await list(), unread: null };
  } catch (error) {
    const failed = azureFailure(error, asked);
    if (failed.failure.class === "transient") throw failed;
    return { items: [], unread: failed.failure.message };
  }
}
