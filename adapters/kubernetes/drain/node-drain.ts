import { type PodFacts, podKey } from "../../../domain/drain/facts.ts";
import type { Blocker, EvictionPlan } from "../../../domain/drain/plan-evictions.ts";
import type { DrainEvent, NodeOutcome, NodeProgress, StandingBlocker } from "./drain-event.ts";
import type { FollowedObjects } from "./list-watch.ts";

/** What the drain of one node begins with. */
interface NodeDrainParts {
  readonly node: string;
  readonly pods: FollowedObjects<PodFacts>;
  /** Ends the watch of its pods. */
  readonly stop: AbortController;
  readonly deadlineMs: number | null;
  /** The whole drain is to end. */
  readonly signal: AbortSignal;
}

/** The drain of one node: what is left on it, what holds it up and since when. */
export class NodeDrain {
  readonly pods: FollowedObjects<PodFacts>;
  readonly deadlineMs: number | null;
  readonly #parts: NodeDrainParts;
  readonly #blockers = new Map<string, StandingBlocker>();
  #left = new Map<string, string>();
  #seen = new Set<string>();
  #evicted = 0;

  constructor(parts: NodeDrainParts) {
    this.#parts = parts;
    this.pods = parts.pods;
    this.deadlineMs = parts.deadlineMs;
  }

  countEviction(): void {
    this.#evicted += 1;
  }

  /** Takes note of a plan; answers what is new, and forgets pods that are gone. A state that stays is not told twice. */
  see(plan: EvictionPlan, nowMs: number, onGone: (uid: string) => void): DrainEvent[] {
    const { node } = this.#parts;
    const own = plan.blockers.filter((blocker) => blocker.node === node);
    const here = this.pods.items();
    const held = new Set(own.map(({ pod }) => pod));
    const due = [...plan.evict.map(({ pod }) => pod), ...plan.going, ...here.filter((pod) => held.has(podKey(pod)))];
    const left = new Map(due.filter((pod) => pod.nodeName === node).map((pod) => [pod.uid, podKey(pod)]));
    const gone = [...this.#left].filter(([uid]) => !left.has(uid));
    for (const [uid] of gone) onGone(uid);
    for (const uid of left.keys()) this.#seen.add(uid);
    this.#left = left;
    return [
      ...gone.map(([, pod]): DrainEvent => ({ kind: "gone", node, pod })),
      ...this.#changesOf(own, nowMs, new Set(left.values())),
    ];
  }

  #changesOf(own: readonly Blocker[], nowMs: number, left: ReadonlySet<string>): DrainEvent[] {
    const { node } = this.#parts;
    const events: DrainEvent[] = [];
    const now = new Map(own.map((blocker) => [blocker.pod, blocker]));
    for (const pod of [...this.#blockers.keys()]) {
      if (now.has(pod)) continue;
      this.#blockers.delete(pod);
      if (left.has(pod)) events.push({ kind: "freed", node, pod });
    }
    for (const blocker of own) {
      const before = this.#blockers.get(blocker.pod);
      const isSame = before?.code === blocker.code;
      const since = isSame ? before.since : this.#sinceOf(blocker, nowMs);
      const standing = { ...blocker, since };
      this.#blockers.set(blocker.pod, standing);
      if (!isSame) events.push({ kind: "blocked", node, blocker: standing });
    }
    return events;
  }

  #sinceOf({ code, pod }: Blocker, nowMs: number): string {
    const isTerminating = code === "Terminating" || code === "StuckTerminating";
    const terminating = isTerminating && this.pods.items().find((item) => podKey(item) === pod)?.terminatingSince;
    return terminating || new Date(nowMs).toISOString();
  }

  /** How the drain ends at this moment; undefined while it goes on. */
  resultAt(nowMs: number, plan: EvictionPlan, givesUpOnBudgets: boolean): NodeOutcome["result"] | undefined {
    if (this.#parts.signal.aborted) return "interrupted";
    if (!this.pods.isKnown) return this.#isLate(nowMs) ? "unreadable" : undefined;
    if (this.#left.size === 0) return "drained";
    if (this.#isLate(nowMs)) return "timeout";
    const isHopeless = ({ permanent, code }: Blocker) =>
      permanent && (givesUpOnBudgets || code !== "PodDisruptionBudgetBlocks");
    const own = plan.blockers.filter((blocker) => blocker.node === this.#parts.node);
    return own.filter(isHopeless).length === this.#left.size ? "hopeless" : undefined;
  }

  #isLate(nowMs: number): boolean {
    return this.deadlineMs !== null && nowMs >= this.deadlineMs;
  }

  /** Stops watching and answers how it went. */
  end(result: NodeOutcome["result"]): NodeOutcome {
    this.#parts.stop.abort();
    const { node, total, evicted, blockers } = this.progress();
    return { node, result, evicted, total, left: [...this.#left.values()].sort(), blockers };
  }

  progress(): NodeProgress {
    return {
      node: this.#parts.node,
      total: this.#seen.size,
      left: this.#left.size,
      evicted: this.#evicted,
      blockers: [...this.#blockers.values()],
    };
  }
}
