import type { ClusterModel } from "../model/cluster-model.ts";
import { keyOfObject } from "../model/object-table.ts";
import type { Job } from "../model/objects.ts";
import { isPodActive, withCondition } from "../model/pod-state.ts";
import { podFromTemplate } from "../model/pod-template.ts";
import { type Controller, controlledBy, controllerKeyOf, splitKey } from "./controller.ts";

/** Runs a Job's pods until enough of them have succeeded. */
export const jobController: Controller = {
  name: "job",

  keysOf({ type, resource, object }) {
    if (resource.plural === "jobs") return type === "DELETED" ? [] : [keyOfObject(object)];
    return resource.plural === "pods" ? controllerKeyOf(object, "Job") : [];
  },

  reconcile(cluster, key) {
    const job = cluster.table("jobs").find(...splitKey(key));
    if (!job || job.status?.completionTime !== undefined) return;
    const succeeded = countSucceeded(cluster, job);
    const active = () => cluster.pods.ownedBy(job.metadata.uid).filter(isPodActive).length;
    const wanted = Math.min(job.spec.parallelism, job.spec.completions - succeeded);
    for (let missing = wanted - active(); missing > 0; missing -= 1) {
      const extras = {
        name: `${job.metadata.name}-${cluster.random.suffix(5)}`,
        ownerReferences: controlledBy(job),
        labels: { "batch.kubernetes.io/job-name": job.metadata.name, "job-name": job.metadata.name },
      };
      cluster.table("pods").create(podFromTemplate(job, job.spec.template, extras));
    }
    const now = cluster.nowText();
    const done = succeeded >= job.spec.completions;
    const conditions = withCondition(undefined, { type: "Complete", status: "True" }, now);
    const status = {
      startTime: job.metadata.creationTimestamp,
      active: active(),
      succeeded,
      ...(done ? { completionTime: now, conditions } : {}),
    };
    cluster.table("jobs").update({ ...job, status });
  },
};

function countSucceeded(cluster: ClusterModel, job: Job): number {
  return cluster.pods.ownedBy(job.metadata.uid).filter((pod) => pod.status?.phase === "Succeeded").length;
}
