import { budgetsOf } from "../drain/facts.ts";
import { goingPods } from "./going-pods.ts";
import { nodesOf } from "./placement/surge-size.ts";
import { plannedPools } from "./planned-pools.ts";
import { type KnownFacts, preflightRule } from "./preflight-rule.ts";

/** Above this share of a pool a surge is a second pool, and drains as many nodes at once. */
const LARGE_SHARE = 0.5;
const SMALLEST_POOL = 3;

function surgePools(facts: KnownFacts) {
  return plannedPools(facts).filter(({ plan }) => plan.policy.strategy === "surge");
}

/** Without a surge node AKS takes nodes away before it adds any; with nothing to take either, it refuses. */
export const maxSurgeZero = preflightRule({
  code: "MaxSurgeZero",
  severity: "blocker",
  sentence:
    "Every pool that AKS upgrades in place has a surge node; with maxUnavailable in its place, it is a warning.",
  remedy: "Set maxSurge of the pool, 33% for production (az aks nodepool update --max-surge 33%).",
  needs: [],
  check: (facts) =>
    surgePools(facts).flatMap(({ pool, settings }) => {
      const { maxSurge, maxUnavailable } = settings.upgradeSettings;
      if (pool.count === 0 || nodesOf(maxSurge, pool.count) > 0) return [];
      const isInPlace = nodesOf(maxUnavailable, pool.count) > 0;
      return [
        {
          subject: `${facts.plan.name}/${pool.name}`,
          message: `pool ${pool.name} is upgraded without a surge node${isInPlace ? "" : ", and may not miss one"}`,
          evidence: [`maxSurge ${maxSurge}`, `maxUnavailable ${maxUnavailable}`],
          ...(isInPlace ? { severity: "warning" as const } : {}),
        },
      ];
    }),
});

/** A large surge drains many nodes at once and asks for as many addresses and cores. */
export const maxSurgeLarge = preflightRule({
  code: "MaxSurgeLarge",
  severity: "warning",
  sentence: "No pool of three nodes or more that AKS upgrades in place surges by more than half of its nodes.",
  remedy: "Set maxSurge of the pool to 33% or less (az aks nodepool update --max-surge 33%).",
  needs: [],
  check: (facts) =>
    surgePools(facts).flatMap(({ pool, settings }) => {
      const { maxSurge } = settings.upgradeSettings;
      const surge = nodesOf(maxSurge, pool.count);
      if (pool.count < SMALLEST_POOL || surge <= pool.count * LARGE_SHARE) return [];
      return [
        {
          subject: `${facts.plan.name}/${pool.name}`,
          message: `pool ${pool.name} surges by ${surge} of ${pool.count} nodes, which are drained at the same time`,
          evidence: [`maxSurge ${maxSurge}`],
        },
      ];
    }),
});

/** At its maximum the autoscaler adds nothing when pods of a drained node do not fit. */
export const autoscalerAtMaximum = preflightRule({
  code: "AutoscalerAtMaximum",
  severity: "warning",
  sentence: "No pool that AKS upgrades in place is at its autoscaler's maximum.",
  remedy: "Raise the maximum for the time of the upgrade (az aks nodepool update --update-cluster-autoscaler).",
  needs: [],
  check: (facts) =>
    surgePools(facts).flatMap(({ pool, settings: { autoscaler } }) => {
      if (autoscaler === null || pool.count < autoscaler.max) return [];
      return [
        {
          subject: `${facts.plan.name}/${pool.name}`,
          message: `pool ${pool.name} is at its autoscaler's maximum`,
          evidence: [`count ${pool.count}`, `maxCount ${autoscaler.max}`],
        },
      ];
    }),
});

/** With the behaviour Schedule, one node that cannot be drained ends AKS's roll of the whole pool as Failed. */
export const undrainableNodes = preflightRule({
  code: "UndrainableNodesEndTheRoll",
  severity: "info",
  sentence:
    "Pools that AKS drains, and on which a budget may refuse an eviction, quarantine a node that cannot be drained.",
  remedy:
    "Let AKS cordon and replace such a node (az aks nodepool update --undrainable-node-behavior Cordon), or use blueGreen.",
  needs: ["pods", "budgets"],
  check: (facts) => {
    const guarded = goingPods(facts).filter((pod) => budgetsOf(pod, facts.budgets).length > 0);
    return surgePools(facts).flatMap(({ pool, settings: { upgradeSettings } }) => {
      const count = guarded.filter((pod) => pod.pool === pool.name).length;
      if (upgradeSettings.undrainableNodeBehavior !== "Schedule" || count === 0) return [];
      return [
        {
          subject: `${facts.plan.name}/${pool.name}`,
          message: `a node of pool ${pool.name} that cannot be drained ends AKS's upgrade of the pool as Failed`,
          evidence: [
            `undrainableNodeBehavior ${upgradeSettings.undrainableNodeBehavior}`,
            `${count} pods with budgets`,
          ],
        },
      ];
    });
  },
});
