import { z } from "zod";
import { findingSchema } from "../finding.ts";
import { gateSchema, signalSchema } from "../run-control.ts";
import { verdictSchema } from "../verdict.ts";

const instant = z.iso.datetime().describe("ISO 8601 instant, UTC");

/** What a drain waits for. */
export const blockerViewSchema = z
  .object({
    /** namespace/name */
    pod: z.string(),
    code: z.string(),
    message: z.string(),
    since: instant,
  })
  .meta({ id: "DrainBlocker" });
export type BlockerView = z.infer<typeof blockerViewSchema>;

export const nodeViewSchema = z
  .object({
    name: z.string(),
    state: z.enum(["waiting", "draining", "drained", "failed", "upgraded"]),
    podsTotal: z.int(),
    podsLeft: z.int(),
    waitingFor: z.array(blockerViewSchema),
    startedAt: instant.nullable(),
    endedAt: instant.nullable(),
  })
  .meta({ id: "NodeView" });
export type NodeView = z.infer<typeof nodeViewSchema>;

export const poolStateSchema = z.enum([
  "pending",
  "creating",
  "draining",
  "upgrading",
  "soaking",
  "deleting",
  "waiting",
  "undoing",
  "done",
  "failed",
  "skipped",
]);
export type PoolState = z.infer<typeof poolStateSchema>;

export const poolViewSchema = z
  .object({
    name: z.string(),
    mode: z.string(),
    strategy: z.enum(["surge", "blueGreen"]),
    state: poolStateSchema,
    fromImage: z.string(),
    toImage: z.string(),
    fromVersion: z.string(),
    toVersion: z.string(),
    /** Why the pool waits, if it does. */
    reason: z.string().nullable(),
    /** The green pool's name, once chosen. */
    replacement: z.string().nullable(),
    nodes: z.array(nodeViewSchema),
  })
  .meta({ id: "PoolView" });
export type PoolView = z.infer<typeof poolViewSchema>;

export const controlPlaneStateSchema = z.enum(["pending", "upgrading", "done", "failed", "skipped"]);
export type ControlPlaneState = z.infer<typeof controlPlaneStateSchema>;

export const clusterStateSchema = z.enum([
  "pending",
  "queued",
  "waiting",
  "preflight",
  "upgrading",
  "proving",
  "done",
  "failed",
  "skipped",
  "blocked",
  "cancelled",
]);
export type ClusterState = z.infer<typeof clusterStateSchema>;

export const clusterViewSchema = z
  .object({
    name: z.string(),
    state: clusterStateSchema,
    reason: z.string().nullable(),
    startedAt: instant.nullable(),
    endedAt: instant.nullable(),
    /** How often the run has tried it. */
    attempt: z.int(),
    /** The upgrade of the control plane; null when the plan has none. */
    controlPlane: z.object({ from: z.string(), to: z.string(), state: controlPlaneStateSchema }).nullable(),
    pools: z.array(poolViewSchema),
  })
  .meta({ id: "ClusterView" });
export type ClusterView = z.infer<typeof clusterViewSchema>;

export const ringStateSchema = z.enum([
  "pending",
  "approval",
  "waiting",
  "running",
  "soaking",
  "halted",
  "done",
  "failed",
  "skipped",
]);
export type RingState = z.infer<typeof ringStateSchema>;

export const ringViewSchema = z
  .object({
    name: z.string(),
    state: ringStateSchema,
    waitingUntil: instant.nullable(),
    reason: z.string().nullable(),
    clusters: z.array(clusterViewSchema),
  })
  .meta({ id: "RingView" });
export type RingView = z.infer<typeof ringViewSchema>;

export const triggerSchema = z
  .object({
    by: z.string(),
    reason: z.string(),
    event: z.object({ type: z.string(), source: z.string(), id: z.string() }).nullable(),
  })
  .meta({ id: "Trigger" });
export type Trigger = z.infer<typeof triggerSchema>;

/** A run as the API, the console and the command line show it. */
export const runViewSchema = z
  .object({
    id: z.string(),
    kind: z.literal("upgrade"),
    status: z.enum(["pending", "running", "finished"]),
    /** One short sentence for people. */
    phase: z.string(),
    verdict: verdictSchema.nullable(),
    trigger: triggerSchema,
    startedAt: instant,
    updatedAt: instant,
    endedAt: instant.nullable(),
    rings: z.array(ringViewSchema),
    /** What the run asks of people. */
    gates: z.array(gateSchema),
    /** What people told it. */
    signals: z.array(signalSchema),
    findings: z.array(findingSchema),
  })
  .meta({ id: "Run" });
export type RunView = z.infer<typeof runViewSchema>;
