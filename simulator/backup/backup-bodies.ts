import type { AzureModel } from "../azure/azure-model.ts";
import { guidOf } from "../resource-manager/guid.ts";
import type { BackupError, BackupJob, BackupOperation, RecoveryPoint } from "./backup-records.ts";
import { type Backups, INSTANCE_TYPE, lastSegment, propertiesOf, VAULT_TYPE } from "./backups.ts";

/** What the service says in place of an instant that has not come. */
const NEVER = "0001-01-01T00:00:00Z";

/** A recovery point as the API shows it. `instanceId` as it is written. */
export function pointBody(instanceId: string, point: RecoveryPoint) {
  const { id, atMs, startMs, tag, policyName, stores } = point;
  return {
    id: `${instanceId}/recoveryPoints/${id}`,
    name: id,
    type: `${INSTANCE_TYPE}/recoveryPoints`,
    properties: {
      objectType: "AzureBackupDiscreteRecoveryPoint",
      recoveryPointId: id,
      recoveryPointTime: timeText(atMs),
      recoveryPointType: "Incremental",
      friendlyName: id,
      recoveryPointDataStoresDetails: stores.map(({ type, expiresMs }) => ({
        id: guidOf(`${type} ${id}`),
        type,
        creationTime: timeText(startMs),
        expiryTime: timeText(expiresMs),
        metaData: null,
        visible: true,
        state: "COMMITTED",
        rehydrationExpiryTime: null,
        rehydrationStatus: null,
      })),
      retentionTagName: tag,
      retentionTagVersion: "638433145956928591",
      policyName,
      policyVersion: null,
      expiryTime: null,
      recoveryPointState: "Completed",
    },
  };
}

/** A job as the API shows it. `vaultId` as it is written. */
export function jobBody({ azure }: Backups, vaultId: string, job: BackupJob) {
  const instance = azure.findResource(job.instanceId);
  const properties = instance && propertiesOf(instance);
  const policyId = properties?.policyInfo.policyId ?? "";
  const sourceId = properties?.dataSourceInfo.resourceID ?? "";
  const [, subscriptionId = "", sourceResourceGroup = ""] =
    /^\/subscriptions\/([^/]+)\/resourceGroups\/([^/]+)/i.exec(sourceId) ?? [];
  const source = lastSegment(sourceId);
  const { id, kind, status, startMs, endMs, byUser, store = null } = job;
  return {
    id: `${vaultId}/backupJobs/${id}`,
    name: id,
    type: `${VAULT_TYPE}/backupJobs`,
    properties: {
      activityID: guidOf(`activity ${id}`),
      subscriptionId: vaultId.split("/")[2] ?? "",
      backupInstanceId: job.instanceId,
      policyId,
      dataSourceId: sourceId,
      vaultName: lastSegment(vaultId),
      backupInstanceFriendlyName: properties?.friendlyName ?? lastSegment(job.instanceId),
      policyName: lastSegment(policyId),
      sourceResourceGroup,
      dataSourceSetName: source,
      dataSourceName: source,
      sourceDataStoreName: null,
      sourceDataStoreType: store,
      destinationDataStoreName: null,
      progressEnabled: false,
      etag: `W/"datetime'${encodeURIComponent(timeText(endMs ?? startMs))}'"`,
      sourceSubscriptionID: subscriptionId,
      dataSourceLocation: azure.findCluster(source)?.location ?? "",
      startTime: timeText(startMs),
      endTime: endMs === undefined ? null : timeText(endMs),
      dataSourceType: "Microsoft.ContainerService/managedClusters",
      operationCategory: kind,
      operation: kind,
      status,
      restoreType: null,
      isUserTriggered: byUser,
      rehydrationPriority: null,
      supportedActions: [""],
      duration: durationText(endMs === undefined ? 0 : endMs - startMs),
      progressUrl: null,
      isCrossRegionRestore: null,
      errorDetails: job.error ? [facingError(job.error)] : null,
      extendedInfo: extendedInfo(job),
    },
  };
}

