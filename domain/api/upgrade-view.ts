import { z } from "zod";
import { verdictSchema } from "../verdict.ts";
import { instantSchema as instant, runHeadShape, runTalkShape } from "./run-head.ts";

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

/** An upgrade run as the list of runs has it. */
export const upgradeRunSummarySchema = z.object({
  ...runHeadShape,
  kind: z.literal("upgrade"),
  verdict: verdictSchema.nullable(),
});

/** An upgrade run as the API, the console and the command line show it. */
export const upgradeRunViewSchema = upgradeRunSummarySchema
  .extend({ ...runTalkShape, rings: z.array(ringViewSchema) })
  .meta({ id: "UpgradeRun" });
export type UpgradeRunView = z.infer<typeof upgradeRunViewSchema>;
