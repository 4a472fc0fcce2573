import { z } from "zod";
import type { Trigger } from "./api/run-view.ts";
import { blockerViewSchema, clusterStateSchema, poolStateSchema, ringStateSchema } from "./api/run-view.ts";
import type { RingPlan } from "./upgrade-plan.ts";
import type { Verdict } from "./verdict.ts";

/** How a ring stands, as the run shows it. `skipped` names clusters that were left alone, with why. */
export const ringProgressSchema = z.object({
  name: z.string(),
  state: ringStateSchema,
  waitingUntil: z.string().nullable(),
  reason: z.string().nullable(),
  skipped: z.record(z.string(), z.string()),
});
export type RingProgress = z.infer<typeof ringProgressSchema>;

/** Custom status of a run. Small: hosts keep 16 KB of it. */
export const runStatusSchema = z.object({ phase: z.string(), rings: z.array(ringProgressSchema) });
export type RunStatus = z.infer<typeof runStatusSchema>;

/** Custom status of a cluster's upgrade. */
export const clusterStatusSchema = z.object({
  state: clusterStateSchema,
  reason: z.string().nullable(),
  startedAt: z.string(),
});
export type ClusterStatus = z.infer<typeof clusterStatusSchema>;

/** Custom status of a pool's upgrade; `nodes` are those that are to be drained, in order. */
export const poolStatusSchema = z.object({
  state: poolStateSchema,
  replacement: z.string().nullable(),
  nodes: z.array(z.string()),
});
export type PoolStatus = z.infer<typeof poolStatusSchema>;

/** Custom status of a node's drain. */
export const drainStatusSchema = z.object({
  state: z.enum(["draining", "drained", "failed"]),
  podsTotal: z.int(),
  podsLeft: z.int(),
  waitingFor: z.array(blockerViewSchema),
  startedAt: z.string(),
});
export type DrainStatus = z.infer<typeof drainStatusSchema>;

/** Who cancelled a run, and why. */
export interface Cancellation {
  readonly by: string;
  readonly reason: string;
  readonly at: string;
}

/** An event that asked for what a run was doing already. */
export interface FoldedEvent {
  readonly id: string;
  readonly source: string;
}

/** What is kept of a run beside its history: the plan, and what operators and events asked of it. */
export interface RunRecord {
  readonly rings: readonly RingPlan[];
  readonly cancellation: Cancellation | null;
  readonly folded: readonly FoldedEvent[];
  /** Whether the run has read its record for its report: what comes later is not in it. */
  readonly closed: boolean;
}

/** A run in the list of runs. */
export interface ListedRun {
  readonly id: string;
  readonly kind: "upgrade";
  readonly trigger: Trigger;
  /** What the starting event said is new; null for runs that a person or a timer started. */
  readonly facts: string | null;
  readonly startedAt: string;
  readonly endedAt: string | null;
  readonly verdict: Verdict | null;
}
