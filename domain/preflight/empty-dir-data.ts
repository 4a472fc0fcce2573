import { podKey } from "../drain/facts.ts";
import { goingPods } from "./going-pods.ts";
import { preflightRule } from "./preflight-rule.ts";

/** emptyDir volumes end with their pod. */
export const emptyDirData = preflightRule({
  code: "EmptyDirData",
  severity: "blocker",
  sentence: "No pod on the nodes to be drained has emptyDir data that the policy wants to keep.",
  remedy: "Move the data to a persistent volume, or set upgrade.drain.emptyDir to delete.",
  needs: ["pods"],
  applies: ({ plan }) => plan.drain.emptyDir !== "delete",
  check: (facts) =>
    goingPods(facts)
      .filter((pod) => pod.hasEmptyDir)
      .map((pod) => ({
        subject: podKey(pod),
        message: `pod ${podKey(pod)} has emptyDir volumes, whose data a drain loses`,
        evidence: [`on node ${pod.nodeName}`],
      })),
});
