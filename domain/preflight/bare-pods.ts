import { podKey } from "../drain/facts.ts";
import { goingPods } from "./going-pods.ts";
import { preflightRule } from "./preflight-rule.ts";

/** Nobody makes a bare pod again. */
export const barePods = preflightRule({
  code: "BarePods",
  severity: "blocker",
  sentence: "Every pod on the nodes to be drained has a controller, or the policy consents to its deletion.",
  remedy: "Give the pod a controller, delete it, or set upgrade.drain.barePods to delete.",
  needs: ["pods"],
  applies: ({ plan }) => plan.drain.barePods !== "delete",
  check: (facts) =>
    goingPods(facts)
      .filter((pod) => pod.owner === null)
      .map((pod) => ({
        subject: podKey(pod),
        message: `pod ${podKey(pod)} has no controller and would be gone for good`,
        evidence: [`on node ${pod.nodeName}`],
      })),
});
