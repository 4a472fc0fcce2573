import type { ClusterModel } from "../model/cluster-model.ts";
import { deleteObject } from "../model/deletion.ts";
import { recordEvent } from "../model/events.ts";
import { keyOfObject } from "../model/object-table.ts";
import type { Job, Pod } from "../model/objects.ts";
import { deletePod } from "../model/pod-lifecycle.ts";
import { isPodActive, isPodTerminating, withCondition } from "../model/pod-state.ts";
import { createPod } from "../model/pod-template.ts";
import { resourceNamed } from "../model/resources.ts";
import { type Controller, controlledBy, controllerKeyOf, splitKey } from "./controller.ts";

/** How long after a failed pod the next one is made, doubling with each failure (10 s to 6 min in Kubernetes). */
const FIRST_BACKOFF_SECONDS = 10;
const LONGEST_BACKOFF_SECONDS = 360;

/** Runs a Job's pods until enough of them have succeeded, or too many failed, or its time is over. */
export const jobController: Controller = {
  name: "job",

  keysOf({ type, resource, object }) {
    if (resource.plural === "jobs") return type === "DELETED" ? [] : [keyOfObject(object)];
    return resource.plural === "pods" ? controllerKeyOf(object, "Job") : [];
  },

  reconcile(cluster, key) {
    const job = cluster.table("jobs").find(...splitKey(key));
    if (!job || job.metadata.deletionTimestamp !== undefined) return;
    if (job.spec.selector === undefined) {
      select(cluster, job);
      return;
    }
    if (isFinished(job)) {
      expire(cluster, job);
      return;
    }
    if (job.status?.startTime === undefined && job.spec.activeDeadlineSeconds !== undefined) {
      cluster.enqueueLater(job.spec.activeDeadlineSeconds, "job", key);
    }
    const pods = cluster.pods.ownedBy(job.metadata.uid);
    const counts = countsOf(pods);
    const failure = failureOf(cluster, job, counts.failed);
    if (failure) giveUp(cluster, job, pods, failure);
    else if (counts.succeeded >= job.spec.completions) complete(cluster, job, counts);
    else step(cluster, job, pods, counts);
  },
};

/** A Job's pods are those that carry its uid; the server says so in its selector and its template. */
function select(cluster: ClusterModel, job: Job): void {
  const own = { "batch.kubernetes.io/controller-uid": job.metadata.uid };
  const { template } = job.spec;
  const labels = { ...template.metadata?.labels, ...own };
  const selected = { ...template, metadata: { ...template.metadata, labels } };
  cluster.table("jobs").update({ ...job, spec: { ...job.spec, selector: { matchLabels: own }, template: selected } });
}

interface Counts {
  readonly succeeded: number;
  readonly failed: number;
  readonly active: number;
}

function countsOf(pods: readonly Pod[]): Counts {
  const phases = pods.map(({ status }) => status?.phase);
  return {
    succeeded: phases.filter((phase) => phase === "Succeeded").length,
    failed: phases.filter((phase) => phase === "Failed").length,
    active: pods.filter(isPodActive).length,
  };
}

function isFinished({ status }: Job): boolean {
  return status?.conditions?.some(({ type, status: value }) => isEnd(type) && value === "True") === true;
}

function isEnd(type: string): boolean {
  return type === "Complete" || type === "Failed";
}

interface Failure {
  readonly reason: string;
  readonly message: string;
}

function failureOf(cluster: ClusterModel, job: Job, failed: number): Failure | undefined {
  if (failed > job.spec.backoffLimit) {
    return { reason: "BackoffLimitExceeded", message: "Job has reached the specified backoff limit" };
  }
  const { activeDeadlineSeconds } = job.spec;
  const { startTime } = job.status ?? {};
  if (activeDeadlineSeconds === undefined || startTime === undefined) return undefined;
  return cluster.nowMs >= Date.parse(startTime) + activeDeadlineSeconds * 1_000
    ? { reason: "DeadlineExceeded", message: "Job was active longer than specified deadline" }
    : undefined;
}

