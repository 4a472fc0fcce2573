import type { PoolResult, UpgradeReport } from "../../domain/report.ts";

/** Numbers that sum a report up. */
export interface ReportCounts {
  readonly clusters: number;
  readonly clustersDone: number;
  readonly nodesDrained: number;
  readonly podsEvicted: number;
}

/** Nodes drained and pods evicted in a pool. */
export function poolCounts({ drains }: Pick<PoolResult, "drains">): { nodesDrained: number; podsEvicted: number } {
  return {
    nodesDrained: drains.filter(({ outcome }) => outcome === "drained").length,
    podsEvicted: drains.reduce((sum, { evicted }) => sum + evicted, 0),
  };
}

/** Counts what a report holds. */
export function reportCounts(report: Pick<UpgradeReport, "rings">): ReportCounts {
  const clusters = report.rings.flatMap((ring) => ring.clusters);
  const pools = clusters.flatMap((cluster) => cluster.pools.map(poolCounts));
  return {
    clusters: clusters.length,
    clustersDone: clusters.filter(({ outcome }) => outcome === "done").length,
    nodesDrained: pools.reduce((sum, { nodesDrained }) => sum + nodesDrained, 0),
    podsEvicted: pools.reduce((sum, { podsEvicted }) => sum + podsEvicted, 0),
  };
}
