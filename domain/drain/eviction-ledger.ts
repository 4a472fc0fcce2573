import { type BudgetFacts, podKey } from "./facts.ts";
import type { PlannedEviction, PodRefusal } from "./plan-evictions.ts";

/** How long a granted eviction counts against its budget when nothing is heard of it. */
const GRANT_COUNTS_MS = 10_000;
/** How long a granted eviction may go without the pod being seen to end. */
const GRANT_LASTS_MS = 30_000;
/** Waits after refusals: the first, and the longest. */
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 30_000;
/** The longest after a budget's refusal that is not to be read: how long kubectl waits. */
const LONGEST_BLIND_WAIT_MS = 5_000;
/** Tries after which a refusal that is not about budgets is taken for the last word. */
const TRIES_MAX = 8;

interface Entry {
  readonly pod: string;
  readonly namespace: string;
  readonly name: string;
  readonly budget: string | null;
  /** When the API server said yes; null while it has not answered. */
  readonly grantedMs: number | null;
  /** Whether the budget's status shows it. */
  readonly isCounted: boolean;
}

interface Closed {
  readonly message: string;
  readonly version: string;
  readonly untilMs: number;
  readonly tries: number;
}

interface Refused extends PodRefusal {
  readonly untilMs: number;
  readonly tries: number;
}

/**
 * Keeps account of the evictions that were asked for: which are on their way, which budgets do not show them yet, what was
 * refused and when to ask again. It has no clock and no chance of its own; both come with each call.
 */
export class EvictionLedger {
  readonly #entries = new Map<string, Entry>();
  readonly #closed = new Map<string, Closed>();
  readonly #refused = new Map<string, Refused>();
  readonly #versions = new Map<string, string>();
  #throttledUntilMs = 0;
  #throttles = 0;

