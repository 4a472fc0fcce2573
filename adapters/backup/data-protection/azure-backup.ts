import { DrydockError, terminal } from "../../../domain/errors.ts";
import type {
  BackupInstance,
  BackupProvider,
  ProviderLimits,
  RestoreRequest,
} from "../../../domain/restore/backup-provider.ts";
import type { ArmSettings } from "../../azure/arm-client.ts";
import { type FoundJob, listInstances, listJobs, listPoints, nameOf, vaultOf } from "./backup-instances.ts";
import { type DataProtectionClient, openDataProtection } from "./data-protection-client.ts";
import {
  backupInstanceResourceSchema,
  baseBackupPolicyResourceSchema,
  type TriggerBackupRequest,
  type ValidateRestoreRequestObject,
} from "./models.ts";
import { jobBegun, operationBegun, pollHandle } from "./operation-handle.ts";
import { restoreRequestBody } from "./restore-request.ts";

/** "Azure Kubernetes Service backup support matrix" (learn.microsoft.com/azure/backup). */
const AZURE_BACKUP_LIMITS: ProviderLimits = {
  restoresPerDay: 10,
  isRegional: true,
  volumeKinds: ["azure-disk"],
  supportsWindowsNodes: false,
  supportsArmNodes: false,
  excludesVelero: true,
  namespacesMax: 800,
};
/** The tag of the rule that every policy has. */
const DEFAULT_TAG = "Default";

/** Azure Backup for AKS, as one of the services that keep backups. */
export async function openAzureBackup(settings: ArmSettings): Promise<BackupProvider> {
  const client = await openDataProtection(settings);
  return {
    name: "azure-backup",
    limits: AZURE_BACKUP_LIMITS,
    instances: (clusterId) => listInstances(client, clusterId),
    points: (instance, query = {}) => listPoints(client, instance.id, query),
    async restoresSince(instance, sinceAt) {
      const jobs = await listJobs(client, instance.id, { operation: "Restore", sinceAt });
      return jobs.map(({ startTime }) => new Date(Date.parse(startTime)).toISOString());
    },
    beginValidation: (request) => beginValidation(client, request),
    beginRestore: (request) => beginRestore(client, request),
    beginBackup: (instance, askedAt) => beginBackup(client, instance, askedAt),
    poll: (operation) => pollHandle(client, operation),
  };
}

/** A validation changes nothing: beginning it again is harmless. */
async function beginValidation(client: DataProtectionClient, request: RestoreRequest) {
  const { instance } = request;
  const what = `the validation of the restore of ${nameOf(instance.clusterId)}`;
  const body: ValidateRestoreRequestObject = { restoreRequestObject: restoreRequestBody(request) };
  const links = await client.begin({ path: `${instance.id}/validateRestore`, body, asked: `begin ${what}` });
  return operationBegun({ what, vaultId: vaultOf(instance.id), hasJob: false }, links);
}

/**
 * The service has no key for a restore that is asked for twice: its jobs tell. Between the acceptance of a restore and its job
 * lies a minute in which a second one would not be seen; it would skip what the first restored.
 */
async function beginRestore(client: DataProtectionClient, request: RestoreRequest) {
  const { instance, askedAt } = request;
  const what = `the restore of ${nameOf(instance.clusterId)} into ${nameOf(request.targetClusterId)}`;
  const jobs = await listJobs(client, instance.id, { operation: "Restore", sinceAt: askedAt });
  const begun = jobs.find((job) => isOf(job, request));
  if (begun) return jobBegun(what, begun.id);
  const body = restoreRequestBody(request);
  const links = await client.begin({ path: `${instance.id}/restore`, body, asked: `begin ${what}` });
  return operationBegun({ what, vaultId: vaultOf(instance.id), hasJob: true }, links);
}

function isOf({ extendedInfo }: FoundJob, { targetClusterId, pointId }: RestoreRequest): boolean {
  const { recoveryDestination, sourceRecoverPoint } = extendedInfo ?? {};
  return (
    recoveryDestination?.toLowerCase() === targetClusterId.toLowerCase() &&
    sourceRecoverPoint?.recoveryPointID === pointId
  );
}

async function beginBackup(client: DataProtectionClient, instance: BackupInstance, askedAt: string) {
  const what = `the backup of ${nameOf(instance.clusterId)}`;
  const [begun] = await listJobs(client, instance.id, { operation: "Backup", sinceAt: askedAt });
  if (begun) return jobBegun(what, begun.id);
  const body: TriggerBackupRequest = {
    backupRuleOptions: {
      ruleName: await backupRule(client, instance.id),
      triggerOption: { retentionTagOverride: DEFAULT_TAG },
    },
  };
  const links = await client.begin({ path: `${instance.id}/backup`, body, asked: `begin ${what}` });
  return operationBegun({ what, vaultId: vaultOf(instance.id), hasJob: true }, links);
}

/** The rule of the instance's policy that makes backups. */
async function backupRule(client: DataProtectionClient, instanceId: string): Promise<string> {
  const asked = `read the backup policy of ${nameOf(instanceId)}`;
  const instance = await client.get({ path: instanceId, schema: backupInstanceResourceSchema, asked });
  const policyId = instance.value.properties?.policyInfo.policyId;
  if (!policyId) throw new DrydockError(terminal("Invalid", `could not ${asked}: the instance names no policy`));
  const policy = await client.get({ path: policyId, schema: baseBackupPolicyResourceSchema, asked });
  const rule = policy.value.properties?.policyRules.find(({ objectType }) => objectType === "AzureBackupRule");
  if (rule) return rule.name;
  throw new DrydockError(terminal("Invalid", `could not ${asked}: it has no rule that makes backups (${policyId})`));
}
