import { z } from "zod";
import { triggerSchema } from "./api/run-view.ts";

/** What starts a run. */
export const runRequestSchema = z.strictObject({
  kind: z.literal("upgrade"),
  trigger: triggerSchema,
  /** Names of clusters; null for the whole fleet. */
  targets: z.array(z.string()).nullable(),
  /** What the starting event said is new; null for runs that a person or a timer started. */
  facts: z.string().nullable(),
});
export type RunRequest = z.infer<typeof runRequestSchema>;

/** Ids of a run's parts. Instance ids may hold no slash. */
export const runIds = {
  cluster: (runId: string, cluster: string) => `${runId}:${cluster}`,
  pool: (runId: string, cluster: string, pool: string) => `${runId}:${cluster}:${pool}`,
  node: (runId: string, cluster: string, pool: string, node: string) => `${runId}:${cluster}:${pool}:${node}`,
  /** The part that follows one long operation of a pool. */
  operation: (runId: string, cluster: string, pool: string, step: string) => `${runId}:${cluster}:${pool}:${step}`,
} as const;

/** Steps of a pool that are long operations of Azure; events for the pool wake all of them. */
export const OPERATION_STEPS = ["create", "upgrade", "delete", "undo"] as const;

/** Name of the event that wakes the wait for a long operation early. */
export const WAKE_EVENT = "wake";

/** Name of the event that cancels a run's waits. */
export const CANCEL_EVENT = "cancel";
