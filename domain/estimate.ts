import type { WorkEstimate } from "./admit-work.ts";
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

/** How long a pool's upgrade is expected to take, and the least that has to fit before it is begun. */
export function estimatePool({ policy, count }: PoolPlan): WorkEstimate {
  if (policy.strategy === "surge") {
    // AKS cannot be held between two nodes: the pool is one piece.
    const totalMs = Math.max(1, count) * MINUTES.surgeNode * MINUTE_MS;
    return { totalMs, pieceMs: totalMs };
  }
  const rounds = Math.ceil(count / policy.parallelDrains);
  const fixedMs = (MINUTES.createPool + MINUTES.deletePool + policy.soakMinutes) * MINUTE_MS;
  const pieceMs = (MINUTES.createPool + MINUTES.drainNode) * MINUTE_MS;
  return { totalMs: fixedMs + rounds * MINUTES.drainNode * MINUTE_MS, pieceMs };
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
  const parts = pools.map(estimatePool);
  const totalMs = around + first + parts.reduce((sum, part) => sum + part.totalMs, 0);
  const pieceMs = around + (first > 0 ? first : (parts[0]?.pieceMs ?? 0));
  return { totalMs, pieceMs };
}
