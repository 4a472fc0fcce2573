import { EvictionLedger } from "../../../domain/drain/eviction-ledger.ts";
import type { BudgetFacts, PodFacts } from "../../../domain/drain/facts.ts";
import { podKey } from "../../../domain/drain/facts.ts";
import { type EvictionPlan, type PlannedEviction, planEvictions } from "../../../domain/drain/plan-evictions.ts";
import type { PodJudge } from "../../../domain/drain/pod-verdict.ts";
import type { DrydockError } from "../../../domain/errors.ts";
import { ALL_BUDGETS, podsOf, type RemovalOptions, removePod } from "./drain-api.ts";
import type { DrainEvent, NodeOutcome, NodeProgress } from "./drain-event.ts";
import type { EvictionOutcome } from "./eviction-answer.ts";
import { type FollowedObjects, followObjects, type Listed } from "./list-watch.ts";
import { NodeDrain } from "./node-drain.ts";
import type { KubernetesTransport } from "./transport.ts";

/** How long silence is trusted before everything is listed anew: a watch may hang without a word. */
const QUIET_MS = 30_000;
/** How often the loop looks at the clock at the least: deadlines, grace periods. */
const TICK_MS = 5_000;

/** One node to drain. It must have been cordoned. */
export interface NodeToDrain {
  readonly name: string;
  /** What was listed of its pods before; the watch begins there. */
  readonly pods?: Listed<PodFacts>;
}

/** What a drain is made from. */
export interface DrainOptions {
  readonly transport: KubernetesTransport;
  /** In the order in which they are begun. */
  readonly nodes: readonly NodeToDrain[];
  /** Nodes that are drained at the same time. */
  readonly parallel: number;
  /** Longest that one node may take, from its beginning; null for as long as it takes. */
  readonly timeoutMs: number | null;
  readonly judge: PodJudge;
  readonly removal: RemovalOptions;
  readonly podSelector?: string;
  readonly budgets?: Listed<BudgetFacts>;
  /** Whether a budget that never allows anything ends a node's drain, as everything else that waiting cannot cure does. */
  readonly givesUpOnBudgets: boolean;
  readonly signal: AbortSignal;
  readonly onEvent?: (event: DrainEvent) => void;
}

/** A drain that goes on. */
export interface RunningDrain {
  /** Resolves when every node has ended, in the order of the nodes. */
  readonly outcomes: Promise<NodeOutcome[]>;
  /** How the nodes stand that are being drained. */
  progress(): NodeProgress[];
}

/**
 * Drains cordoned nodes: evicts in parallel what may go now, and more at the moment a pod or a budget changes. No eviction is
 * sent that the budgets' status says would be refused; where the API server refuses all the same, it is asked again after the
 * next change or a growing wait. Other pods that come to a node meanwhile are drained with it.
 */
export function startDrain(options: DrainOptions): RunningDrain {
  const engine = new DrainEngine(options);
  return { outcomes: engine.run(), progress: () => engine.progress() };
}

class DrainEngine {
  readonly #options: DrainOptions;
  readonly #ledger = new EvictionLedger();
  readonly #waiting: NodeToDrain[];
  readonly #active = new Map<string, NodeDrain>();
  readonly #ended = new Map<string, NodeOutcome>();
  readonly #stop = new AbortController();
  readonly #budgets: FollowedObjects<BudgetFacts>;
  /** Whoever may evict need not be allowed to read budgets: the API server's answers are all there is then. */
  #isBlind = false;
  #lastChangeMs = Date.now();
  #hasChanged = false;
  #wake: (() => void) | undefined;

