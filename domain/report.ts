import { z } from "zod";
import { triggerSchema } from "./api/run-head.ts";
import { blockerViewSchema, nodeViewSchema, poolStateSchema, ringStateSchema } from "./api/upgrade-view.ts";
import { remedyRecordSchema } from "./drain/remedy-record.ts";
import { type Finding, findingSchema } from "./finding.ts";
import { signalSchema } from "./run-control.ts";
import { verdictSchema } from "./verdict.ts";

const instant = z.iso.datetime();

/** A standstill that was told. */
const stallSchema = z.object({ since: instant, evidence: z.array(z.string()) });

/** How the drain of one node went. */
export const drainResultSchema = z.object({
  node: z.string(),
  outcome: z.enum(["drained", "failed", "cancelled"]),
  podsTotal: z.int(),
  podsLeft: z.int(),
  evicted: z.int(),
  /** What was still there at the end. */
  blockers: z.array(blockerViewSchema),
  /** Pods that a rule of the policy left where they were. */
  skipped: z.array(z.string()).optional(),
  /** What was done about pods that blocked. */
  remedies: z.array(remedyRecordSchema).optional(),
  /** When nothing moved for too long, and what blocked then. */
  stalls: z.array(stallSchema).optional(),
  startedAt: instant,
  endedAt: instant,
});
export type DrainResult = z.infer<typeof drainResultSchema>;

/** How one pool went. */
export const poolResultSchema = z.object({
  name: z.string(),
  mode: z.string(),
  strategy: z.enum(["surge", "blueGreen"]),
  outcome: z.enum(["done", "failed", "cancelled"]),
  state: poolStateSchema,
  fromImage: z.string(),
  toImage: z.string(),
  fromVersion: z.string(),
  toVersion: z.string(),
  replacement: z.string().nullable(),
  drains: z.array(drainResultSchema),
  /** How AKS came along with each node that it rolled. */
  rolled: z.array(nodeViewSchema).optional(),
  findings: z.array(findingSchema),
  startedAt: instant,
  endedAt: instant,
});
export type PoolResult = z.infer<typeof poolResultSchema>;

/** How the upgrade of a control plane went. */
export const controlPlaneResultSchema = z.object({
  from: z.string(),
  to: z.string(),
  outcome: z.enum(["done", "failed"]),
  startedAt: instant,
  endedAt: instant,
});
export type ControlPlaneResult = z.infer<typeof controlPlaneResultSchema>;

/** How one cluster went. */
export const clusterResultSchema = z.object({
  name: z.string(),
  outcome: z.enum(["done", "failed", "blocked", "cancelled", "skipped"]),
  reason: z.string().nullable(),
  /** Which try it was; 0 when it was not begun. */
  attempt: z.int(),
  /** The upgrade of its control plane; null when there was none. */
  controlPlane: controlPlaneResultSchema.nullable(),
  pools: z.array(poolResultSchema),
  findings: z.array(findingSchema),
  startedAt: instant.nullable(),
  endedAt: instant.nullable(),
});
export type ClusterResult = z.infer<typeof clusterResultSchema>;

/** The result of a cluster that was not begun. */
export function untouchedCluster(name: string, reason: string): ClusterResult {
  const nothing = { attempt: 0, controlPlane: null, pools: [], findings: [], startedAt: null, endedAt: null };
  return { name, outcome: "skipped", reason, ...nothing };
}

/** All that was found in a cluster: its own findings, then those of its pools. */
export function findingsIn({ findings, pools }: Pick<ClusterResult, "findings" | "pools">): Finding[] {
  return [...findings, ...pools.flatMap((pool) => pool.findings)];
}

/** How one ring went. */
export const ringResultSchema = z.object({
  name: z.string(),
  state: ringStateSchema,
  reason: z.string().nullable(),
  clusters: z.array(clusterResultSchema),
  /** Of clusters that were tried more than once, how they went before; left out when there were none. */
  earlierTries: z.array(clusterResultSchema).optional(),
  findings: z.array(findingSchema),
});
export type RingResult = z.infer<typeof ringResultSchema>;

/** The record of an upgrade run: what every run ends in, whatever happened. */
export const upgradeReportSchema = z
  .object({
    id: z.string(),
    kind: z.literal("upgrade"),
    verdict: verdictSchema,
    trigger: triggerSchema,
    startedAt: instant,
    endedAt: instant,
    /** SHA-256 of the fleet.yaml that the run went by. */
    fleetDigest: z.string(),
    rings: z.array(ringResultSchema),
    /** What people told the run. */
    signals: z.array(signalSchema),
    findings: z.array(findingSchema),
  })
  .meta({ id: "UpgradeReport" });
export type UpgradeReport = z.infer<typeof upgradeReportSchema>;

/** Numbers that sum a report up. */
export interface ReportSummary {
  readonly clusters: number;
  readonly clustersDone: number;
  /** Control planes that were upgraded. */
  readonly controlPlanes: number;
  readonly pools: number;
  readonly nodesDrained: number;
  readonly podsEvicted: number;
}

/** Counts what a report holds. */
export function summarize(report: UpgradeReport): ReportSummary {
  const clusters = report.rings.flatMap((ring) => ring.clusters);
  const pools = clusters.flatMap((cluster) => cluster.pools);
  const earlier = report.rings.flatMap((ring) => ring.earlierTries ?? []).flatMap((cluster) => cluster.pools);
  const drains = [...earlier, ...pools].flatMap((pool) => pool.drains);
  return {
    clusters: clusters.length,
    clustersDone: clusters.filter((cluster) => cluster.outcome === "done").length,
    controlPlanes: clusters.filter(({ controlPlane }) => controlPlane?.outcome === "done").length,
    pools: pools.filter((pool) => pool.outcome === "done").length,
    nodesDrained: drains.filter((drain) => drain.outcome === "drained").length,
    podsEvicted: drains.reduce((sum, drain) => sum + drain.evicted, 0),
  };
}
