import type { Blocker } from "../drain/plan-evictions.ts";
import type { NodeFacts } from "../proof.ts";

/** A node of a pool while AKS rolls it. */
export interface RollingNode extends NodeFacts {
  /** AKS could not drain it and has set it aside. */
  readonly isQuarantined: boolean;
}

/** What was seen of a node at one look. */
export interface SeenNode {
  readonly name: string;
  readonly state: "waiting" | "draining" | "quarantined" | "upgraded";
  /** Pods that still have to go; 0 for nodes that are not being drained. */
  readonly podsLeft: number;
  /** What holds them; pods that are about to go are not among them. */
  readonly blockers: readonly Blocker[];
}