  constructor(options: DrainOptions) {
    this.#options = options;
    this.#waiting = [...options.nodes];
    this.#ledger.seeBudgets([...(options.budgets?.objects.values() ?? [])]);
    this.#budgets = followObjects({
      transport: options.transport,
      collection: ALL_BUDGETS,
      ...(options.budgets ? { first: options.budgets } : {}),
      signal: this.#stop.signal,
      onChange: (changed, sinceMs) => {
        this.#ledger.seeBudgets(changed);
        if (sinceMs !== undefined) this.#ledger.seeList(sinceMs);
        this.#changed();
      },
      onTrouble: (error) => this.#cannotReadBudgets(error),
    });
    options.signal.addEventListener("abort", () => this.#changed());
  }

  progress(): NodeProgress[] {
    return [...this.#active.values()].map((drain) => drain.progress());
  }

  async run(): Promise<NodeOutcome[]> {
    try {
      for (;;) {
        this.#beginNodes();
        const plan = this.#decide();
        this.#endNodes(plan);
        if (this.#active.size === 0 && this.#waiting.length === 0) break;
        // A place that has become free is taken before anything is waited for.
        if (this.#active.size < this.#options.parallel && this.#waiting.length > 0) continue;
        for (const eviction of plan.evict) if (this.#active.has(eviction.pod.nodeName)) void this.#evict(eviction);
        await this.#nextChange(plan);
      }
    } finally {
      this.#stop.abort();
    }
    return this.#options.nodes.flatMap(({ name }) => this.#ended.get(name) ?? []);
  }

  #beginNodes(): void {
    const { parallel, signal, transport, podSelector, timeoutMs } = this.#options;
    while (this.#active.size < parallel && this.#waiting.length > 0) {
      const node = this.#waiting.shift();
      if (!node) return;
      const stop = new AbortController();
      const pods = followObjects({
        transport,
        collection: podsOf(node.name, podSelector),
        ...(node.pods ? { first: node.pods } : {}),
        signal: AbortSignal.any([stop.signal, this.#stop.signal]),
        onChange: () => this.#changed(),
        onTrouble: ({ message }) => this.#emit({ kind: "trouble", message }),
      });
      const deadlineMs = timeoutMs === null ? null : Date.now() + timeoutMs;
      this.#active.set(node.name, new NodeDrain({ node: node.name, pods, stop, deadlineMs, signal }));
    }
  }

  #decide(): EvictionPlan {
    const nowMs = Date.now();
    const budgets = this.#budgets.items();
    const state = this.#ledger.stateAt(nowMs);
    const known = [...this.#active.values()].filter((drain) => drain.pods.isKnown);
    const plan = planEvictions(
      known.flatMap((drain) => drain.pods.items()),
      budgets,
      { ...state, judge: this.#options.judge, nowMs, ignoresBudgets: this.#options.removal.usesDelete },
    );
    for (const drain of known) {
      for (const event of drain.see(plan, nowMs, (uid) => this.#ledger.forget(uid))) this.#emit(event);
    }
    const mayAsk = state.throttledUntilMs <= nowMs && (this.#budgets.isKnown || this.#isBlind);
    return mayAsk ? plan : { ...plan, evict: [] };
  }

  #cannotReadBudgets({ failure, message }: DrydockError): void {
    if (failure.code !== "Denied" && failure.code !== "NotFound") {
      this.#emit({ kind: "trouble", message });
      return;
    }
    this.#isBlind = true;
    this.#changed();
  }

  #endNodes(plan: EvictionPlan): void {
    for (const [name, drain] of this.#active) {
      const result = drain.resultAt(Date.now(), plan, this.#options.givesUpOnBudgets);
      if (result === undefined) continue;
      const outcome = drain.end(result);
      this.#active.delete(name);
      this.#ended.set(name, outcome);
      this.#emit({ kind: "ended", node: name, outcome });
    }
    if (this.#options.signal.aborted) this.#waiting.length = 0;
  }

  async #evict(eviction: PlannedEviction): Promise<void> {
    const { pod } = eviction;
    const { transport, removal } = this.#options;
    this.#ledger.send(eviction);
    this.#emit({ kind: "evicting", node: pod.nodeName, pod: podKey(pod) });
    let outcome: EvictionOutcome;
    try {
      outcome = await removePod(transport, pod, removal);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      outcome = { kind: "throttled", message, retryAfterSeconds: null };
    }
    this.#settle(eviction, outcome);
    this.#changed();
  }

  #settle({ pod, spends }: PlannedEviction, outcome: EvictionOutcome): void {
    const nowMs = Date.now();
    if (outcome.kind === "gone") {
      this.#ledger.forget(pod.uid);
      return;
    }
    if (outcome.kind === "evicted") {
      this.#active.get(pod.nodeName)?.countEviction();
      this.#ledger.grant(pod.uid, nowMs);
      return;
    }
    const { message, retryAfterSeconds } = outcome;
    const retryAfterMs = retryAfterSeconds === null ? null : retryAfterSeconds * 1_000;
    const wait = { nowMs, retryAfterMs, chance: Math.random() };
    if (outcome.kind === "budget" && spends !== null) this.#ledger.refuseByBudget(pod.uid, spends, message, wait);
    else if (outcome.kind === "throttled") this.#ledger.throttle(pod.uid, wait);
    else {
      const refusal =
        outcome.kind === "budget" ? { code: "PodDisruptionBudgetBlocks" as const, permanent: false } : outcome;
      this.#ledger.refuse(pod.uid, { code: refusal.code, message, permanent: refusal.permanent }, wait);
    }
    this.#emit({ kind: "refused", node: pod.nodeName, pod: podKey(pod), message });
  }

  /** Waits for something to change, or for the next moment at which something may be done. */
  async #nextChange(plan: EvictionPlan): Promise<void> {
    if (!this.#hasChanged) {
      const nowMs = Date.now();
      const deadlines = [...this.#active.values()].flatMap(({ deadlineMs }) =>
        deadlineMs === null ? [] : [deadlineMs],
      );
      const moments = [...deadlines, plan.nextHoldEndMs, this.#ledger.nextTryMs(nowMs), nowMs + TICK_MS];
      const dueMs = Math.min(...moments.filter((moment) => moment !== null));
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, Math.max(0, dueMs - nowMs) + 1);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
      this.#wake = undefined;
    }
    if (!this.#hasChanged && Date.now() - this.#lastChangeMs > QUIET_MS) await this.#listAnew();
    this.#hasChanged = false;
  }

  async #listAnew(): Promise<void> {
    this.#lastChangeMs = Date.now();
    const followed = [this.#budgets, ...[...this.#active.values()].map(({ pods }) => pods)];
    for (const done of await Promise.allSettled(followed.map((objects) => objects.refresh()))) {
      if (done.status === "rejected") this.#emit({ kind: "trouble", message: String((done.reason as Error).message) });
    }
  }

  #changed(): void {
    this.#hasChanged = true;
    this.#lastChangeMs = Date.now();
    this.#wake?.();
  }

  #emit(event: DrainEvent): void {
    this.#options.onEvent?.(event);
  }
}
