import { Cron } from "croner";
import { z } from "zod";
import { createFromManifest } from "../model/apply.ts";
import { type ClusterModel, timeText } from "../model/cluster-model.ts";
import { deleteObject } from "../model/deletion.ts";
import { recordEvent } from "../model/events.ts";
import { keyOfObject } from "../model/object-table.ts";
import type { Job, KubernetesObject } from "../model/objects.ts";
import { resourceNamed } from "../model/resources.ts";
import { type Controller, controlledBy, controllerKeyOf, splitKey } from "./controller.ts";

const NAME = "cronjob";

const specSchema = z.looseObject({
  schedule: z.string(),
  timeZone: z.string().nullish(),
  suspend: z.boolean().nullish(),
  concurrencyPolicy: z.enum(["Allow", "Forbid", "Replace"]).default("Allow"),
  successfulJobsHistoryLimit: z.number().int().min(0).default(3),
  failedJobsHistoryLimit: z.number().int().min(0).default(1),
  jobTemplate: z.looseObject({
    metadata: z
      .looseObject({
        labels: z.record(z.string(), z.string()).optional(),
        annotations: z.record(z.string(), z.string()).optional(),
      })
      .optional(),
    spec: z.record(z.string(), z.unknown()),
  }),
});
const statusSchema = z.looseObject({ lastScheduleTime: z.string().optional() });

type Spec = z.infer<typeof specSchema>;

/** When each CronJob is looked at next, so that it is not put on the agenda twice. */
const waiting = new WeakMap<ClusterModel, Map<string, number>>();

/**
 * Makes Jobs by the clock. One that is suspended makes none; of runs that were missed only the last is made up for, as by
 * the real controller.
 */
export const cronJobController: Controller = {
  name: NAME,

  keysOf({ type, resource, object }) {
    if (resource.plural === "cronjobs" && !resource.isCustom) return type === "DELETED" ? [] : [keyOfObject(object)];
    return resource.plural === "jobs" ? controllerKeyOf(object, "CronJob") : [];
  },

  reconcile(cluster, key) {
    const cronJob = cluster.table("cronjobs").find(...splitKey(key));
    const spec = specSchema.safeParse(cronJob?.spec);
    if (!cronJob || cronJob.metadata.deletionTimestamp !== undefined || !spec.success) return;
    const owned = jobsOf(cluster, cronJob);
    forget(cluster, owned, spec.data);
    const { lastScheduleTime = firstSince(cluster, cronJob) } = statusSchema.parse(cronJob.status ?? {});
    const scheduledMs = spec.data.suspend ? undefined : lastDue(cluster, spec.data, Date.parse(lastScheduleTime));
    const active = owned.filter((job) => !isFinished(job));
    if (scheduledMs !== undefined && (active.length === 0 || spec.data.concurrencyPolicy !== "Forbid")) {
      if (spec.data.concurrencyPolicy === "Replace") for (const job of active) remove(cluster, job);
      start(cluster, cronJob, spec.data, scheduledMs);
    }
    const ranUntil = scheduledMs === undefined ? lastScheduleTime : timeText(scheduledMs);
    writeStatus(cluster, cronJob, cluster.instant || scheduledMs !== undefined ? ranUntil : undefined);
    if (!spec.data.suspend) wakeAt(cluster, key, nextRun(spec.data, Date.parse(ranUntil)));
  },
};

/** In a cluster that is being made as it stood, what was due before has been done. */
function firstSince(cluster: ClusterModel, { metadata }: KubernetesObject): string {
  return cluster.instant ? timeText(cluster.world.nowMs) : metadata.creationTimestamp;
}

function jobsOf(cluster: ClusterModel, { metadata }: KubernetesObject): Job[] {
  return cluster
    .table("jobs")
    .list(metadata.namespace)
    .filter((job) => job.metadata.ownerReferences?.some(({ uid }) => uid === metadata.uid));
}

