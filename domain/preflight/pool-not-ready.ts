import type { PreflightRule } from "./preflight.ts";

/** A pool that is being changed, or whose last change failed, takes no other change. */
export const poolNotReady: PreflightRule = {
  code: "PoolNotReady",
  severity: "blocker",
  sentence: "The last operation of every pool in the plan succeeded and none is in progress.",
  remedy: "Wait for the operation in progress, or repair the pool (az aks nodepool update), and run again.",
  check: ({ cluster, plan }) =>
    cluster.pools
      .filter(
        (pool) => plan.pools.some((planned) => planned.name === pool.name) && pool.provisioningState !== "Succeeded",
      )
      .map((pool) => ({
        subject: `${cluster.name}/${pool.name}`,
        message: `pool ${pool.name} is in state ${pool.provisioningState}`,
        evidence: [`provisioningState ${pool.provisioningState}`],
      })),
};
