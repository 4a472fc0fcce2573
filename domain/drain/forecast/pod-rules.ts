import { podKey } from "../facts.ts";
import type { ForecastRule } from "./forecast-rule.ts";

/** A grace period beyond which a drain is slow by wish of the pod. */
const LONG_GRACE_SECONDS = 600;

/** What kubectl would refuse, too. */
export const objections: ForecastRule = (facts, node) =>
  (facts.objections.get(node) ?? []).map((message) => ({
    code: "NeedsConsent",
    weight: "blocks",
    subject: node,
    message,
    evidence: [],
    remedy: `Give the flag ${/--[a-z-]+/.exec(message)?.[0] ?? "--force"}, or move these pods yourself.`,
  }));

export const longGrace: ForecastRule = ({ timeoutSeconds }, _node, going) =>
  going
    .filter(
      ({ graceSeconds }) => graceSeconds > Math.min(LONG_GRACE_SECONDS, timeoutSeconds ?? Number.POSITIVE_INFINITY),
    )
    .map((pod) => ({
      code: "LongGracePeriod",
      weight: timeoutSeconds !== null && pod.graceSeconds > timeoutSeconds ? "unsure" : "note",
      subject: podKey(pod),
      message: `pod ${podKey(pod)} may take ${pod.graceSeconds} s to stop`,
      evidence: [`terminationGracePeriodSeconds ${pod.graceSeconds}`],
      remedy: "Give it --grace-period, or the drain a longer --timeout.",
    }));

export const stuckTerminating: ForecastRule = ({ nowMs }, _node, going) =>
  going
    .filter(({ deletionAt }) => deletionAt !== null && Date.parse(deletionAt) < nowMs)
    .map((pod) => ({
      code: "StuckTerminating",
      weight: "unsure",
      subject: podKey(pod),
      message: `pod ${podKey(pod)} is terminating since ${pod.terminatingSince} and past its grace period`,
      evidence: pod.finalizers.map((finalizer) => `finalizer ${finalizer}`),
      remedy:
        pod.finalizers.length > 0
          ? "Ask the owner of the finalizer why it is not taken off."
          : "Look at the node's kubelet; --skip-wait-for-delete-timeout leaves such pods.",
    }));