  /** An eviction is about to be asked for. */
  send({ pod, spends }: PlannedEviction): void {
    const { namespace, name } = pod;
    this.#entries.set(pod.uid, {
      pod: podKey(pod),
      namespace,
      name,
      budget: spends,
      grantedMs: null,
      isCounted: false,
    });
  }

  /** The API server lets it go. */
  grant(uid: string, nowMs: number): void {
    const entry = this.#entries.get(uid);
    if (entry) this.#entries.set(uid, { ...entry, grantedMs: nowMs });
    this.#refused.delete(uid);
    this.#throttles = 0;
    if (entry?.budget) this.#closed.delete(entry.budget);
  }

  /** The pod is gone, or the question came to nothing. */
  forget(uid: string): void {
    this.#entries.delete(uid);
    this.#refused.delete(uid);
  }

  /** A budget refused although its status seemed to allow it: it is not asked before it changes, or some time has passed. */
  refuseByBudget(uid: string, budget: string, message: string, wait: RefusalWait): void {
    this.#entries.delete(uid);
    const tries = (this.#closed.get(budget)?.tries ?? 0) + 1;
    const version = this.#versions.get(budget) ?? "";
    this.#closed.set(budget, { message, version, untilMs: wait.nowMs + waitMs(tries, wait), tries });
  }

  /** The API server refused for another reason; it is asked again some times, unless the reason stays. */
  refuse(uid: string, refusal: PodRefusal, wait: RefusalWait): void {
    this.#entries.delete(uid);
    const tries = (this.#refused.get(uid)?.tries ?? 0) + 1;
    const isOfBudget = refusal.code === "PodDisruptionBudgetBlocks";
    const isWorthTrying = isOfBudget || refusal.code === "NamespaceTerminating" || tries < TRIES_MAX;
    const permanent = refusal.permanent || !isWorthTrying;
    const longestMs = isOfBudget ? LONGEST_BLIND_WAIT_MS : LONGEST_WAIT_MS;
    const untilMs = permanent ? Number.POSITIVE_INFINITY : wait.nowMs + waitMs(tries, wait, longestMs);
    this.#refused.set(uid, { ...refusal, permanent, untilMs, tries });
  }

  /** The API server wants less of us, or is not there: nothing is asked for until a growing wait is over. */
  throttle(uid: string, wait: RefusalWait): void {
    this.#entries.delete(uid);
    // Those that were on their way together are turned away together, which counts once.
    if (this.#throttledUntilMs <= wait.nowMs) this.#throttles += 1;
    this.#throttledUntilMs = Math.max(this.#throttledUntilMs, wait.nowMs + waitMs(this.#throttles, wait));
  }

  /**
   * Takes note of how budgets stand; each of their states must come by here. One that shows an eviction no longer has it taken off; one that changed after it refused
   * may be asked again.
   */
  seeBudgets(budgets: readonly BudgetFacts[]): void {
    for (const budget of budgets) {
      const key = podKey(budget);
      this.#versions.set(key, budget.resourceVersion);
      const closed = this.#closed.get(key);
      if (closed && closed.version !== budget.resourceVersion) this.#closed.set(key, { ...closed, untilMs: 0 });
      for (const [uid, entry] of this.#entries) {
        if (entry.budget === key && !entry.isCounted && budget.disruptedPods.includes(entry.name)) {
          this.#entries.set(uid, { ...entry, isCounted: true });
        }
      }
    }
  }

  /** Budgets were listed by a question put after `sinceMs`: whatever was granted before is in their numbers. */
  seeList(sinceMs: number): void {
    for (const [uid, entry] of this.#entries) {
      if (entry.grantedMs !== null && entry.grantedMs <= sinceMs) this.#entries.set(uid, { ...entry, isCounted: true });
    }
  }

  /** What a plan must know at this moment. */
  stateAt(nowMs: number): LedgerState {
    const spent = new Map<string, number>();
    const asked = new Set<string>();
    for (const [uid, entry] of this.#entries) {
      const ageMs = entry.grantedMs === null ? 0 : nowMs - entry.grantedMs;
      if (ageMs <= GRANT_LASTS_MS) asked.add(uid);
      if (entry.budget === null || entry.isCounted || ageMs > GRANT_COUNTS_MS) continue;
      spent.set(entry.budget, (spent.get(entry.budget) ?? 0) + 1);
    }
    const closed = new Map(
      [...this.#closed].flatMap(([key, { message, untilMs }]) => (untilMs > nowMs ? [[key, message]] : [])),
    );
    const refused = new Map([...this.#refused].filter(([, { untilMs }]) => untilMs > nowMs));
    return { spent, asked, closed, refused, throttledUntilMs: this.#throttledUntilMs };
  }

  /** The next moment after `nowMs` at which something may be asked again; null when there is none. */
  nextTryMs(nowMs: number): number | null {
    const moments = [
      this.#throttledUntilMs,
      ...[...this.#closed.values(), ...this.#refused.values()].map(({ untilMs }) => untilMs),
    ];
    const ahead = moments.filter((moment) => moment > nowMs && Number.isFinite(moment));
    return ahead.length === 0 ? null : Math.min(...ahead);
  }
}

/** What a wait is made from. */
export interface RefusalWait {
  readonly nowMs: number;
  /** What the API server asked for; null when it said nothing. */
  readonly retryAfterMs: number | null;
  /** From 0 to 1: clients that were refused together do not come back together. */
  readonly chance: number;
}

/** The part of a plan's context that a ledger knows. */
export interface LedgerState {
  readonly spent: ReadonlyMap<string, number>;
  readonly asked: ReadonlySet<string>;
  readonly closed: ReadonlyMap<string, string>;
  readonly refused: ReadonlyMap<string, PodRefusal>;
  readonly throttledUntilMs: number;
}

function waitMs(tries: number, { retryAfterMs, chance }: RefusalWait, longestMs = LONGEST_WAIT_MS): number {
  const backoff = Math.min(longestMs, FIRST_WAIT_MS * 2 ** (tries - 1)) * (0.5 + chance / 2);
  return Math.max(backoff, retryAfterMs ?? 0);
}
