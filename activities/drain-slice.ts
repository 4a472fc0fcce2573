import type { KubernetesCluster } from "../adapters/kubernetes/kubernetes-cluster.ts";
import { type PodFacts, podKey } from "../domain/drain/facts.ts";
import { type Blocker, type EvictionContext, planEvictions } from "../domain/drain/plan-evictions.ts";
import type { DrainPolicy } from "../domain/fleet-config.ts";
import type { ActivityPorts } from "./ports.ts";

/** Longest that one slice watches. An activity may watch for a minute at most (docs/architecture.md). */
const SLICE_MS = 20_000;
/** How long to trust silence: a watch may have been cut without a word. */
const QUIET_MS = 5_000;
/** Evictions asked for at the same time. */
const PARALLEL_EVICTIONS = 20;

/** One node's drain, for one slice of watching. */
export interface DrainSliceInput {
  readonly resourceId: string;
  readonly node: string;
  readonly policy: DrainPolicy;
  readonly deadlineAt: string;
}

/** How the drain of a node stands after a slice. */
export interface DrainSlice {
  /** Pods that had to go when the slice began. */
  readonly total: number;
  /** Pods that still have to. */
  readonly left: number;
  /** Evictions that the API server granted in this slice. */
  readonly evicted: number;
  readonly blockers: readonly Blocker[];
}

/**
 * Drains a cordoned node for a while: evicts what may go now, then again the moment a pod or a budget changes. It ends when
 * nothing is left, when something changed that the orchestration should show, or when the slice is over. Every round decides
 * on a list that is consistent at the API server, so what the round before was granted is accounted for.
 */
export async function drainSlice(ports: ActivityPorts, input: DrainSliceInput): Promise<DrainSlice> {
  const kubernetes = await ports.openKubernetes(input.resourceId);
  const watch = await kubernetes.watchDrain(input.node);
  try {
    const endMs = Math.min(Date.now() + SLICE_MS, Date.parse(input.deadlineAt));
    let total = 0;
    let evicted = 0;
    for (;;) {
      const round = await drainRound(kubernetes, input);
      total = Math.max(total, evicted + round.left);
      evicted += round.evicted;
      const slice = { total, left: round.left, evicted, blockers: round.blockers };
      const remainingMs = endMs - Date.now();
      if (round.left === 0 || remainingMs <= 0 || isHopeless(round)) return slice;
      await watch.next(Math.min(remainingMs, QUIET_MS));
    }
  } finally {
    watch.close();
  }
}

interface Round {
  readonly left: number;
  readonly evicted: number;
  readonly blockers: readonly Blocker[];
}

function isHopeless({ left, blockers }: Round): boolean {
  return blockers.filter((blocker) => blocker.permanent).length === left;
}

async function drainRound(kubernetes: KubernetesCluster, { node, policy }: DrainSliceInput): Promise<Round> {
  const budgets = await kubernetes.budgets();
  const pods = await kubernetes.podsOnNode(node);
  const context: EvictionContext = { policy, nowMs: Date.now(), spent: new Map(), refused: new Map() };
  const plan = planEvictions(pods, budgets, context);
  if (plan.evict.length === 0) return { left: plan.left, evicted: 0, blockers: plan.blockers };
  const asked = await evictAll(kubernetes, plan.evict);
  return { left: plan.left, evicted: asked.evicted, blockers: [...plan.blockers, ...asked.blockers] };
}

async function evictAll(
  kubernetes: KubernetesCluster,
  pods: readonly PodFacts[],
): Promise<{ evicted: number; blockers: Blocker[] }> {
  let evicted = 0;
  const blockers: Blocker[] = [];
  for (let from = 0; from < pods.length; from += PARALLEL_EVICTIONS) {
    const batch = pods.slice(from, from + PARALLEL_EVICTIONS);
    const outcomes = await Promise.all(batch.map((pod) => kubernetes.evict(pod)));
    for (const [index, outcome] of outcomes.entries()) {
      const pod = batch[index];
      if (outcome.kind === "evicted") evicted += 1;
      if (!pod || outcome.kind === "gone") continue;
      const owner = pod.owner ? `${pod.owner.kind}/${pod.owner.name}` : null;
      const refused =
        outcome.kind === "refused" ? outcome : { code: "Terminating" as const, message: "evicted, stopping" };
      blockers.push({
        pod: podKey(pod),
        owner,
        code: refused.code,
        message: refused.message,
        permanent: refused.code === "TwoBudgets",
      });
    }
  }
  return { evicted, blockers };
}
