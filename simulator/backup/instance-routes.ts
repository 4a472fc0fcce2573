import { z } from "zod";
import { ok, paged } from "../resource-manager/answers.ts";
import { ArmError } from "../resource-manager/arm-error.ts";
import type { ArmAnswer, ArmRequest, ArmRoute } from "../resource-manager/arm-router.ts";
import { getResource, listResources } from "../resource-manager/child-resources.ts";
import { parseBody } from "../resource-manager/pool-request.ts";
import { resourceBody } from "../resource-manager/resource-bodies.ts";
import { pointBody } from "./backup-bodies.ts";
import { beginBackupOperation } from "./backup-operations.ts";
import { backupRules } from "./backup-policy.ts";
import { begun, instanceOf, PROVIDER, VAULT, vaultOf } from "./backup-requests.ts";
import { INSTANCE_TYPE } from "./backups.ts";
import { instanceSchema, restoreRequestSchema } from "./kubernetes-request.ts";
import { pointFilter } from "./point-filter.ts";
import { policyOf } from "./recovery-points.ts";

const LIST = `${VAULT}/backupInstances`;
const INSTANCE = `${LIST}/{instance}`;
const POINTS = `${INSTANCE}/recoveryPoints`;

/** Backup instances, what can be done with them, and their recovery points. */
export const INSTANCE_ROUTES: readonly ArmRoute[] = [
  { method: "GET", path: `{scope}/providers/${PROVIDER}/backupInstances`, handle: listOfCluster },
  { method: "GET", path: LIST, handle: (request) => listResources(request, `${vaultOf(request).id}/backupInstances`) },
  { method: "GET", path: INSTANCE, handle: (request) => getResource(request, instanceOf(request).id) },
  { method: "PUT", path: INSTANCE, handle: put },
  { method: "DELETE", path: INSTANCE, handle: remove },
  { method: "POST", path: `${VAULT}/validateForBackup`, handle: validateForBackup },
  { method: "POST", path: `${INSTANCE}/backup`, handle: backUp },
  { method: "POST", path: `${INSTANCE}/validateRestore`, handle: validateForRestore },
  { method: "POST", path: `${INSTANCE}/restore`, handle: restore },
  { method: "GET", path: POINTS, handle: listPoints },
  { method: "GET", path: `${POINTS}/{point}`, handle: getPoint },
];

const putSchema = z.looseObject({
  properties: instanceSchema,
  tags: z.record(z.string(), z.string()).nullish(),
});
const validateBackupSchema = z.looseObject({ backupInstance: instanceSchema });
const validateRestoreSchema = z.looseObject({ restoreRequestObject: restoreRequestSchema });
const backupSchema = z.looseObject({
  backupRuleOptions: z.looseObject({
    ruleName: z.string().min(1),
    triggerOption: z.looseObject({ retentionTagOverride: z.string().nullish() }),
  }),
});

function listOfCluster(request: ArmRequest): ArmAnswer {
  const { azure, names } = request;
  return paged(
    request,
    azure.backups.instancesOf(names.scope ?? ""),
    ({ id }) => id,
    (instance) => resourceBody(azure, instance),
  );
}

function put(request: ArmRequest): ArmAnswer {
  const { azure, names } = request;
  const vault = vaultOf(request);
  const { properties, tags } = parseBody(putSchema, request.body);
  if (!azure.findResource(properties.policyInfo.policyId)) {
    const message = `The backup policy ${properties.policyInfo.policyId} was not found.`;
    throw new ArmError(400, "UserErrorPolicyNotFound", message);
  }
  const id = `${vault.id}/backupInstances/${names.instance}`;
  const current = azure.findResource(id);
  const state = current ? "UpdatingProtection" : "ConfiguringProtection";
  const made = azure.putResource({
    id: current?.id ?? id,
    name: current?.name ?? names.instance ?? "",
    type: INSTANCE_TYPE,
    ...(tags ? { tags } : {}),
    properties: {
      ...properties,
      provisioningState: current ? "Updating" : "Provisioning",
      currentProtectionState: state,
      protectionStatus: { status: "ConfiguringProtection" },
    },
  });
  const operation = beginBackupOperation(azure.backups, { kind: "PutInstance", resourceId: made.id });
  return begun(request, operation, { status: current ? 200 : 201, body: resourceBody(azure, made) });
}

function remove(request: ArmRequest): ArmAnswer {
  const { azure, names } = request;
  const current = azure.findResource(`${vaultOf(request).id}/backupInstances/${names.instance}`);
  if (!current) return { status: 204 };
  const properties = { ...current.properties, currentProtectionState: "SoftDeleting", provisioningState: "Deleting" };
  azure.putResource({ ...current, properties: { ...properties, protectionStatus: { status: "SoftDeleting" } } });
  const operation = beginBackupOperation(azure.backups, { kind: "DeleteInstance", resourceId: current.id });
  return begun(request, operation, { status: 202 });
}

function validateForBackup(request: ArmRequest): ArmAnswer {
  const { backupInstance } = parseBody(validateBackupSchema, request.body);
  return accept(request, "ValidateBackup", vaultOf(request).id, backupInstance);
}

function backUp(request: ArmRequest): ArmAnswer {
  const instance = instanceOf(request);
  const { ruleName, triggerOption } = parseBody(backupSchema, request.body).backupRuleOptions;
  const policy = policyOf(request.azure.backups, instance);
  const rules = policy ? backupRules(policy) : [];
  if (!rules.includes(ruleName)) {
    const message = `The policy of the backup instance has no backup rule '${ruleName}'; it has ${rules.join(", ")}.`;
    throw new ArmError(400, "UserErrorBackupRuleNotFound", message);
  }
  const { retentionTagOverride: tag } = triggerOption;
  return accept(request, "Backup", instance.id, { ruleName, ...(tag ? { tag } : {}) });
}

function validateForRestore(request: ArmRequest): ArmAnswer {
  const instance = instanceOf(request);
  const { restoreRequestObject } = parseBody(validateRestoreSchema, request.body);
  return accept(request, "ValidateRestore", instance.id, restoreRequestObject);
}

function restore(request: ArmRequest): ArmAnswer {
  const instance = instanceOf(request);
  return accept(request, "Restore", instance.id, parseBody(restoreRequestSchema, request.body));
}

function accept(
  request: ArmRequest,
  kind: "ValidateBackup" | "ValidateRestore" | "Backup" | "Restore",
  resourceId: string,
  asked: unknown,
): ArmAnswer {
  const operation = beginBackupOperation(request.azure.backups, { kind, resourceId, request: asked });
  return begun(request, operation, { status: 202 });
}

/** Newest first. */
function listPoints(request: ArmRequest): ArmAnswer {
  const instance = instanceOf(request);
  const matches = pointFilter(request.query.get("$filter"));
  return paged(
    request,
    request.azure.backups.pointsOf(instance.id).filter(matches),
    ({ atMs, id }) => `${String(Number.MAX_SAFE_INTEGER - atMs).padStart(16, "0")} ${id}`,
    (point) => pointBody(instance.id, point),
  );
}

function getPoint(request: ArmRequest): ArmAnswer {
  const instance = instanceOf(request);
  const { point: name = "" } = request.names;
  const found = request.azure.backups.pointsOf(instance.id).find(({ id }) => id === name);
  if (found) return ok(pointBody(instance.id, found));
  throw new ArmError(404, "UserErrorRecoveryPointNotFound", `The recovery point ${name} was not found.`);
}
