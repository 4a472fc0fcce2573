import { goingPods } from "./going-pods.ts";
import { poolPin } from "./pinned-to-pool.ts";
import { drainUnits } from "./placement/drain-units.ts";
import type { Unplaced } from "./placement/place-pods.ts";
import { preflightRule, type RuleFinding } from "./preflight-rule.ts";
import type { PreflightPod } from "./readings.ts";

/** Most nodes or pods that one finding lists. */
const MOST_EVIDENCE = 10;

/** A pod that no node would take stays Pending: the drain goes on, and the workload comes up short. */
export const podFitsNowhere = preflightRule({
  code: "PodFitsNowhere",
  severity: "blocker",
  sentence: "Every pod on the nodes to be drained finds a node among those that will be there.",
  remedy:
    "Loosen what the pod asks for (node selector, affinity, hostname or zone of its volume, size), or add a node that it may go to.",
  needs: ["pods", "nodes", "volumes"],
  check: (facts) => {
    const known = new Map(goingPods(facts).map((pod) => [keyOf(pod), pod]));
    const groups = new Map<string, RuleFinding & { evidence: string[] }>();
    for (const { what, answer } of drainUnits(facts)) {
      if (answer.kind !== "never") continue;
      for (const unplaced of answer.pods) {
        const pod = known.get(keyOf(unplaced.pod));
        if (pod === undefined || (isReplaced(facts.plan.pools, pod) && poolPin(pod) !== undefined)) continue;
        addTo(groups, pod, unplaced, what);
      }
    }
    return [...groups.values()].map((finding) => ({ ...finding, evidence: finding.evidence.slice(0, MOST_EVIDENCE) }));
  },
});

function keyOf({ namespace, name }: { readonly namespace: string; readonly name: string }): string {
  return `${namespace}/${name}`;
}

function isReplaced(
  pools: ReadonlyArray<{ readonly name: string; readonly policy: { readonly strategy: string } }>,
  pod: PreflightPod,
): boolean {
  return pools.some(({ name, policy }) => name === pod.pool && policy.strategy === "blueGreen");
}

/** The pods of one owner are one finding. */
function addTo(
  groups: Map<string, RuleFinding & { evidence: string[] }>,
  pod: PreflightPod,
  { reasons }: Unplaced,
  what: string,
): void {
  const subject = `${pod.namespace}/${pod.owner?.name ?? pod.name}`;
  const group = groups.get(subject) ?? {
    subject,
    message: `pods of ${pod.owner?.kind ?? "no owner"} ${subject} fit on no node that will be there`,
    evidence: [],
  };
  group.evidence.push(`pod ${pod.name} when ${what} is drained: nodes ${reasons.join(", ")}`);
  groups.set(subject, group);
}