function extendedInfo(job: BackupJob) {
  const { id, kind, status, pointId, pointMs, target = null, warnings, tag, ruleName } = job;
  const isBackup = kind === "Backup";
  const isDone = status === "Completed" || status === "CompletedWithWarnings";
  const size = isBackup
    ? { OriginalDatasourceSizeInBytes: String(job.bytes) }
    : { DataTransferredInBytes: String(job.bytes) };
  const point = { recoveryPointID: pointId, recoveryPointTime: isBackup ? NEVER : timeText(pointMs) };
  const details = { ...(ruleName === undefined ? {} : { PolicyRuleName: ruleName }), RetentionTag: tag ?? "Default" };
  return {
    backupInstanceState: null,
    dataTransferredInBytes: null,
    targetRecoverPoint: isBackup && pointId !== "" ? point : null,
    sourceRecoverPoint: isBackup ? null : point,
    recoveryDestination: target,
    subTasks: [
      {
        taskId: 1,
        taskName: isBackup ? "Trigger Backup" : "Trigger Restore",
        taskStatus: status,
        taskProgress: progressOf(job),
        additionalDetails: isDone
          ? { ...size, TaskId: guidOf(`activity ${id}`), DatasourceType: "Microsoft.ContainerService/managedClusters" }
          : null,
      },
    ],
    additionalDetails: isBackup ? details : null,
    warningDetails:
      warnings.length === 0
        ? null
        : warnings.map(({ resource, ...warning }) => ({ resourceName: resource, warning: facingError(warning) })),
  };
}

/** How far a job has come, in percent; not told of one that has ended, as by the real one. */
function progressOf({ status, done, total }: BackupJob): string | null {
  if (status !== "InProgress" || total === 0) return null;
  return `${Math.floor((100 * done) / total)}%`;
}

function facingError({ code, message }: BackupError) {
  return {
    code,
    message,
    target: "",
    recommendedAction: [RECOMMENDED[code] ?? "See https://aka.ms/aksbackuptroubleshoot."],
    isRetryable: code === "CloudServiceRetryableError",
    isUserError: /^(?:Dpp)?UserError/.test(code),
    properties: null,
    innerError: null,
    details: null,
  };
}

const RECOMMENDED: Readonly<Record<string, string>> = {
  UserErrorKubernetesBackupExtensionNotFoundError: "Install the backup extension in the cluster.",
  UserErrorKubernetesBackupExtensionHasErrors: "Reinstall the backup extension.",
  UserErrorTrustedAccessRoleBindingNotFound: "Create a trusted access role binding for the vault.",
  UserErrorBackupStorageLocationNotReady:
    "Check the storage account and the extension's roles on it; retry after an hour.",
  KubernetesBackupGenericWarning: "Check validating webhooks in the target cluster.",
};

/** An operation as the API shows it. `path` is where it was asked for, without the query. */
export function operationStatusBody(path: string, operation: BackupOperation) {
  const { id, status, startMs, endMs, error } = operation;
  return {
    id: path,
    name: id,
    status,
    startTime: timeText(startMs),
    endTime: endMs === undefined ? NEVER : timeText(endMs),
    ...(error ? { error: { ...error, target: "", details: [] } } : {}),
  };
}

/** The location of a vault's region, as operations are addressed. */
export function locationOf(azure: AzureModel, vaultId: string): string {
  return azure.findResource(vaultId)?.location ?? "westeurope";
}

function timeText(ms: number): string {
  return new Date(ms).toISOString();
}

/** ISO 8601: `PT3M35.692S`. */
function durationText(ms: number): string {
  const seconds = ms / 1_000;
  const [hours, minutes] = [Math.floor(seconds / 3_600), Math.floor(seconds / 60) % 60];
  const rest = Number((seconds % 60).toFixed(3));
  const text = `${hours > 0 ? `${hours}H` : ""}${minutes > 0 ? `${minutes}M` : ""}${rest > 0 ? `${rest}S` : ""}`;
  return text === "" ? "PT0S" : `PT${text}`;
}
