import { z } from "zod";
import { requireNamespace } from "../model/admission.ts";
import type { ClusterModel } from "../model/cluster-model.ts";
import { evictPod } from "../model/eviction.ts";
import { applyPatch } from "../model/patch.ts";
import { badRequest, invalid, notFound, staleVersion } from "../model/status-error.ts";
import type { ResourceTarget } from "./request-path.ts";
import { parseDeleteOptions } from "./write.ts";

const evictionSchema = z.looseObject({
  metadata: z.looseObject({ name: z.string().optional(), namespace: z.string().optional() }).optional(),
  deleteOptions: z.unknown().optional(),
});

const scaleSchema = z.looseObject({
  metadata: z.looseObject({ resourceVersion: z.string().optional() }),
  spec: z.looseObject({ replicas: z.number().int().nonnegative() }),
});

const SUCCESS = { kind: "Status", apiVersion: "v1", metadata: {}, status: "Success", code: 201 };

/** What an eviction came to; run inside a change, answer outside of it: a refusal may have spent the budget for good. */
export function requestEviction(cluster: ClusterModel, target: ResourceTarget, body: unknown, query: URLSearchParams) {
  const parsed = evictionSchema.safeParse(body ?? {});
  if (!parsed.success) throw badRequest(`the body is not an Eviction: ${z.prettifyError(parsed.error)}`);
  const { metadata, deleteOptions } = parsed.data;
  const name = target.name ?? "";
  if (metadata?.name !== undefined && metadata.name !== name) {
    throw badRequest("name in URL does not match name in Eviction object");
  }
  // An eviction is a new object of its namespace: none is taken in while that goes.
  cluster.table("pods").get(target.namespace, name);
  requireNamespace(cluster, { plural: "evictions", group: "policy" }, target.namespace ?? "", name);
  const options = parseDeleteOptions(deleteOptions ?? undefined);
  const outcome = evictPod(cluster, target.namespace ?? "", name, {
    uid: options.preconditions?.uid,
    graceSeconds: options.gracePeriodSeconds ?? undefined,
    dryRun: options.dryRun?.includes("All") === true || query.get("dryRun") === "All",
  });
  return outcome.kind === "evicted" ? { kind: "evicted" as const, status: SUCCESS } : outcome;
}

type Scalable = "deployments" | "replicasets" | "statefulsets";

function scalable(target: ResourceTarget): Scalable {
  const { plural, group } = target.resource;
  if (plural === "deployments" || plural === "replicasets" || plural === "statefulsets") return plural;
  throw notFound({ plural, group }, `${target.name}/scale`);
}

/** The Scale of a workload. */
export function readScale(cluster: ClusterModel, target: ResourceTarget) {
  const workload = cluster.table(scalable(target)).get(target.namespace, target.name ?? "");
  const { name, namespace, uid, resourceVersion, creationTimestamp } = workload.metadata;
  const selector = Object.entries(workload.spec.selector.matchLabels ?? {}).map(([key, value]) => `${key}=${value}`);
  return {
    kind: "Scale",
    apiVersion: "autoscaling/v1",
    metadata: { name, namespace, uid, resourceVersion, creationTimestamp },
    spec: { replicas: workload.spec.replicas },
    status: { replicas: workload.status?.replicas ?? 0, selector: selector.join(",") },
  };
}

/** Changes the number of replicas through the Scale: a PUT when there is no patch type. */
export function writeScale(cluster: ClusterModel, target: ResourceTarget, body: unknown, patchType?: string) {
  const plural = scalable(target);
  const next = patchType === undefined ? body : applyPatch(readScale(cluster, target), body, patchType);
  const parsed = scaleSchema.safeParse(next);
  if (!parsed.success) {
    const problems = parsed.error.issues.map(({ path, message }) => ({ field: path.map(String).join("."), message }));
    throw invalid("Scale", target.name ?? "", problems);
  }
  const workload = cluster.table(plural).get(target.namespace, target.name ?? "");
  const version = parsed.data.metadata.resourceVersion;
  if (version !== undefined && version !== workload.metadata.resourceVersion) {
    throw staleVersion({ plural, group: "apps" }, workload.metadata.name);
  }
  const { replicas } = parsed.data.spec;
  cluster.table(plural).update({ ...workload, spec: { ...workload.spec, replicas } });
  return readScale(cluster, target);
}
