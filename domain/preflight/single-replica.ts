import { goingPods } from "./going-pods.ts";
import { preflightRule } from "./preflight-rule.ts";
import type { PreflightPod } from "./readings.ts";

/** Controllers that make a pod again; of a Job there is one by nature. */
const SERVING_KINDS = ["Deployment", "ReplicaSet", "StatefulSet"];

/** With one replica nothing serves from its eviction until its successor is ready. */
export const singleReplica = preflightRule({
  code: "SingleReplica",
  severity: "info",
  sentence: "No workload on the nodes to be drained has a single replica.",
  remedy: "Run two replicas, with a PodDisruptionBudget, where an interruption matters.",
  needs: ["pods"],
  check: (facts) => {
    const counts = new Map<string, number>();
    for (const pod of facts.pods) {
      const owner = servingOwner(pod);
      if (owner !== null) counts.set(owner, (counts.get(owner) ?? 0) + 1);
    }
    return goingPods(facts).flatMap((pod) => {
      const owner = servingOwner(pod);
      if (owner === null || counts.get(owner) !== 1) return [];
      return [
        {
          subject: `${pod.namespace}/${pod.owner?.name}`,
          message: `${owner} has a single pod and does not serve while it moves`,
          evidence: [`pod ${pod.name} on node ${pod.nodeName}`],
        },
      ];
    });
  },
});

function servingOwner({ owner, namespace, phase }: PreflightPod): string | null {
  if (owner === null || !SERVING_KINDS.includes(owner.kind) || phase === "Succeeded" || phase === "Failed") return null;
  return `${owner.kind} ${namespace}/${owner.name}`;
}
