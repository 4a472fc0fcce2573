import { DrydockError, terminal } from "../../../domain/errors.ts";
import { ROLE_IDS, type RoleGrant, type ScratchSpec, scratchRoles } from "../../../domain/restore/scratch.ts";
import type { ScratchClients } from "./scratch-clients.ts";
import { assignmentName, scratchNames } from "./scratch-names.ts";

/** Marks assignments of a run, by which they are found again when their principals are gone. */
const MARK = "drydock scratch";

/** Gives every role that a restore needs; one that is there already is the same. Throws what the SDK throws, or DrydockError. */
export async function grantRoles(clients: ScratchClients, spec: ScratchSpec): Promise<void> {
  for (const grant of await grantsOf(clients, spec)) {
    const { scope, role, principalId, why } = grant;
    await clients.authorization.roleAssignments.create(scope, assignmentName(spec.runId, grant), {
      principalId,
      // An identity that was made a moment ago is not known everywhere: without its kind it would be looked for.
      principalType: "ServicePrincipal",
      roleDefinitionId: `/subscriptions/${spec.subscriptionId}/providers/Microsoft.Authorization/roleDefinitions/${ROLE_IDS[role]}`,
      description: `${markOf(spec)}: ${why}`,
    });
  }
}

/** Takes every role of the scratch cluster back, and answers the ids of those that are still there. */
export async function revokeRoles(clients: ScratchClients, spec: ScratchSpec): Promise<string[]> {
  for (const { id } of await assignmentsOf(clients, spec)) await clients.authorization.roleAssignments.deleteById(id);
  return (await assignmentsOf(clients, spec)).map(({ id }) => id);
}

/**
 * They are found by what they say of themselves where they were given: principals are gone when the cluster is, and an
 * assignment must not outlive it.
 */
async function assignmentsOf(clients: ScratchClients, spec: ScratchSpec): Promise<Array<{ readonly id: string }>> {
  const found = new Map<string, { readonly id: string }>();
  for (const scope of scopesOf(spec)) {
    const listed = clients.authorization.roleAssignments.listForScope(scope, { filter: "atScope()" });
    for await (const { id, description } of listed) {
      if (id !== undefined && description?.startsWith(`${markOf(spec)}: `)) found.set(id.toLowerCase(), { id });
    }
  }
  return [...found.values()];
}

/** Where roles are given outside of the scratch group; those inside go with it. */
function scopesOf(spec: ScratchSpec): string[] {
  const { clusterId, groupId } = scratchNames(spec);
  const grants = scratchRoles(spec, clusterId, { cluster: "", extension: "" });
  return [...new Set(grants.map(({ scope }) => scope))].filter((scope) => !`${scope}/`.startsWith(`${groupId}/`));
}

async function grantsOf({ clusters, extensions }: ScratchClients, spec: ScratchSpec): Promise<RoleGrant[]> {
  const { group, cluster, clusterId, extension } = scratchNames(spec);
  const { identity } = await clusters.managedClusters.get(group, cluster);
  const installed = await extensions.extensions.get(
    group,
    "Microsoft.ContainerService",
    "managedClusters",
    cluster,
    extension,
  );
  const [ofCluster, ofExtension] = [identity?.principalId, installed.aksAssignedIdentity?.principalId];
  if (ofCluster && ofExtension) return scratchRoles(spec, clusterId, { cluster: ofCluster, extension: ofExtension });
  const lacks = ofCluster ? "its backup extension" : "it";
  throw new DrydockError(terminal("Invalid", `could not give roles to cluster ${cluster}: ${lacks} has no identity`));
}

function markOf(spec: ScratchSpec): string {
  return `${MARK} ${scratchNames(spec).cluster}`;
}
