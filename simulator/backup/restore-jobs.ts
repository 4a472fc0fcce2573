import type { ResourceRecord } from "../azure/records.ts";
import type { BackupError, BackupJob } from "./backup-records.ts";
import { type Backups, lastSegment, propertiesOf, vaultIdOf } from "./backups.ts";
import { clusterAt, clusterProblem } from "./cluster-readiness.ts";
import { type RestoreRequest, selectionIn } from "./kubernetes-request.ts";
import { type Placed, placeItem } from "./place-item.ts";
import { contentsOf, pointOf } from "./recovery-points.ts";
import { bytesOf, nameOf, planRestore, type RestoreItem } from "./restore-plan.ts";

const STEP = "backup.restore";
const GIB = 1024 ** 3;
/** A restore goes on in so many steps, each with its share of the objects. */
const STEPS = 10;

/** Lets the agenda drive restores. */
export function handleRestores(backups: Backups): void {
  backups.azure.world.handle(STEP, ({ job = "" }) => {
    const running = backups.jobs.get(job);
    if (running?.status === "InProgress") advance(backups, running);
  });
}

/** Why this cannot be restored, in the words of the service; undefined when it can. */
export function restoreProblem(
  backups: Backups,
  instance: ResourceRecord,
  request: RestoreRequest,
): BackupError | undefined {
  const { recoveryPointId, sourceDataStoreType: store, restoreTargetInfo } = request;
  const point = backups.pointsOf(instance.id).find(({ id }) => id === recoveryPointId);
  if (!point) {
    const message = `The recovery point ${recoveryPointId} was not found.`;
    return { code: "UserErrorRecoveryPointNotFound", message };
  }
  const { nowMs } = backups.azure.world;
  if (!point.stores.some(({ type, expiresMs }) => type === store && expiresMs > nowMs)) {
    const message = `The recovery point ${recoveryPointId} is not in the ${store}.`;
    return { code: "DppUserErrorVaultTierPolicyNotSupported", message };
  }
  return (
    criterionProblem(request) ??
    clusterProblem(backups.azure, restoreTargetInfo.datasourceInfo.resourceID, vaultIdOf(instance.id))
  );
}

function criterionProblem({ sourceDataStoreType, restoreTargetInfo }: RestoreRequest): BackupError | undefined {
  const [criterion] = restoreTargetInfo.restoreCriteria;
  const isVault = sourceDataStoreType === "VaultStore";
  const wanted = isVault ? "KubernetesClusterVaultTierRestoreCriteria" : "KubernetesClusterRestoreCriteria";
  if (criterion?.objectType !== wanted) {
    const message = `A restore from the ${sourceDataStoreType} needs restore criteria of type ${wanted}.`;
    return { code: "UserErrorInvalidRestoreCriteria", message };
  }
  if (!isVault || (criterion.stagingResourceGroupId && criterion.stagingStorageAccountId)) return undefined;
  const message = "A restore from the VaultStore needs a staging resource group and a staging storage account.";
  return { code: "UserErrorStagingLocationMissing", message };
}

/** Begins a restore that was found possible. Answers the job. Only inside a change. */
export function startRestore(backups: Backups, instance: ResourceRecord, request: RestoreRequest): BackupJob {
  const { azure } = backups;
  const point = backups.pointsOf(instance.id).find(({ id }) => id === request.recoveryPointId);
  const [criterion] = request.restoreTargetInfo.restoreCriteria;
  if (!point || !criterion) throw new Error(`a restore of ${instance.id} began that was not found possible`);
  const target = request.restoreTargetInfo.datasourceInfo.resourceID;
  const source = lastSegment(propertiesOf(instance).dataSourceInfo.resourceID);
  const scope = {
    selection: selectionIn(criterion),
    namespaceMappings: criterion.namespaceMappings ?? {},
    conflict: criterion.conflictPolicy ?? ("Skip" as const),
    withData: criterion.persistentVolumeRestoreMode !== "RestoreWithoutVolumeData",
  };
  const items = planRestore(contentsOf(backups, instance, point), scope);
  const fault = backups.faults.restore({ source, target: lastSegment(target) });
  const { fail, leaveOut, stuckHours } = fault ?? {};
  const job: BackupJob = {
    id: azure.random.uuid(),
    vaultId: vaultIdOf(instance.id).toLowerCase(),
    instanceId: instance.id,
    kind: "Restore",
    status: "InProgress",
    byUser: true,
    startMs: azure.world.nowMs,
    pointId: point.id,
    pointMs: point.atMs,
    store: request.sourceDataStoreType,
    ...{ target, scope, total: items.length, done: 0, bytes: scope.withData ? bytesOf(items) : 0, warnings: [] },
    fault: {
      ...(fail ? { fail } : {}),
      ...(leaveOut ? { leaveOut } : {}),
      ...(stuckHours === undefined ? {} : { stuckHours }),
    },
  };
  backups.jobs.put(job.id, job);
  if (request.sourceDataStoreType === "VaultStore") hydrate(backups, job, criterion.stagingResourceGroupId ?? "");
  scheduleStep(backups, job);
  return job;
}

