import type { OperationRecord, ResourceRecord } from "../azure/records.ts";
import { hashText } from "../random.ts";
import { ArmError } from "../resource-manager/arm-error.ts";
import type { ArmAnswer, ArmRequest } from "../resource-manager/arm-router.ts";
import { resourceAt } from "../resource-manager/child-resources.ts";
import { retryAfter } from "../resource-manager/long-running.ts";
import { groupOf } from "../resource-manager/lookup.ts";
import { locationOf } from "./backup-bodies.ts";
import type { BackupOperation } from "./backup-records.ts";
import { VAULT_TYPE } from "./backups.ts";

export const PROVIDER = "Microsoft.DataProtection";
export const VAULTS = `/subscriptions/{subscription}/resourceGroups/{group}/providers/${VAULT_TYPE}`;
export const VAULT = `${VAULTS}/{vault}`;

/** The vault's id that the path names, in the case that it was made with. Throws a 404 without its group. */
export function vaultIdIn(request: ArmRequest): string {
  const id = `${groupOf(request).id}/providers/${VAULT_TYPE}/${request.names.vault}`;
  return request.azure.findResource(id)?.id ?? id;
}

/** The vault that the path names. Throws the 404 of the real one, and a 503 while it cannot be reached. */
export function vaultOf(request: ArmRequest): ResourceRecord {
  const vault = resourceAt(request, vaultIdIn(request));
  const { azure } = request;
  if (!azure.backups.faults.isUnreachable(vault.name, azure.world.nowMs)) return vault;
  const message = `The backup vault ${vault.name} could not be reached. Please retry the operation after some time.`;
  throw new ArmError(503, "CloudServiceRetryableError", message, { headers: { "retry-after": "30" } });
}

/** The instance that the path names. Throws the 404 of the real one. */
export function instanceOf(request: ArmRequest): ResourceRecord {
  return resourceAt(request, `${vaultOf(request).id}/backupInstances/${request.names.instance}`);
}

/** The answer that begins an operation: where to ask, and when. Both links are signed, and to be followed verbatim. */
export function begun(request: ArmRequest, operation: BackupOperation, answer: ArmAnswer): ArmAnswer {
  const { azure, origin, names } = request;
  const { id, vaultId } = operation;
  const suffix = `${id}?${signedQuery(request, operation)}`;
  const location = `${origin}/subscriptions/${names.subscription}/providers/${PROVIDER}/locations/${locationOf(azure, vaultId)}`;
  return {
    ...answer,
    headers: {
      "azure-asyncoperation": `${origin}${vaultId}/operationStatus/${suffix}`,
      location: `${location}/operationResults/${suffix}`,
      ...retryAfter(request),
      ...answer.headers,
    },
  };
}

/** The operation that the path names. Throws a 404, and a 403 when the link is not the one that was handed out. */
export function operationOf({ azure, names, query }: ArmRequest): BackupOperation {
  const operation = azure.backups.operations.get(names.operation ?? "");
  if (!operation) throw new ArmError(404, "NotFound", `The operation ${names.operation} was not found.`);
  if (query.get("s") === signature(azure.world.seed, operation)) return operation;
  const message = "The link to the operation is not the one that was handed out: follow it verbatim.";
  throw new ArmError(403, "InvalidOperationLink", message);
}

/** What stands behind an operation's id in its links. */
export function signedQuery({ azure, query }: ArmRequest, operation: Pick<OperationRecord, "id" | "startMs">): string {
  const signed = signature(azure.world.seed, operation);
  return `api-version=${query.get("api-version")}&t=${operation.startMs}&c=simulated&s=${signed}&h=${hashText(operation.id)}`;
}

function signature(seed: number, { id }: Pick<OperationRecord, "id">): string {
  return hashText(`${seed}/${id}`).toString(16);
}
