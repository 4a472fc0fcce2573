import { podKey } from "../drain/facts.ts";
import { goingPods } from "./going-pods.ts";
import { preflightRule } from "./preflight-rule.ts";

/** A pod that may take longer to stop than a node may take to drain makes the drain time out, ours or AKS's own. */
export const longGracePeriod = preflightRule({
  code: "GracePeriodBeyondTimeout",
  severity: "warning",
  sentence: "Every pod on the nodes to be drained stops within the time that a drain may take.",
  remedy:
    "Raise upgrade.drain.timeoutMinutes (and the pool's drainTimeoutInMinutes, where AKS drains) above the grace period, or shorten terminationGracePeriodSeconds.",
  needs: ["pods"],
  check: (facts) => {
    const ours = facts.plan.drain.timeoutMinutes;
    const limits = new Map(
      facts.plan.pools.map(({ name, policy }) => {
        const theirs = facts.settings.pools.find((pool) => pool.name === name)?.upgradeSettings.drainTimeoutMinutes;
        return [name, policy.strategy === "surge" ? Math.min(ours, theirs ?? ours) : ours];
      }),
    );
    return goingPods(facts).flatMap((pod) => {
      const limitSeconds = (limits.get(pod.pool) ?? ours) * 60;
      if (pod.graceSeconds < limitSeconds) return [];
      return [
        {
          subject: podKey(pod),
          message: `pod ${podKey(pod)} may take ${pod.graceSeconds} s to stop; a drain may take ${limitSeconds} s`,
          evidence: [`terminationGracePeriodSeconds ${pod.graceSeconds}`],
        },
      ];
    });
  },
});
