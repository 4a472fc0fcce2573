import type { ClusterFacts, PoolFacts } from "../cluster-facts.ts";
import { estimatePool } from "../estimate.ts";
import { type ClusterConfig, drainPolicyOf, type FleetConfig } from "../fleet-config.ts";
import type { ClusterPlan, PoolPlan } from "../upgrade-plan.ts";

/**
 * The plan that a preflight without an upgrade judges: every pool of the cluster, or the one that is asked for, as if it were
 * to be upgraded now. Null when the cluster has no such pool.
 */
export function readinessPlan(
  config: FleetConfig,
  cluster: ClusterConfig,
  facts: ClusterFacts,
  pool: string | null,
): ClusterPlan | null {
  const pools = facts.pools.filter(({ name }) => pool === null || name === pool);
  if (pool !== null && pools.length === 0) return null;
  const { name, resourceId } = cluster;
  return {
    name,
    resourceId,
    drain: drainPolicyOf(config.upgrade),
    skip: null,
    skipCode: null,
    controlPlane: null,
    pools: pools.map((one) => planPool(config, one)),
  };
}

function planPool({ upgrade }: FleetConfig, pool: PoolFacts): PoolPlan {
  const policy = pool.mode.toLowerCase() === "system" ? upgrade.systemPools : upgrade.userPools;
  const { name, mode, osType, count, nodeImageVersion, latestNodeImageVersion, kubernetesVersion } = pool;
  return {
    name,
    mode,
    osType,
    count,
    fromImage: nodeImageVersion,
    toImage: latestNodeImageVersion || nodeImageVersion,
    fromVersion: kubernetesVersion,
    toVersion: kubernetesVersion,
    policy,
    estimate: estimatePool({ policy, count }),
  };
}
