import { z } from "zod";
import type { Controller } from "../kubernetes/controllers/controller.ts";
import type { Collection } from "../state/store.ts";
import type { World } from "../world.ts";

/** Copies of a service, wanted and available, from a moment on. */
const pointSchema = z.object({ atMs: z.number(), wanted: z.number(), available: z.number() });

const historySchema = z.object({
  cluster: z.string(),
  namespace: z.string(),
  name: z.string(),
  /** What had been counted when the first point began. */
  served: z.number(),
  failed: z.number(),
  points: z.array(pointSchema).min(1),
  endMs: z.number().optional(),
});

export type WorkloadHistory = z.infer<typeof historySchema>;

/** Requests a second that a service gets. */
const REQUESTS_PER_SECOND = 20;
/** Share of requests that fail even on a good day. */
const USUAL_ERROR_SHARE = 0.001;
/** How long each change is remembered; what is older is only counted. */
const KEPT_MS = 14 * 86_400_000;

/** What the monitoring remembers of every Deployment: each change of its copies, and from that the requests it got. */
export class WorkloadHistories {
  readonly #histories: Collection<WorkloadHistory>;

  constructor(world: World) {
    this.#histories = world.store.collection("prometheus-workloads", (value) => historySchema.parse(value));
  }

  all(): WorkloadHistory[] {
    return this.#histories.values();
  }

  /** Follows the Deployments of a cluster, within their own changes. */
  controller(): Controller {
    return {
      name: "prometheus",
      keysOf: ({ resource, object }) =>
        resource.plural === "deployments" ? [`${object.metadata.namespace}/${object.metadata.name}`] : [],
      reconcile: (cluster, key) => {
        const [namespace = "", name = ""] = key.split("/");
        const deployment = cluster.table("deployments").find(namespace, name);
        const id = `${cluster.name}/${key}`;
        const atMs = cluster.nowMs;
        const before = this.#histories.get(id);
        if (!deployment) {
          if (before && before.endMs === undefined) this.#histories.put(id, { ...before, endMs: atMs });
          return;
        }
        const wanted = deployment.spec.replicas;
        const available = deployment.status?.availableReplicas ?? 0;
        this.#keep(id, { cluster: cluster.name, namespace, name }, { atMs, wanted, available });
      },
    };
  }

  #keep(
    id: string,
    of: Pick<WorkloadHistory, "cluster" | "namespace" | "name">,
    point: WorkloadHistory["points"][number],
  ): void {
    const before = this.#histories.get(id);
    const last = before?.points.at(-1);
    if (!before || before.endMs !== undefined) {
      this.#histories.put(id, { ...of, served: 0, failed: 0, points: [point] });
      return;
    }
    if (last?.wanted === point.wanted && last.available === point.available) return;
    const points = [...before.points.filter(({ atMs }) => atMs !== point.atMs), point];
    const keptFrom = Math.max(
      0,
      points.findLastIndex(({ atMs }) => atMs <= point.atMs - KEPT_MS),
    );
    const first = points[keptFrom];
    if (keptFrom === 0 || !first) {
      this.#histories.put(id, { ...before, points });
      return;
    }
    const { served, failed } = countsAt(before, first.atMs);
    this.#histories.put(id, { ...before, served, failed, points: points.slice(keptFrom) });
  }
}

/** The copies of a workload at a moment; undefined before it was made and after it was deleted. */
export function copiesAt(history: WorkloadHistory, ms: number): WorkloadHistory["points"][number] | undefined {
  if (history.endMs !== undefined && ms >= history.endMs) return undefined;
  return history.points.findLast(({ atMs }) => atMs <= ms);
}

/** The requests that a workload had served and failed by a moment: the more copies are missing, the more fail. */
export function countsAt(history: WorkloadHistory, ms: number): { readonly served: number; readonly failed: number } {
  let { served, failed } = history;
  const untilMs = Math.min(ms, history.endMs ?? ms);
  for (const [index, { atMs, wanted, available }] of history.points.entries()) {
    if (atMs >= untilMs) break;
    // Nobody asks a service that is scaled down to nothing.
    if (wanted === 0) continue;
    const seconds = (Math.min(untilMs, history.points[index + 1]?.atMs ?? untilMs) - atMs) / 1_000;
    const missing = Math.max(0, wanted - available) / wanted;
    const share = Math.min(1, USUAL_ERROR_SHARE + missing ** 2);
    served += seconds * REQUESTS_PER_SECOND * (1 - share);
    failed += seconds * REQUESTS_PER_SECOND * share;
  }
  return { served, failed };
}
