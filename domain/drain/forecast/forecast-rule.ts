import type { NodeCapacity, PlacedPod, VolumeFacts } from "../../preflight/placement/scheduling-facts.ts";
import type { BudgetFacts, PodFacts } from "../facts.ts";
import type { PodJudge } from "../pod-verdict.ts";

/** A pod as a forecast sees it. */
export type ForecastPod = PodFacts &
  PlacedPod & {
    /** From its binding to its being ready, as it was when it started; null when that cannot be told. */
    readonly startSeconds: number | null;
  };

/** What is known of a cluster before nodes of it are drained. */
export interface ForecastFacts {
  /** Names of the nodes that are to be drained. */
  readonly nodes: readonly string[];
  /** Every pod of the cluster. */
  readonly pods: readonly ForecastPod[];
  readonly capacities: readonly NodeCapacity[];
  /** Null when they may not be read, and why. */
  readonly volumes: readonly VolumeFacts[] | null;
  readonly budgets: readonly BudgetFacts[] | null;
  readonly judge: PodJudge;
  /** What speaks against the drain of each node from the start, in kubectl's words. */
  readonly objections: ReadonlyMap<string, readonly string[]>;
  /** Longest that a node may take, in seconds; null without a limit. */
  readonly timeoutSeconds: number | null;
  readonly nowMs: number;
}

/** `blocks`: the drain cannot end; `unsure`: it may not; `note`: worth knowing. */
export type Weight = "blocks" | "unsure" | "note";

/** What a rule found about the drain of one node. */
export interface ForecastFinding {
  readonly code: string;
  readonly weight: Weight;
  /** The pod or budget that it is about, namespace/name; the node where it is about all of it. */
  readonly subject: string;
  readonly message: string;
  readonly evidence: readonly string[];
  readonly remedy: string;
}

/** Looks at one node; `going` are its pods that a drain would move. */
export type ForecastRule = (
  facts: ForecastFacts,
  node: string,
  going: readonly ForecastPod[],
) => readonly ForecastFinding[];
