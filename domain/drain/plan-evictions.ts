import {
  askBudget,
  type BudgetNumbers,
  budgetMessage,
  budgetNumbers,
  isFreeOfBudgets,
  neverAllows,
} from "./budget-arithmetic.ts";
import { type BudgetFacts, budgetsOf, type PodFacts, podKey } from "./facts.ts";
import type { BlockerCode, PodJudge, PodVerdict } from "./pod-verdict.ts";

/** A pod that a drain waits for. */
export interface Blocker {
  /** namespace/name */
  readonly pod: string;
  readonly node: string;
  readonly owner: string | null;
  readonly code: BlockerCode;
  readonly message: string;
  /** The budgets that guard it, where they are what blocks. */
  readonly budgets: readonly BudgetNumbers[];
  /** Whether waiting can never cure it. */
  readonly permanent: boolean;
}

/** What to do now. */
export interface EvictionPlan {
  readonly evict: readonly PlannedEviction[];
  /** What stays and why. */
  readonly blockers: readonly Blocker[];
  /** Evicted already; the API server has said yes, or is about to. */
  readonly going: readonly PodFacts[];
  /** Pods that have to go and are still there, blocked or not. */
  readonly left: number;
  /** The next moment at which a hold ends by itself; null when none does. */
  readonly nextHoldEndMs: number | null;
}

/** An eviction to ask for, and the budget (namespace/name) that it spends; null when it spends none. */
export interface PlannedEviction {
  readonly pod: PodFacts;
  readonly spends: string | null;
}

/** What is known beside the pods and budgets. */
export interface EvictionContext {
  readonly judge: PodJudge;
  readonly nowMs: number;
  /** Evictions that were asked for, whose effect the budgets do not show yet: budget as namespace/name, and how many. */
  readonly spent: ReadonlyMap<string, number>;
  /** Budgets that refused although they seemed to allow it, until they change: what the API server said. */
  readonly closed: ReadonlyMap<string, string>;
  /** Pods, by UID, whose eviction the API server refused for another reason: what it said. */
  readonly refused: ReadonlyMap<string, PodRefusal>;
  /** Pods, by UID, whose eviction is on its way or granted. */
  readonly asked: ReadonlySet<string>;
  /** Whether pods are deleted without asking the budgets, as `--disable-eviction` wants it. */
  readonly ignoresBudgets?: boolean;
}

/** Why the API server refused a pod's eviction. */
export interface PodRefusal {
  readonly code: BlockerCode;
  readonly message: string;
  readonly permanent: boolean;
}

/** How long after its grace period a pod that is still there counts as stuck. */
const STUCK_AFTER_SECONDS = 10;

type Judged = { readonly pod: PodFacts; readonly verdict: Exclude<PodVerdict, { kind: "leave" }> };
type Hindrance = Pick<Blocker, "code" | "message" | "permanent"> & { readonly budgets?: readonly BudgetFacts[] };

/**
 * Decides which pods may be evicted at this moment and names what holds the others. A budget is never asked for more than it
 * allows: what was asked for and is not yet accounted for is taken off first. Pods are taken in the order in which they are
 * given nodes, by namespace and name, so that the choice among equals is always the same; on a node, pods of a lower order go
 * before those of a higher one begin.
 */
export function planEvictions(
  pods: readonly PodFacts[],
  budgets: readonly BudgetFacts[],
  context: EvictionContext,
): EvictionPlan {
  const judged = judgeAll(pods, context);
  const turn = firstOrders(judged);
  const allowance = allowances(budgets, context);
  const evict: PlannedEviction[] = [];
  const blockers: Blocker[] = [];
  const going: PodFacts[] = [];
  for (const { pod, verdict } of judged) {
    if (context.asked.has(pod.uid) && pod.deletionAt === null) {
      going.push(pod);
      continue;
    }
    const guards = context.ignoresBudgets || isFreeOfBudgets(pod) ? [] : budgetsOf(pod, budgets);
    const isTurn = orderOf(verdict) <= (turn.get(pod.nodeName) ?? 0);
    const hindrance = hindranceOf(pod, verdict, context) ?? waitsForOthers(isTurn) ?? refusedBy(pod, guards, context);
    if (hindrance) {
      blockers.push(blockerOf(pod, hindrance));
      continue;
    }
    const [guard] = guards;
    const answer = guard ? askBudget(pod, guard, allowance.get(podKey(guard)) ?? 0) : "free";
    if (guard && answer === "refuses") {
      blockers.push(blockerOf(pod, refusalOf(guard)));
      continue;
    }
    const spends = guard && answer === "spends" ? podKey(guard) : null;
    if (spends !== null) allowance.set(spends, (allowance.get(spends) ?? 0) - 1);
    evict.push({ pod, spends });
  }
  return { evict, blockers, going, left: judged.length, nextHoldEndMs: nextHoldEnd(judged) };
}

