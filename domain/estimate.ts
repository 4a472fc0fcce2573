import type { WorkEstimate } from "./admit-work.ts";
import type { PoolPolicy } from "./fleet-config.ts";
import type { TrafficPolicy } from "./traffic.ts";
import type { ClusterPlan, PoolPlan } from "./upgrade-plan.ts";

const MINUTE_MS = 60_000;

/**
 * What the parts of an upgrade are expected to take. AKS publishes no figures; these are what its users report (an upgrade of
 * more than two hours is called slow), and a forecast that is too long only begins work in the next opening.
 */
const MINUTES = {
  /** Preflight, and looking at the cluster before and after. */
  around: 2,
  controlPlane: 10,
  /** A node that AKS makes, drains or deletes. */
  surgeNode: 6,
  createPool: 6,
  deletePool: 5,
  drainNode: 5,
} as const;

/** How long upgrades of a pool took before: of each, milliseconds for each node. */
export type PoolHistory = Readonly<Record<string, readonly number[]>>;

/** Name under which a pool's durations are kept. A green pool carries on the name of the blue one but for its number. */
export function historyKey(cluster: string, pool: string, strategy: PoolPolicy["strategy"]): string {
  return `${cluster}/${pool.replace(/\d+$/, "")}/${strategy}`;
}

/** What an estimate goes by beside the pool itself. */
interface Known {
  /** What its upgrades took before, in milliseconds for each node. */
  readonly perNodeMs?: readonly number[];
  /** What moves to other services while it is replaced. */
  readonly traffic?: ReadonlyArray<Pick<TrafficPolicy, "steps" | "pauseMinutes">>;
}

/** How long a pool's upgrade is expected to take, and the least that has to fit before it is begun. */
export function estimatePool(
  { policy, count }: Pick<PoolPlan, "policy" | "count">,
  { perNodeMs = [], traffic = [] }: Known = {},
): WorkEstimate {
  const nodes = Math.max(1, count);
  const slowestMs = Math.max(0, ...perNodeMs) * nodes;
  if (policy.strategy === "surge") {
    // AKS cannot be held between two nodes: the pool is one piece.
    const totalMs = slowestMs || (nodes * MINUTES.surgeNode + policy.soakMinutes) * MINUTE_MS;
    return { totalMs, pieceMs: totalMs };
  }
  const rounds = Math.ceil(nodes / policy.parallelDrains);
  // Traffic moves before the first drain, and is not held between its steps.
  const pauses = traffic.reduce((sum, { steps, pauseMinutes }) => sum + steps.length * pauseMinutes, 0);
  const fixedMs = (MINUTES.createPool + MINUTES.deletePool + policy.soakMinutes + pauses) * MINUTE_MS;
  const pieceMs = (MINUTES.createPool + pauses + MINUTES.drainNode) * MINUTE_MS;
  const totalMs = slowestMs || fixedMs + rounds * MINUTES.drainNode * MINUTE_MS;
  return { totalMs, pieceMs: Math.min(pieceMs, totalMs) };
}

/** How long the upgrade of a control plane is expected to take; AKS cannot be held in it. */
export function estimateControlPlane(): WorkEstimate {
  const totalMs = MINUTES.controlPlane * MINUTE_MS;
  return { totalMs, pieceMs: totalMs };
}

/** How long one more round of drains is expected to take. */
export function estimateDrain(): WorkEstimate {
  const totalMs = MINUTES.drainNode * MINUTE_MS;
  return { totalMs, pieceMs: totalMs };
}

/** How long a cluster's upgrade is expected to take, and the least that has to fit before it is begun. */
export function estimateCluster({ controlPlane, pools }: Pick<ClusterPlan, "controlPlane" | "pools">): WorkEstimate {
  const around = MINUTES.around * MINUTE_MS;
  const first = controlPlane === null ? 0 : MINUTES.controlPlane * MINUTE_MS;
  const parts = pools.map(({ estimate }) => estimate);
  const totalMs = around + first + parts.reduce((sum, part) => sum + part.totalMs, 0);
  const pieceMs = around + (first > 0 ? first : (parts[0]?.pieceMs ?? 0));
  return { totalMs, pieceMs };
}
