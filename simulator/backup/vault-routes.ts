import { z } from "zod";
import type { ResourceRecord } from "../azure/records.ts";
import { ok, paged } from "../resource-manager/answers.ts";
import { ArmError, invalidParameter } from "../resource-manager/arm-error.ts";
import type { ArmAnswer, ArmRequest, ArmRoute } from "../resource-manager/arm-router.ts";
import { getResource, listResources, resourceAt } from "../resource-manager/child-resources.ts";
import { groupOf } from "../resource-manager/lookup.ts";
import { parseBody } from "../resource-manager/pool-request.ts";
import { resourceBody } from "../resource-manager/resource-bodies.ts";
import { beginBackupOperation } from "./backup-operations.ts";
import { policySchema } from "./backup-policy.ts";
import { begun, PROVIDER, VAULT, VAULTS, vaultIdIn, vaultOf } from "./backup-requests.ts";
import { POLICY_TYPE, VAULT_TYPE } from "./backups.ts";
import { VAULT_DEFAULTS, vaultIdentity } from "./found-backup.ts";

const POLICY = `${VAULT}/backupPolicies/{policy}`;

/** Backup vaults and their policies. */
export const VAULT_ROUTES: readonly ArmRoute[] = [
  { method: "GET", path: `/subscriptions/{subscription}/providers/${PROVIDER}/backupVaults`, handle: listAll },
  {
    method: "GET",
    path: VAULTS,
    handle: (request) => listResources(request, `${groupOf(request).id}/providers/${VAULT_TYPE}`),
  },
  { method: "GET", path: VAULT, handle: (request) => getResource(request, vaultIdIn(request)) },
  { method: "PUT", path: VAULT, handle: putVault },
  { method: "DELETE", path: VAULT, handle: removeVault },
  {
    method: "GET",
    path: `${VAULT}/backupPolicies`,
    handle: (request) => listResources(request, `${vaultOf(request).id}/backupPolicies`),
  },
  { method: "GET", path: POLICY, handle: (request) => getResource(request, policyIdIn(request)) },
  { method: "PUT", path: POLICY, handle: putPolicy },
  { method: "DELETE", path: POLICY, handle: removePolicy },
];

const vaultSchema = z.looseObject({
  location: z.string().min(1),
  tags: z.record(z.string(), z.string()).nullish(),
  properties: z.looseObject({
    storageSettings: z.array(z.looseObject({ datastoreType: z.string(), type: z.string() })).min(1),
  }),
});

function listAll(request: ArmRequest): ArmAnswer {
  const { azure, names } = request;
  const scope = `/subscriptions/${names.subscription}/`.toLowerCase();
  const isHere = ({ type, id }: ResourceRecord) => type === VAULT_TYPE && id.toLowerCase().startsWith(scope);
  return paged(
    request,
    azure.resources.values().filter(isHere),
    ({ id }) => id,
    (vault) => resourceBody(azure, vault),
  );
}

function putVault(request: ArmRequest): ArmAnswer {
  const { azure, names } = request;
  const { vault: name = "" } = names;
  if (!/^[A-Za-z][-A-Za-z0-9]{0,48}[A-Za-z0-9]$/.test(name)) {
    throw invalidParameter(`The vault name '${name}' must be 2 to 50 letters, digits or -, a letter first.`);
  }
  const { location, tags, properties } = parseBody(vaultSchema, request.body);
  const id = vaultIdIn(request);
  const current = azure.findResource(id);
  const made = azure.putResource({
    ...{ id, name, type: VAULT_TYPE, location, tags: tags ?? {} },
    extra: { identity: vaultIdentity(id, azure.fleet.azure.tenantId) },
    properties: { ...VAULT_DEFAULTS, ...properties, provisioningState: current ? "Updating" : "Provisioning" },
  });
  const operation = beginBackupOperation(azure.backups, { kind: "PutVault", resourceId: id });
  return begun(request, operation, { status: current ? 200 : 201, body: resourceBody(azure, made) });
}

function removeVault(request: ArmRequest): ArmAnswer {
  const { azure } = request;
  const id = vaultIdIn(request);
  if (!azure.findResource(id)) return { status: 204 };
  if (azure.resourcesIn(`${id}/backupInstances`).length > 0) {
    const message = "The vault cannot be deleted while it holds backup instances. Delete them first.";
    throw new ArmError(400, "UserErrorVaultHasBackupInstances", message);
  }
  return begun(request, beginBackupOperation(azure.backups, { kind: "DeleteVault", resourceId: id }), { status: 202 });
}

function policyIdIn(request: ArmRequest): string {
  return `${vaultOf(request).id}/backupPolicies/${request.names.policy}`;
}

const policyRequestSchema = z.looseObject({ properties: policySchema });

function putPolicy(request: ArmRequest): ArmAnswer {
  const { properties } = parseBody(policyRequestSchema, request.body);
  const id = policyIdIn(request);
  const name = request.names.policy ?? "";
  return ok(resourceBody(request.azure, request.azure.putResource({ id, name, type: POLICY_TYPE, properties })));
}

function removePolicy(request: ArmRequest): ArmAnswer {
  const { azure } = request;
  const id = policyIdIn(request);
  if (!azure.findResource(id)) return { status: 204 };
  const policy = resourceAt(request, id);
  const vault = vaultOf(request);
  const user = azure
    .resourcesIn(`${vault.id}/backupInstances`)
    .find(({ properties }) => JSON.stringify(properties.policyInfo).toLowerCase().includes(`"${id.toLowerCase()}"`));
  if (user) {
    const message = `The policy ${policy.name} is used by the backup instance ${user.name}.`;
    throw new ArmError(400, "UserErrorPolicyInUse", message);
  }
  azure.resources.delete(id.toLowerCase());
  return { status: 200 };
}
