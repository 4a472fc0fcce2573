import { classifyPod } from "../domain/drain/classify.ts";
import type { Blocker } from "../domain/drain/plan-evictions.ts";
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
}

/**
 * Drains a cordoned node for a while: evicts what may go now, then again the moment a pod or a budget changes. It ends when
 * nothing is left, when everything that is left stays however long one waits, or when the slice is over.
 */
export async function drainSlice(ports: ActivityPorts, input: DrainSliceInput): Promise<DrainSlice> {
  const { resourceId, node, policy, deadlineAt } = input;
  const kubernetes = await ports.openKubernetes(resourceId);
  const forMs = Math.max(LEAST_MS, Math.min(SLICE_MS, Date.parse(deadlineAt) - Date.now()));
  const { total, left, evicted, blockers } = await kubernetes.drain(node, forMs, (pod) => classifyPod(pod, policy));
  return { total, left: left.length, evicted, blockers };
}