/** Brings what is in the vault to the staging group. The service leaves it there. */
function hydrate({ azure }: Backups, { id }: BackupJob, groupId: string): void {
  const name = `hydrated-${id}`;
  const type = "Microsoft.Compute/disks";
  azure.putResource({
    ...{ id: `${groupId}/providers/${type}/${name}`, name, type, location: "westeurope" },
    properties: { provisioningState: "Succeeded" },
  });
}

function scheduleStep(backups: Backups, { id, total, bytes }: BackupJob): void {
  const { restoreSeconds, objectSeconds, gibSeconds } = backups.faults.pace;
  const seconds = restoreSeconds + total * objectSeconds + (bytes / GIB) * gibSeconds;
  const steps = Math.max(1, Math.ceil(total / chunkOf(total)));
  backups.azure.world.schedule((seconds / steps) * 1_000, STEP, { job: id });
}

function chunkOf(total: number): number {
  return Math.max(1, Math.ceil(total / STEPS));
}

function advance(backups: Backups, job: BackupJob): void {
  const { fail, stuckHours } = job.fault ?? {};
  if (stuckHours !== undefined && job.done >= job.total / 2) {
    const { stuckHours: _, ...fault } = job.fault ?? {};
    backups.jobs.put(job.id, { ...job, fault });
    backups.azure.world.schedule(stuckHours * 3_600_000, STEP, { job: job.id });
    return;
  }
  const reached = Math.min(job.total, job.done + chunkOf(job.total));
  const isLast = reached === job.total;
  const outcome = placeNext(backups, job, isLast && fail ? Math.max(job.done, reached - 1) : reached);
  if ("code" in outcome) {
    end(backups, job, "Failed", outcome);
    return;
  }
  if (isLast && fail) end(backups, outcome, "Failed", fail);
  else if (isLast) end(backups, outcome, outcome.warnings.length > 0 ? "CompletedWithWarnings" : "Completed");
  else {
    backups.jobs.put(job.id, outcome);
    scheduleStep(backups, outcome);
  }
}

function end(backups: Backups, job: BackupJob, status: BackupJob["status"], error?: BackupError): void {
  const endMs = backups.azure.world.nowMs;
  backups.jobs.put(job.id, { ...job, status, endMs, ...(error ? { error } : {}) });
}

/** Puts the next objects into the target, up to the one of this number. Answers the job as it then is, or what went wrong. */
function placeNext(backups: Backups, job: BackupJob, until: number): BackupJob | BackupError {
  const { azure } = backups;
  const instance = azure.findResource(job.instanceId);
  const point = pointOf(backups, job);
  const { target = "", scope } = job;
  const problem = clusterProblem(azure, target, job.vaultId);
  if (problem) return problem;
  if (!instance || !point || !scope) {
    return { code: "UserErrorRecoveryPointNotFound", message: "The recovery point went away during the restore." };
  }
  const cluster = azure.kubernetes(clusterAt(azure, target)?.name ?? "");
  const source = lastSegment(propertiesOf(instance).dataSourceInfo.resourceID);
  const items = planRestore(contentsOf(backups, instance, point), scope).slice(job.done, until);
  const how = {
    restore: job.id,
    labels: { "velero.io/backup-name": point.id, "velero.io/restore-name": job.id },
    conflict: scope.conflict,
    withData: scope.withData,
    namespaceMappings: scope.namespaceMappings,
    isCorrupt: ({ namespace, claim }: NonNullable<RestoreItem["volume"]>) =>
      backups.faults.isCorrupt({ cluster: source, namespace, claim }, point.atMs),
  };
  const leaveOut = (job.fault?.leaveOut ?? []).map((pattern) => new RegExp(`^(?:${pattern})$`, "i"));
  const warnings = items.flatMap((item) => {
    const isLeftOut = leaveOut.some((pattern) => pattern.test(nameOf(item)));
    return warningOf(item, isLeftOut ? NOT_RESTORED : placeItem(cluster, item, how));
  });
  return { ...job, done: until, warnings: [...job.warnings, ...warnings] };
}

const NOT_RESTORED: Placed = {
  kind: "error",
  code: "KubernetesBackupGenericWarning",
  message: "resource could not be restored",
};

function warningOf(item: RestoreItem, placed: Placed): BackupJob["warnings"] {
  if (!("code" in placed)) return [];
  const { namespace, name } = item.object.metadata;
  const group = /^([^/]+)\//.exec(item.object.apiVersion)?.[1];
  const type = group === undefined ? item.plural : `${item.plural}.${group}`;
  const resource = [type, ...(namespace === undefined ? [] : [namespace]), name].join("/");
  return [{ resource, code: placed.code, message: placed.message }];
}
