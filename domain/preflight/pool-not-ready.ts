import { isEnded } from "./operation-in-progress.ts";
import { preflightRule } from "./preflight-rule.ts";

/** A pool whose last change failed takes no other change well. */
export const poolNotReady = preflightRule({
  code: "PoolNotReady",
  severity: "blocker",
  sentence: "The last operation of every pool in the plan succeeded.",
  remedy: "Repair the pool (az aks nodepool update repeats what failed), and run again.",
  needs: [],
  check: ({ cluster, plan }) =>
    cluster.pools
      .filter(({ name }) => plan.pools.some((planned) => planned.name === name))
      .filter(({ provisioningState }) => provisioningState !== "Succeeded" && isEnded(provisioningState))
      .map((pool) => ({
        subject: `${cluster.name}/${pool.name}`,
        message: `pool ${pool.name} is in state ${pool.provisioningState}`,
        evidence: [`provisioningState ${pool.provisioningState}`],
      })),
});
