import type {
  BackupInstance,
  LastBackup,
  PointQuery,
  Protection,
  RecoveryPoint,
  Tier,
} from "../../../domain/restore/backup-provider.ts";
import type { DataProtectionClient } from "./data-protection-client.ts";
import { jobState, sentence } from "./job-progress.ts";
import {
  type AzureBackupJob,
  type AzureBackupRecoveryPointResource,
  azureBackupJobResourceSchema,
  azureBackupRecoveryPointResourceSchema,
  type BackupInstanceResource,
  backupInstanceResourceSchema,
} from "./models.ts";

/** The service's words for protection; one that it adds is an error until somebody has looked at it. */
const PROTECTION: Readonly<Record<string, Protection>> = {
  protectionconfigured: "protected",
  retentionschedulessuspended: "protected",
  configuringprotection: "pending",
  updatingprotection: "pending",
  notprotected: "stopped",
  protectionstopped: "stopped",
  backupschedulessuspended: "stopped",
  softdeleting: "stopped",
  softdeleted: "stopped",
};
/** What is nearest to the cluster is restored soonest. */
const TIERS: ReadonlyArray<readonly [store: string, Tier]> = [
  ["operationalstore", "operational"],
  ["vaultstore", "vault"],
];

/** A job with the names that it is found by. */
export interface FoundJob extends AzureBackupJob {
  readonly id: string;
}

/** Lists what backs a cluster up, with each one's newest backup. Throws DrydockError. */
export async function listInstances(client: DataProtectionClient, clusterId: string): Promise<BackupInstance[]> {
  const found = await client.list({
    path: `${clusterId}/providers/Microsoft.DataProtection/backupInstances`,
    schema: backupInstanceResourceSchema,
    asked: `list the backup instances of cluster ${nameOf(clusterId)}`,
  });
  const instances: BackupInstance[] = [];
  for (const resource of found) {
    if (!resource.id || !resource.properties) continue;
    instances.push(instanceOf(resource.id, resource, await lastBackup(client, resource.id)));
  }
  return instances;
}

/** Lists an instance's recovery points, newest first. Throws DrydockError. */
export async function listPoints(
  client: DataProtectionClient,
  instanceId: string,
  { fromAt, untilAt }: PointQuery,
): Promise<RecoveryPoint[]> {
  const terms = [
    ...(fromAt === undefined ? [] : [`startDate eq '${fromAt}'`]),
    ...(untilAt === undefined ? [] : [`endDate eq '${untilAt}'`]),
  ];
  const found = await client.list(
    {
      path: `${instanceId}/recoveryPoints`,
      schema: azureBackupRecoveryPointResourceSchema,
      asked: `list the recovery points of ${nameOf(instanceId)}`,
    },
    terms.length === 0 ? {} : { $filter: terms.join(" and ") },
  );
  return found.flatMap(pointOf).sort((left, right) => Date.parse(right.takenAt) - Date.parse(left.takenAt));
}

/** Lists an instance's jobs of a kind that began at or after an instant, newest first. Throws DrydockError. */
export async function listJobs(
  client: DataProtectionClient,
  instanceId: string,
  { operation, sinceAt }: { readonly operation: "Backup" | "Restore"; readonly sinceAt: string },
): Promise<FoundJob[]> {
  const found = await client.list({
    path: `${vaultOf(instanceId)}/backupJobs`,
    schema: azureBackupJobResourceSchema,
    asked: `list the jobs of vault ${nameOf(vaultOf(instanceId))}`,
  });
  return found
    .flatMap(({ id, properties }) => (id && properties ? [{ ...properties, id }] : []))
    .filter((job) => job.backupInstanceId?.toLowerCase() === instanceId.toLowerCase())
    .filter((job) => job.operation.toLowerCase() === operation.toLowerCase())
    .filter((job) => Date.parse(job.startTime) >= Date.parse(sinceAt))
    .sort((left, right) => Date.parse(right.startTime) - Date.parse(left.startTime));
}

/** The vault of an instance. */
export function vaultOf(instanceId: string): string {
  return instanceId.replace(/\/backupInstances\/.*$/i, "");
}

/** The last part of a resource id. */
export function nameOf(resourceId: string): string {
  return resourceId.split("/").at(-1) ?? resourceId;
}

async function lastBackup(client: DataProtectionClient, instanceId: string): Promise<LastBackup | null> {
  const [job] = await listJobs(client, instanceId, { operation: "Backup", sinceAt: new Date(0).toISOString() });
  if (!job) return null;
  const { status, progress } = jobState(job, `the backup ${job.id}`);
  const message = progress.problems.map(sentence).join("; ");
  return { status, startedAt: instant(job.startTime), message };
}

function instanceOf(
  id: string,
  { name, properties }: BackupInstanceResource,
  lastBackupJob: LastBackup | null,
): BackupInstance {
  const source = properties?.dataSourceInfo;
  const state = properties?.currentProtectionState ?? "";
  const error = properties?.protectionErrorDetails;
  const [contents] = properties?.policyInfo.policyParameters?.backupDatasourceParametersList ?? [];
  return {
    provider: "azure-backup",
    id,
    name: name ?? nameOf(id),
    clusterId: source?.resourceID ?? "",
    location: source?.resourceLocation ?? null,
    protection: PROTECTION[state.toLowerCase()] ?? "error",
    protectionDetail: [state || "Unknown", ...(error ? [sentence(error)] : [])].join(": "),
    lastBackup: lastBackupJob,
    includedNamespaces: contents?.includedNamespaces ?? [],
    excludedNamespaces: contents?.excludedNamespaces ?? [],
    hasVolumeData: contents?.snapshotVolumes ?? false,
  };
}

function pointOf({ name, properties }: AzureBackupRecoveryPointResource): RecoveryPoint[] {
  if (!name || !properties) return [];
  const copies = (properties.recoveryPointDataStoresDetails ?? []).filter(
    ({ visible, state }) => visible !== false && (state ?? "COMMITTED").toUpperCase() === "COMMITTED",
  );
  const isIn = (store: string) => copies.some(({ type }) => type?.toLowerCase() === store);
  const expiries = copies.flatMap(({ expiryTime }) => (expiryTime ? [Date.parse(expiryTime)] : []));
  return [
    {
      id: name,
      takenAt: instant(properties.recoveryPointTime),
      expiresAt: expiries.length === 0 ? null : new Date(Math.max(...expiries)).toISOString(),
      isComplete: properties.recoveryPointState !== "Partial",
      tiers: TIERS.flatMap(([store, tier]) => (isIn(store) ? [tier] : [])),
    },
  ];
}

/** The service writes seven digits of a second; reports have one form. */
function instant(text: string): string {
  return new Date(Date.parse(text)).toISOString();
}
