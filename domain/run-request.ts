import { z } from "zod";
import { triggerSchema } from "./api/run-head.ts";

/** How far a run may go: node images alone, patches of Kubernetes too, or the next minor version too. */
export const upgradeScopeSchema = z.enum(["nodeImage", "patch", "minor"]);
export type UpgradeScope = z.infer<typeof upgradeScopeSchema>;

/** What starts an upgrade. */
export const upgradeRunRequestSchema = z.strictObject({
  kind: z.literal("upgrade"),
  trigger: triggerSchema,
  /** Names of clusters; null for the whole fleet. */
  targets: z.array(z.string()).nullable(),
  /** What the starting event said is new; null for runs that a person or a timer started. */
  facts: z.string().nullable(),
  /** How far it may go; what a ring's policy does not allow is left out in any case. */
  scope: upgradeScopeSchema,
  /** Id of a plan that was made before; null to plan when the run starts. */
  plan: z.string().nullable(),
});
export type UpgradeRunRequest = z.infer<typeof upgradeRunRequestSchema>;

/** What starts a run of restore tests. */
export const restoreRunRequestSchema = z.strictObject({
  kind: z.literal("restore-test"),
  trigger: triggerSchema,
  /** Names of clusters; null for all of the plan. */
  targets: z.array(z.string()).nullable(),
  /** `latest`, `oldest`, `random`, a day, an instant or a point's id, in place of what the plan says; null for the plan's. */
  point: z.string().min(1).nullable(),
  /** How long people may look into the scratch clusters, in place of the plan's validation window; null for the plan's. */
  keepHours: z.number().min(0).max(168).nullable(),
});
export type RestoreRunRequest = z.infer<typeof restoreRunRequestSchema>;

/** What starts a run of any kind. */
export const runRequestSchema = z.discriminatedUnion("kind", [upgradeRunRequestSchema, restoreRunRequestSchema]);
export type RunRequest = z.infer<typeof runRequestSchema>;

/** Who starts runs of the whole fleet by themselves. */
const BY_THEMSELVES: readonly string[] = ["timer", "Event Grid"];

/** Whether a person started a run, and neither a timer nor an event. */
export function isByPerson({ by }: RunRequest["trigger"]): boolean {
  return !BY_THEMSELVES.includes(by);
}

/** Ids of a run's parts. Instance ids may hold no slash, and names of clusters and rings hold none of `:~*`. */
export const runIds = {
  /** A ring may be called "plan". */
  plan: (runId: string) => `${runId}~plan`,
  ring: (runId: string, ring: string) => `${runId}*${ring}`,
  lane: (runId: string, ring: string, round: number, lane: number) => `${runId}*${ring}*${round}*${lane}`,
  /** A cluster's part; what is tried again is another part. */
  cluster: (runId: string, cluster: string, attempt: number) =>
    attempt === 1 ? `${runId}:${cluster}` : `${runId}:${cluster}~${attempt}`,
  /** Parts of a cluster's part, by its id. */
  pool: (clusterPart: string, pool: string) => `${clusterPart}:${pool}`,
  node: (clusterPart: string, pool: string, node: string) => `${clusterPart}:${pool}:${node}`,
  /** The part that follows one long operation of a pool. */
  operation: (clusterPart: string, pool: string, step: string) => `${clusterPart}:${pool}:${step}`,
  /** The test of a cluster's backup, and a part of it. Names of clusters hold no colon. */
  restoreTest: (runId: string, cluster: string) => `${runId}:${cluster}`,
  restorePart: (test: string, part: string) => `${test}:${part}`,
  /** One of the lanes in which a run's tests go side by side. */
  restoreLane: (runId: string, lane: number) => `${runId}*${lane}`,
  /** The part that follows the upgrade of the control plane. Names of pools hold no dash. */
  controlPlane: (clusterPart: string) => `${clusterPart}:control-plane`,
} as const;

/** Steps of a pool that are long operations of Azure; events for the pool wake all of them. */
export const OPERATION_STEPS = ["create", "upgrade", "delete", "undo"] as const;

/** Name of the event that wakes the wait for a long operation early. */
export const WAKE_EVENT = "wake";

/** Name of the event that tells a part of a run that somebody gave a signal; the run's record holds which. */
export const SIGNAL_EVENT = "signal";
