import { podKey } from "../drain/facts.ts";
import { goingPods } from "./going-pods.ts";
import { preflightRule } from "./preflight-rule.ts";
import type { PreflightPod } from "./readings.ts";

/** Labels that AKS sets to the name of a node's pool. */
const POOL_LABELS = ["agentpool", "kubernetes.azure.com/agentpool"];

/** The label by which a pod selects its pool by name, if it does. */
export function poolPin(pod: PreflightPod): string | undefined {
  return POOL_LABELS.find((key) => pod.nodeSelector[key] === pod.pool);
}

/** A pod that selects its pool by name cannot move to the pool that replaces it. */
export const pinnedToPool = preflightRule({
  code: "PinnedToPool",
  severity: "blocker",
  sentence: "No pod on a pool that is replaced selects that pool by its name.",
  remedy: "Select nodes by a label of your own (nodeLabels of the pool), which the green pool keeps.",
  needs: ["pods"],
  check: (facts) => {
    const replaced = new Set(
      facts.plan.pools.filter((pool) => pool.policy.strategy === "blueGreen").map((pool) => pool.name),
    );
    return goingPods(facts).flatMap((pod) => {
      const label = poolPin(pod);
      if (!replaced.has(pod.pool) || label === undefined) return [];
      return [
        {
          subject: podKey(pod),
          message: `pod ${podKey(pod)} is bound to pool ${pod.pool} by name and cannot move to its replacement`,
          evidence: [`nodeSelector ${label}=${pod.pool}`],
        },
      ];
    });
  },
});
