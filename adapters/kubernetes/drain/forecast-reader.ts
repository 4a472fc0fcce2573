import * as z from "zod/mini";
import type { BudgetFacts } from "../../../domain/drain/facts.ts";
import type { ForecastPod } from "../../../domain/drain/forecast/forecast-rule.ts";
import { DrydockError } from "../../../domain/errors.ts";
import type { NodeCapacity, VolumeFacts } from "../../../domain/preflight/placement/scheduling-facts.ts";
import { nodeCapacity, volumeFacts } from "../capacity-facts.ts";
import { podFacts } from "../facts.ts";
import { schedulingFacts } from "../scheduling-facts.ts";
import { ALL_BUDGETS } from "./drain-api.ts";
import { type Collection, listObjects } from "./list-watch.ts";
import { readPod } from "./object-shapes.ts";
import type { KubernetesTransport } from "./transport.ts";

/** What a forecast reads of a cluster; null stands for what may not be read. */
export interface ClusterReading {
  readonly pods: readonly ForecastPod[];
  readonly capacities: readonly NodeCapacity[];
  readonly volumes: readonly VolumeFacts[] | null;
  readonly budgets: readonly BudgetFacts[] | null;
}

const startShape = z.object({
  status: z.optional(
    z.object({
      startTime: z.optional(z.string()),
      conditions: z.optional(
        z.nullable(
          z.array(
            z.object({ type: z.string(), status: z.string(), lastTransitionTime: z.optional(z.nullable(z.string())) }),
          ),
        ),
      ),
      containerStatuses: z.optional(z.nullable(z.array(z.object({ restartCount: z.optional(z.number()) })))),
    }),
  ),
});

/** Reads pods, nodes, volumes and budgets once each; changes nothing. Rejects with DrydockError. */
export async function readCluster(transport: KubernetesTransport): Promise<ClusterReading> {
  const list = async <T>(collection: Collection<T>) => [...(await listObjects(transport, collection)).objects.values()];
  const [pods, capacities, volumes, budgets] = await Promise.all([
    list({ path: "/api/v1/pods", asked: "list the pods", read: forecastPod }),
    list({ path: "/api/v1/nodes", asked: "list the nodes", read: nodeCapacity }),
    unlessDenied(list({ path: "/api/v1/persistentvolumes", asked: "list the PersistentVolumes", read: volumeFacts })),
    unlessDenied(list(ALL_BUDGETS)),
  ]);
  return { pods, capacities, volumes: volumes?.flat() ?? null, budgets };
}

async function unlessDenied<T>(reading: Promise<T>): Promise<T | null> {
  try {
    return await reading;
  } catch (error) {
    if (error instanceof DrydockError && error.failure.code === "Denied") return null;
    throw error;
  }
}

function forecastPod(object: unknown): ForecastPod {
  const facts = podFacts(readPod(object));
  return { ...facts, scheduling: schedulingFacts(object, facts.name), startSeconds: startSeconds(object) };
}

/** A pod that became ready once, and whose containers never restarted, tells how long such a pod takes to start. */
function startSeconds(object: unknown): number | null {
  const { status } = startShape.parse(object);
  const ready = status?.conditions?.find(({ type, status: state }) => type === "Ready" && state === "True");
  const hasRestarted = (status?.containerStatuses ?? []).some(({ restartCount = 0 }) => restartCount > 0);
  if (hasRestarted || !ready?.lastTransitionTime || !status?.startTime) return null;
  const seconds = (Date.parse(ready.lastTransitionTime) - Date.parse(status.startTime)) / 1_000;
  return Number.isFinite(seconds) && seconds >= 0 ? seconds : null;
}
