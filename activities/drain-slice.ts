import { podKey } from "../domain/drain/facts.ts";
import { judgeByPolicy } from "../domain/drain/judge-by-policy.ts";
import type { Blocker } from "../domain/drain/plan-evictions.ts";
import type { PodJudge } from "../domain/drain/pod-verdict.ts";
import type { DrainPolicy } from "../domain/fleet-config.ts";
import type { ActivityPorts } from "./ports.ts";

/** Longest that one slice watches. An activity may watch for a minute at most (docs/architecture.md). */
const SLICE_MS = 20_000;
/** The least, so that what is left can be read even when the node's time is up. */
const LEAST_MS = 5_000;

/** One node's drain, for one slice of watching. */
export interface DrainSliceInput {
  readonly resourceId: string;
  readonly node: string;
  readonly policy: DrainPolicy;
  /** When the node's drain began; holds are bounded from then. */
  readonly startedAt: string;
  readonly deadlineAt: string;
}

/** How the drain of a node stands after a slice. */
export interface DrainSlice {
  /** Pods that had to go, those that came meanwhile included. */
  readonly total: number;
  /** Pods that still have to. */
  readonly left: number;
  /** Evictions that the API server granted in this slice. */
  readonly evicted: number;
  readonly blockers: readonly Blocker[];
  /** namespace/name of the pods that a rule of the policy leaves where they are. */
  readonly skipped: readonly string[];
}

/**
 * Drains a cordoned node for a while: evicts what may go now, then again the moment a pod or a budget changes. It ends when
 * nothing is left, when everything that is left stays however long one waits, or when the slice is over.
 */
export async function drainSlice(ports: ActivityPorts, input: DrainSliceInput): Promise<DrainSlice> {
  const { resourceId, node, policy, startedAt, deadlineAt } = input;
  const kubernetes = await ports.openKubernetes(resourceId);
  const forMs = Math.max(LEAST_MS, Math.min(SLICE_MS, Date.parse(deadlineAt) - Date.now()));
  const context = { policy, rules: policy, startedMs: Date.parse(startedAt), now: () => Date.now() };
  const skipped = new Set<string>();
  const judge = noting(judgeByPolicy(context), skipped);
  // A remedy may yet give the budget what it lacks.
  const givesUpOnBudgets = policy.remedies.length === 0;
  const { total, left, evicted, blockers } = await kubernetes.drain(node, { forMs, judge, givesUpOnBudgets });
  return { total, left: left.length, evicted, blockers, skipped: [...skipped].sort() };
}

function noting(judge: PodJudge, skipped: Set<string>): PodJudge {
  return (pod) => {
    const verdict = judge(pod);
    if (verdict.kind === "leave" && verdict.reason === "policy") skipped.add(podKey(pod));
    return verdict;
  };
}
