import { createHash } from "node:crypto";
import { ROLE_IDS, type RoleGrant, type ScratchNames, type ScratchSpec } from "../../../domain/restore/scratch.ts";

/** The names of one of a run's scratch clusters. */
export function scratchNames({
  runId,
  slot,
  subscriptionId,
}: Pick<ScratchSpec, "runId" | "slot" | "subscriptionId">): ScratchNames {
  const key = digest(`${runId}\n${slot}`).slice(0, 12);
  const group = `rg-drydock-scratch-${key}`;
  const cluster = `drydock-${key}`;
  const groupId = `/subscriptions/${subscriptionId}/resourceGroups/${group}`;
  return {
    group,
    groupId,
    cluster,
    clusterId: `${groupId}/providers/Microsoft.ContainerService/managedClusters/${cluster}`,
    extension: "azure-aks-backup",
    binding: "drydock-backup",
    stagingAccountId: `${groupId}/providers/Microsoft.Storage/storageAccounts/drydock${key}`,
  };
}

/** The name of a role assignment: a GUID of what it says and of the run, so that making it twice makes it once. */
export function assignmentName(runId: string, { scope, role, principalId }: RoleGrant): string {
  const hex = digest([runId, scope.toLowerCase(), ROLE_IDS[role], principalId].join("\n"));
  // Version 8 of RFC 9562: of the maker's own making.
  const parts = [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    `8${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ];
  return parts.join("-");
}

function digest(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
