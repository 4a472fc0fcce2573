import type { BudgetFacts, PodFacts } from "../drain/facts.ts";
import { planEvictions } from "../drain/plan-evictions.ts";
import type { PodVerdict } from "../drain/pod-verdict.ts";
import type { RollingNode, SeenNode } from "./roll-facts.ts";

/** Where a roll goes. */
export interface RollTarget {
  readonly image: string;
  /** The version of Kubernetes that every kubelet has to run, without a "v". */
  readonly version: string;
}

/** Says how far AKS is with a node. `draining` nodes have to be looked at more closely: `seeDrain`. */
export function stateOf(node: RollingNode, { image, version }: RollTarget): SeenNode["state"] {
  const isThere = node.image === image && (version === "" || node.kubeletVersion === `v${version}`);
  // A new node that AKS cordons is one that it added for the time of the roll and takes away again.
  if (isThere) return node.unschedulable ? "draining" : "upgraded";
  if (node.isQuarantined) return "quarantined";
  return node.unschedulable ? "draining" : "waiting";
}

/** Names what holds up AKS's drain of a node, by the rules of the eviction API, which AKS has to ask as everybody else. */
export function seeDrain(
  name: string,
  state: SeenNode["state"],
  seen: { readonly pods: readonly PodFacts[]; readonly budgets: readonly BudgetFacts[]; readonly nowMs: number },
): SeenNode {
  const { blockers, left } = planEvictions(seen.pods, seen.budgets, {
    judge: aksEvicts,
    nowMs: seen.nowMs,
    spent: new Map(),
    closed: new Map(),
    refused: new Map(),
    asked: new Set(),
  });
  return { name, state, podsLeft: left, blockers };
}

/** AKS evicts whatever a DaemonSet or the kubelet itself does not run; it knows none of our policies. */
function aksEvicts(pod: PodFacts): PodVerdict {
  if (pod.phase === "Succeeded" || pod.phase === "Failed") return { kind: "leave", reason: "finished" };
  if (pod.isMirror) return { kind: "leave", reason: "mirror" };
  return pod.owner?.kind === "DaemonSet" ? { kind: "leave", reason: "daemonset" } : { kind: "evict" };
}