function judgeAll(pods: readonly PodFacts[], context: EvictionContext): Judged[] {
  const nodes = new Map([...new Set(pods.map((pod) => pod.nodeName))].map((name, index) => [name, index]));
  const place = (pod: PodFacts) => nodes.get(pod.nodeName) ?? 0;
  return pods
    .toSorted((a, b) => place(a) - place(b) || (podKey(a) < podKey(b) ? -1 : 1))
    .flatMap((pod) => {
      const verdict = context.judge(pod);
      return verdict.kind === "leave" ? [] : [{ pod, verdict }];
    });
}

function orderOf(verdict: PodVerdict): number {
  return verdict.kind === "evict" || verdict.kind === "hold" ? (verdict.order ?? 0) : 0;
}

/** The lowest order that is left on each node; pods that stop the drain anyway do not hold the others up. */
function firstOrders(judged: readonly Judged[]): Map<string, number> {
  const first = new Map<string, number>();
  for (const { pod, verdict } of judged) {
    if (verdict.kind === "refuse") continue;
    first.set(pod.nodeName, Math.min(first.get(pod.nodeName) ?? Number.POSITIVE_INFINITY, orderOf(verdict)));
  }
  return first;
}

function allowances(budgets: readonly BudgetFacts[], context: EvictionContext): Map<string, number> {
  return new Map(
    budgets.map((budget) => {
      const key = podKey(budget);
      return [key, budget.disruptionsAllowed - (context.spent.get(key) ?? 0)];
    }),
  );
}

/** What about the pod itself keeps it from being evicted now. */
function hindranceOf(pod: PodFacts, verdict: Judged["verdict"], context: EvictionContext): Hindrance | undefined {
  if (pod.deletionAt !== null) return terminating(pod, pod.deletionAt, context.nowMs);
  if (verdict.kind === "refuse") return { code: verdict.code, message: verdict.message, permanent: true };
  if (verdict.kind === "hold") return { code: verdict.code, message: verdict.message, permanent: false };
  return context.refused.get(pod.uid);
}

function waitsForOthers(isTurn: boolean): Hindrance | undefined {
  if (isTurn) return undefined;
  return { code: "WaitsForOrder", message: "pods of a lower order go first", permanent: false };
}

/** What the budgets hinder, whatever their numbers are. */
function refusedBy(pod: PodFacts, guards: readonly BudgetFacts[], context: EvictionContext): Hindrance | undefined {
  if (guards.length > 1) {
    const message = `guarded by ${guards.map(podKey).join(" and ")}; the eviction API refuses pods with two budgets`;
    return { code: "TwoBudgets", message, permanent: true, budgets: guards };
  }
  const [guard] = guards;
  const closed = guard && askBudget(pod, guard, 1) === "spends" ? context.closed.get(podKey(guard)) : undefined;
  if (guard === undefined || closed === undefined) return undefined;
  return { code: "PodDisruptionBudgetBlocks", message: closed, permanent: false, budgets: [guard] };
}

function refusalOf(budget: BudgetFacts): Hindrance {
  const taken = budget.disruptionsAllowed > 0 ? ", taken by pods that go first" : "";
  const message = budget.isCurrent
    ? `${budgetMessage(budget)}${taken}`
    : `PDB ${podKey(budget)} is still being processed`;
  return { code: "PodDisruptionBudgetBlocks", message, permanent: neverAllows(budget), budgets: [budget] };
}

function blockerOf(pod: PodFacts, { code, message, permanent, budgets = [] }: Hindrance): Blocker {
  const owner = pod.owner ? `${pod.owner.kind}/${pod.owner.name}` : null;
  return { pod: podKey(pod), node: pod.nodeName, owner, code, message, budgets: budgets.map(budgetNumbers), permanent };
}

function nextHoldEnd(judged: readonly Judged[]): number | null {
  const ends = judged.flatMap(({ verdict }) =>
    verdict.kind === "hold" && verdict.until !== null ? [Date.parse(verdict.until)] : [],
  );
  return ends.length === 0 ? null : Math.min(...ends);
}

function terminating({ finalizers }: PodFacts, deletionAt: string, nowMs: number): Hindrance {
  const leftSeconds = Math.ceil((Date.parse(deletionAt) - nowMs) / 1000);
  const kept = finalizers.length === 0 ? "" : `, kept by finalizer ${finalizers.join(", ")}`;
  if (leftSeconds > 0)
    return { code: "Terminating", message: `terminating, at most ${leftSeconds} s left${kept}`, permanent: false };
  const isStuck = leftSeconds < -STUCK_AFTER_SECONDS;
  const message = `terminating, past its grace period${kept}`;
  return { code: isStuck ? "StuckTerminating" : "Terminating", message, permanent: false };
}
