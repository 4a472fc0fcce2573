import type { RunView } from "../../domain/api/run-view.ts";
import type { ClusterView, NodeView, UpgradeRunView } from "../../domain/api/upgrade-view.ts";
import { ringsOf, testsOf } from "./parts-of.ts";

/** Numbers that sum up how far a run is. */
export interface Progress {
  readonly clusters: number;
  readonly clustersEnded: number;
  readonly nodes: number;
  readonly nodesDrained: number;
  readonly nodesDraining: number;
  /** Nodes being drained with a pod that something holds, not merely one that is stopping. */
  readonly nodesHeld: number;
}

/** What a drain says of pods that were evicted and are going: nothing holds them. */
const TERMINATING = "Terminating";

const ENDED: readonly ClusterView["state"][] = ["done", "failed", "skipped", "blocked", "cancelled"];

/** Whether nothing more happens to a cluster in its run. */
export function hasEnded(cluster: Pick<ClusterView, "state">): boolean {
  return ENDED.includes(cluster.state);
}

/** Whether a drain is held up by something that does not pass by itself. */
export function isHeld(node: NodeView): boolean {
  return node.state === "draining" && node.waitingFor.some(({ code }) => code !== TERMINATING);
}

/** Counts what a run holds. Nodes are those that are drained one by one; a surge upgrade's are not known. */
export function progressOf(run: Pick<UpgradeRunView, "rings">): Progress {
  const clusters = run.rings.flatMap((ring) => ring.clusters);
  const nodes = clusters.flatMap(({ pools }) => pools.flatMap((pool) => pool.nodes));
  const count = (isCounted: (node: NodeView) => boolean) => nodes.filter(isCounted).length;
  return {
    clusters: clusters.length,
    clustersEnded: clusters.filter(hasEnded).length,
    nodes: nodes.length,
    nodesDrained: count(({ state }) => state === "drained" || state === "upgraded"),
    nodesDraining: count(({ state }) => state === "draining"),
    nodesHeld: count(isHeld),
  };
}

/** The latest instant of the past that a run tells of, in milliseconds since the epoch. */
export function latestOf(run: RunView): number {
  const instants = [run.updatedAt];
  for (const { phases } of testsOf(run)) {
    for (const { startedAt, endedAt } of phases) instants.push(endedAt ?? startedAt);
  }
  for (const { clusters } of ringsOf(run)) {
    for (const cluster of clusters) {
      if (cluster.startedAt !== null) instants.push(cluster.endedAt ?? cluster.startedAt);
      for (const { nodes } of cluster.pools) {
        for (const { startedAt, endedAt } of nodes) if (startedAt !== null) instants.push(endedAt ?? startedAt);
      }
    }
  }
  return instants.reduce((latest, instant) => Math.max(latest, Date.parse(instant)), Number.NEGATIVE_INFINITY);
}
