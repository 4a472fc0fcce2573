import { heldText } from "../drain/held-pod.ts";
import type { Finding } from "../finding.ts";
import type { RollNode } from "./roll-progress.ts";

/** Says of each node that a failed roll has not upgraded why not, and what AKS made of it (undrainableNodeBehavior). */
export function undoneNodes(cluster: string, nodes: readonly RollNode[]): Finding[] {
  return nodes
    .filter(({ state }) => state !== "upgraded" && state !== "gone")
    .map((node): Finding => {
      const { what, remedy } = wordsFor(node);
      return {
        code: "NodeNotUpgraded",
        // The operation's own failure is the blocker; these say what it means for each node.
        severity: "warning",
        subject: node.name,
        message: `node ${node.name} ${what}`,
        evidence: node.held.map(heldText),
        remedy,
        cluster,
      };
    });
}

function wordsFor({ state, isExtra, held }: RollNode): (typeof WORDS)[keyof typeof WORDS] {
  if (isExtra) return WORDS.extra;
  if (state === "quarantined") return WORDS.quarantined;
  return held.length > 0 ? WORDS.held : WORDS.untouched;
}

const WORDS = {
  extra: {
    what: "was added for the roll, and AKS could not drain it to take it away again",
    remedy: "Clear what holds its pods; the next upgrade of the pool uses it and takes it away.",
  },
  quarantined: {
    what: "was not upgraded: AKS could not drain it and has set it aside (undrainableNodeBehavior: Cordon)",
    remedy:
      "Clear what holds its pods, then take it away (az aks nodepool delete-machines); the next run takes up the pool again.",
  },
  held: {
    what: "was not upgraded: AKS could not drain it in time and lets it take pods again (undrainableNodeBehavior: Schedule)",
    remedy: "Clear what holds its pods; the next run takes up the pool where AKS stopped.",
  },
  untouched: {
    what: "was not upgraded: AKS stopped before its turn came, or in the midst of it",
    remedy: "The next run takes up the pool where AKS stopped.",
  },
} as const;
