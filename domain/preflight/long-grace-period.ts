import { podKey } from "../drain/facts.ts";
import { goingPods } from "./going-pods.ts";
import type { PreflightRule } from "./preflight.ts";

/** A pod that may take longer to stop than a node may take to drain makes the drain time out. */
export const longGracePeriod: PreflightRule = {
  code: "GracePeriodBeyondTimeout",
  severity: "warning",
  sentence: "Every pod on the nodes to be drained stops within the time that a drain may take.",
  remedy: "Raise upgrade.drain.timeoutMinutes above the grace period, or shorten terminationGracePeriodSeconds.",
  check: (facts) =>
    goingPods(facts)
      .filter((pod) => pod.graceSeconds >= facts.plan.drain.timeoutMinutes * 60)
      .map((pod) => ({
        subject: podKey(pod),
        message: `pod ${podKey(pod)} may take ${pod.graceSeconds} s to stop; a drain may take ${facts.plan.drain.timeoutMinutes * 60} s`,
        evidence: [`terminationGracePeriodSeconds ${pod.graceSeconds}`],
      })),
};
