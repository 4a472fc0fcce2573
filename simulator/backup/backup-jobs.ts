import type { ResourceRecord } from "../azure/records.ts";
import { nextInstant, scheduleOf } from "./backup-policy.ts";
import type { BackupError, BackupJob } from "./backup-records.ts";
import { type Backups, lastSegment, propertiesOf, vaultIdOf } from "./backups.ts";
import { clusterProblem } from "./cluster-readiness.ts";
import { forgetInstance, keepContents, keepPoint, pointId, policyOf, prunePoints } from "./recovery-points.ts";

const DUE = "backup.due";
const END = "backup.end";
const GIB = 1024 ** 3;
/** How long jobs are shown. */
const JOB_LIFE_MS = 30 * 86_400_000;

/** Lets the agenda make backups. */
export function handleBackups(backups: Backups): void {
  const { world } = backups.azure;
  world.handle(DUE, ({ instance = "", at = "" }) => {
    if (backups.due.get(instance) === Number(at)) runScheduled(backups, instance);
  });
  world.handle(END, ({ job = "" }) => {
    const running = backups.jobs.get(job);
    if (running?.status === "InProgress") endBackup(backups, running);
  });
}

/** Puts the next backup of an instance on the agenda, in place of any that is there. Only inside a change. */
export function scheduleBackup(backups: Backups, instance: ResourceRecord): void {
  const { world } = backups.azure;
  const key = instance.id.toLowerCase();
  const policy = policyOf(backups, instance);
  const schedule = policy && scheduleOf(policy);
  if (!schedule) {
    backups.due.delete(key);
    return;
  }
  const atMs = nextInstant(schedule, world.nowMs);
  backups.due.put(key, atMs);
  world.schedule(atMs - world.nowMs, DUE, { instance: key, at: String(atMs) });
}

/** Begins a backup: the cluster is taken down as it is now. Answers the job. Only inside a change. */
export function startBackup(
  backups: Backups,
  instance: ResourceRecord,
  how: { readonly byUser: boolean; readonly ruleName: string; readonly tag?: string | undefined },
): BackupJob {
  const { azure } = backups;
  const { nowMs } = azure.world;
  const id = azure.random.uuid();
  const problem = backupProblem(backups, instance, how.byUser);
  const point = pointId(instance.id, nowMs);
  const contents = problem ? undefined : keepContents(backups, instance, point);
  const taken = contents === undefined ? undefined : backups.contents.get(contents);
  const total = taken?.items.length ?? 0;
  const bytes = (taken?.volumes ?? []).reduce((sum, volume) => sum + volume.bytes, 0);
  const job: BackupJob = {
    id,
    vaultId: vaultIdOf(instance.id).toLowerCase(),
    instanceId: instance.id,
    kind: "Backup",
    status: problem ? "Failed" : "InProgress",
    byUser: how.byUser,
    startMs: nowMs,
    pointId: problem ? "" : point,
    pointMs: nowMs,
    ruleName: how.ruleName,
    ...(how.tag === undefined ? {} : { tag: how.tag }),
    ...{ total, done: 0, bytes, warnings: [] },
    ...(contents === undefined ? {} : { contents }),
    ...(problem ? { error: problem, endMs: nowMs } : {}),
  };
  backups.jobs.put(id, job);
  const { backupSeconds, objectSeconds, gibSeconds } = backups.faults.pace;
  const seconds = backupSeconds + total * objectSeconds + (bytes / GIB) * gibSeconds;
  if (!problem) azure.world.schedule(seconds * 1_000, END, { job: id });
  return job;
}

function runScheduled(backups: Backups, instanceId: string): void {
  const instance = backups.azure.findResource(instanceId);
  if (!instance) {
    forgetInstance(backups, instanceId);
    return;
  }
  const policy = policyOf(backups, instance);
  const schedule = policy && scheduleOf(policy);
  if (schedule) startBackup(backups, instance, { byUser: false, ruleName: schedule.ruleName });
  prunePoints(backups, instanceId);
  pruneJobs(backups, vaultIdOf(instanceId));
  scheduleBackup(backups, instance);
}

function backupProblem(backups: Backups, instance: ResourceRecord, byUser: boolean): BackupError | undefined {
  const { azure, faults } = backups;
  const vaultId = vaultIdOf(instance.id);
  const clusterId = propertiesOf(instance).dataSourceInfo.resourceID;
  const facts = { cluster: lastSegment(clusterId), vault: lastSegment(vaultId) };
  const { nowMs } = azure.world;
  if (faults.isUnreachable(facts.vault, nowMs)) {
    return { code: "CloudServiceRetryableError", message: `The backup vault ${facts.vault} could not be reached.` };
  }
  if (!byUser && faults.isMissing(facts, nowMs)) {
    const message = "Backup Storage Location is not ready: it was not reachable from the cluster.";
    return { code: "UserErrorBackupStorageLocationNotReady", message };
  }
  return clusterProblem(azure, clusterId, vaultId);
}

function endBackup(backups: Backups, job: BackupJob): void {
  const instance = backups.azure.findResource(job.instanceId);
  const endMs = backups.azure.world.nowMs;
  if (!instance) {
    const error = { code: "UserErrorBackupInstanceNotFound", message: "The backup instance was deleted meanwhile." };
    backups.jobs.put(job.id, { ...job, status: "Failed", endMs, error });
    return;
  }
  const { pointId: id, pointMs: atMs, startMs, contents = "", tag } = job;
  keepPoint(backups, instance, { id, atMs, startMs, contents, tag });
  prunePoints(backups, instance.id);
  backups.jobs.put(job.id, { ...job, status: "Completed", done: job.total, endMs });
}

function pruneJobs(backups: Backups, vaultId: string): void {
  const sinceMs = backups.azure.world.nowMs - JOB_LIFE_MS;
  for (const { id, endMs = Number.POSITIVE_INFINITY } of backups.jobsOf(vaultId)) {
    if (endMs < sinceMs) backups.jobs.delete(id);
  }
}