/** The newest run that is due and has not been made; undefined when none is. */
function lastDue(cluster: ClusterModel, spec: Spec, sinceMs: number): number | undefined {
  let due: number | undefined;
  for (
    let next = nextRun(spec, sinceMs);
    next !== undefined && next <= cluster.world.nowMs;
    next = nextRun(spec, next)
  ) {
    due = next;
  }
  return due;
}

function nextRun({ schedule, timeZone }: Spec, afterMs: number): number | undefined {
  try {
    const cron = new Cron(schedule, { paused: true, timezone: timeZone ?? "UTC" });
    return cron.nextRun(new Date(afterMs))?.getTime();
  } catch {
    // A schedule that cannot be read never comes.
    return undefined;
  }
}

/** The Job's name ends in the minute of its schedule, as the real one's does, so that no run is made twice. */
function start(cluster: ClusterModel, cronJob: KubernetesObject, { jobTemplate }: Spec, scheduledMs: number): void {
  const { name, namespace = "default" } = cronJob.metadata;
  const { labels, annotations } = jobTemplate.metadata ?? {};
  const job = createFromManifest(cluster, {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: {
      name: `${name}-${Math.floor(scheduledMs / 60_000)}`,
      namespace,
      ...(labels ? { labels } : {}),
      annotations: { ...annotations, "batch.kubernetes.io/cronjob-scheduled-timestamp": timeText(scheduledMs) },
      ownerReferences: controlledBy(cronJob),
    },
    spec: jobTemplate.spec,
  });
  const message = `Created job ${job.metadata.name}`;
  recordEvent(cluster, cronJob, {
    type: "Normal",
    reason: "SuccessfulCreate",
    message,
    component: "cronjob-controller",
  });
}

function isFinished(job: Job, type?: "Complete" | "Failed"): boolean {
  const ends = type === undefined ? ["Complete", "Failed"] : [type];
  return job.status?.conditions?.some((one) => ends.includes(one.type) && one.status === "True") === true;
}

/** Only so many Jobs that have ended are kept, the newest ones. */
function forget(cluster: ClusterModel, jobs: readonly Job[], spec: Spec): void {
  const oldestFirst = jobs.toSorted((left, right) =>
    left.metadata.creationTimestamp < right.metadata.creationTimestamp ? -1 : 1,
  );
  const limits = [
    ["Complete", spec.successfulJobsHistoryLimit],
    ["Failed", spec.failedJobsHistoryLimit],
  ] as const;
  for (const [type, limit] of limits) {
    const ended = oldestFirst.filter((job) => isFinished(job, type));
    for (const job of ended.slice(0, Math.max(0, ended.length - limit))) remove(cluster, job);
  }
}

function remove(cluster: ClusterModel, job: Job): void {
  deleteObject(cluster, resourceNamed("jobs"), job, { propagation: "Background" });
}

function writeStatus(
  cluster: ClusterModel,
  { metadata }: KubernetesObject,
  lastScheduleTime: string | undefined,
): void {
  const cronJob = cluster.table("cronjobs").find(metadata.namespace, metadata.name);
  if (!cronJob) return;
  const active = jobsOf(cluster, cronJob)
    .filter((job) => !isFinished(job))
    .map(({ metadata: { name, namespace, uid } }) => ({ apiVersion: "batch/v1", kind: "Job", name, namespace, uid }));
  const { active: _, ...kept } = (cronJob.status ?? {}) as Record<string, unknown>;
  const status = {
    ...kept,
    ...(active.length === 0 ? {} : { active }),
    ...(lastScheduleTime === undefined ? {} : { lastScheduleTime }),
  };
  cluster.table("cronjobs").update({ ...cronJob, status });
}

function wakeAt(cluster: ClusterModel, key: string, atMs: number | undefined): void {
  const known = waiting.get(cluster) ?? new Map<string, number>();
  waiting.set(cluster, known);
  if (atMs === undefined || known.get(key) === atMs) return;
  known.set(key, atMs);
  cluster.enqueueLater(Math.max(0, atMs - cluster.world.nowMs) / 1_000, NAME, key);
}
