import { z } from "zod";
import type { Trigger } from "./api/run-head.ts";
import {
  blockerViewSchema,
  clusterStateSchema,
  controlPlaneStateSchema,
  nodeViewSchema,
  poolStateSchema,
  ringStateSchema,
} from "./api/upgrade-view.ts";
import type { RestoreVerdict } from "./restore/restore-verdict.ts";
import type { RunControl } from "./run-control.ts";
import type { RunKind } from "./run-kind.ts";
import type { Verdict } from "./verdict.ts";

/** Custom status of a run. Small: hosts keep 16 KB of it. */
export const runStatusSchema = z.object({ phase: z.string() });
export type RunStatus = z.infer<typeof runStatusSchema>;

/** Custom status of a ring. */
export const ringStatusSchema = z.object({
  state: ringStateSchema,
  waitingUntil: z.string().nullable(),
  reason: z.string().nullable(),
  /** Why its upgrades of Kubernetes were left out, if they were. */
  declined: z.string().nullable(),
  /** Clusters that were tried more than once, and how often. */
  attempts: z.record(z.string(), z.int()),
  lanes: z.array(z.string()),
});
export type RingStatus = z.infer<typeof ringStatusSchema>;

/** Custom status of a lane of a ring. */
export const laneStatusSchema = z.object({
  waiting: z.object({ reason: z.string(), until: z.string().nullable() }).nullable(),
});
export type LaneStatus = z.infer<typeof laneStatusSchema>;

/** Custom status of a cluster's upgrade. */
export const clusterStatusSchema = z.object({
  state: clusterStateSchema,
  reason: z.string().nullable(),
  startedAt: z.string(),
  controlPlane: controlPlaneStateSchema,
});
export type ClusterStatus = z.infer<typeof clusterStatusSchema>;

/** Custom status of a pool's upgrade; `nodes` are those that are to be drained, in order. */
export const poolStatusSchema = z.object({
  state: poolStateSchema,
  replacement: z.string().nullable(),
  nodes: z.array(z.string()),
  /** Why the pool waits, if it does. */
  waitingFor: z.string().nullable(),
});
export type PoolStatus = z.infer<typeof poolStatusSchema>;

/** Custom status of what follows a long operation, while AKS rolls a pool. */
export const rollStatusSchema = z.object({
  roll: z.object({ nodes: z.array(nodeViewSchema), stalledSince: z.string().nullable() }),
});
export type RollStatus = z.infer<typeof rollStatusSchema>;

/** Custom status of a node's drain. */
export const drainStatusSchema = z.object({
  state: z.enum(["draining", "drained", "failed"]),
  podsTotal: z.int(),
  podsLeft: z.int(),
  waitingFor: z.array(blockerViewSchema),
  startedAt: z.string(),
  /** Since when nothing moves, if that is too long. */
  stalledSince: z.string().nullish(),
});
export type DrainStatus = z.infer<typeof drainStatusSchema>;

/** An event that asked for what a run was doing already. */
export interface FoldedEvent {
  readonly id: string;
  readonly source: string;
}

/** What is kept of a run beside its history: what operators and events asked of it, and what it asks of them. */
export interface RunRecord {
  readonly control: RunControl;
  readonly folded: readonly FoldedEvent[];
  /** Instance ids of the run's parts that signals wake, beside the run itself. */
  readonly waiters: readonly string[];
}

interface Listed<K extends RunKind, V> {
  readonly id: string;
  readonly kind: K;
  readonly trigger: Trigger;
  /** What the starting event said is new; null for runs that a person or a timer started. */
  readonly facts: string | null;
  readonly startedAt: string;
  readonly endedAt: string | null;
  readonly verdict: V | null;
}

/** A run in the list of runs, with the verdict of its kind. */
export type ListedRun = Listed<"upgrade", Verdict> | Listed<"restore-test", RestoreVerdict>;
