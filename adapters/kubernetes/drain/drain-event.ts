import type { Blocker } from "../../../domain/drain/plan-evictions.ts";

/** A pod that holds a drain up, and since when (ISO 8601). */
export interface StandingBlocker extends Blocker {
  readonly since: string;
}

/** What happens in a drain, as it happens. Pods are namespace/name. */
export type DrainEvent =
  | { readonly kind: "evicting"; readonly node: string; readonly pod: string }
  /** The API server did not let it go, although its budget seemed to allow it, or for another reason. */
  | { readonly kind: "refused"; readonly node: string; readonly pod: string; readonly message: string }
  | { readonly kind: "gone"; readonly node: string; readonly pod: string }
  | { readonly kind: "blocked"; readonly node: string; readonly blocker: StandingBlocker }
  | { readonly kind: "freed"; readonly node: string; readonly pod: string }
  | { readonly kind: "ended"; readonly node: string; readonly outcome: NodeOutcome }
  /** The API server is not to be reached, or wants less of us. */
  | { readonly kind: "trouble"; readonly message: string };

/** How the drain of one node ended. */
export interface NodeOutcome {
  readonly node: string;
  /** `hopeless`: everything that is left stays, however long one waits. `unreadable`: nobody knows what is left. */
  readonly result: "drained" | "timeout" | "hopeless" | "interrupted" | "unreadable";
  /** Evictions that the API server granted. */
  readonly evicted: number;
  /** Pods that had to go, those that came meanwhile included. */
  readonly total: number;
  /** namespace/name of those that are still there. */
  readonly left: readonly string[];
  readonly blockers: readonly StandingBlocker[];
}

/** How far the drain of a node is, at any moment. */
export interface NodeProgress {
  readonly node: string;
  readonly total: number;
  readonly left: number;
  readonly evicted: number;
  readonly blockers: readonly StandingBlocker[];
}