function giveUp(cluster: ClusterModel, job: Job, pods: readonly Pod[], { reason, message }: Failure): void {
  for (const pod of pods.filter(isPodActive)) deletePod(cluster, pod);
  const conditions = withCondition(
    job.status?.conditions,
    { type: "Failed", status: "True", reason, message },
    cluster.nowText(),
  );
  const { failed, succeeded } = countsOf(pods);
  const ended = writeStatus(cluster, job, { ...job.status, active: 0, failed, succeeded, conditions });
  recordEvent(cluster, ended, { type: "Warning", reason, message, component: "job-controller" });
}

function complete(cluster: ClusterModel, job: Job, counts: Counts): void {
  const now = cluster.nowText();
  const conditions = withCondition(job.status?.conditions, { type: "Complete", status: "True" }, now);
  const startTime = job.status?.startTime ?? job.metadata.creationTimestamp;
  writeStatus(cluster, job, { ...job.status, ...counts, startTime, completionTime: now, conditions });
}

/** Makes the pods that are missing; after a failure not before its back-off is over. */
function step(cluster: ClusterModel, job: Job, pods: readonly Pod[], counts: Counts): void {
  const startTime = job.status?.startTime ?? cluster.nowText();
  const wanted =
    job.spec.suspend === true ? 0 : Math.min(job.spec.parallelism, job.spec.completions - counts.succeeded);
  const terminating = pods.filter((pod) => isPodTerminating(pod) && pod.status?.phase !== "Failed").length;
  const missing = wanted - counts.active - terminating;
  const waitSeconds = missing > 0 ? backoffSeconds(cluster, pods, counts.failed) : 0;
  if (waitSeconds > 0) cluster.enqueueLater(waitSeconds, "job", keyOfObject(job));
  const labels = { "batch.kubernetes.io/job-name": job.metadata.name, "job-name": job.metadata.name };
  const extras = { ownerReferences: controlledBy(job), labels };
  for (let made = 0; waitSeconds <= 0 && made < missing; made += 1) createPod(cluster, job, job.spec.template, extras);
  for (const pod of pods.filter(isPodActive).slice(0, Math.max(0, -missing))) deletePod(cluster, pod);
  const active = cluster.pods.ownedBy(job.metadata.uid).filter(isPodActive).length;
  writeStatus(cluster, job, { ...job.status, startTime, active, succeeded: counts.succeeded, failed: counts.failed });
}

function backoffSeconds(cluster: ClusterModel, pods: readonly Pod[], failed: number): number {
  if (failed === 0 || cluster.instant) return 0;
  const ends = pods.flatMap(({ status }) => {
    const finishedAt = status?.containerStatuses?.[0]?.state?.terminated?.finishedAt;
    return finishedAt === undefined ? [] : [Date.parse(finishedAt)];
  });
  const backoff = Math.min(LONGEST_BACKOFF_SECONDS, FIRST_BACKOFF_SECONDS * 2 ** (failed - 1));
  return (Math.max(...ends) - cluster.nowMs) / 1_000 + backoff;
}

function writeStatus(cluster: ClusterModel, job: Job, status: Job["status"]): Job {
  return cluster.table("jobs").update({ ...job, status });
}

/** A finished Job goes, with its pods, when its time to live is over. */
function expire(cluster: ClusterModel, job: Job): void {
  const { ttlSecondsAfterFinished: seconds } = job.spec;
  const end = job.status?.conditions?.find(({ type }) => isEnd(type))?.lastTransitionTime;
  if (seconds === undefined || end === undefined || cluster.instant) return;
  const leftSeconds = (Date.parse(end) - cluster.nowMs) / 1_000 + seconds;
  if (leftSeconds > 0) cluster.enqueueLater(leftSeconds, "job", keyOfObject(job));
  else deleteObject(cluster, resourceNamed("jobs"), job, { propagation: "Foreground" });
}
