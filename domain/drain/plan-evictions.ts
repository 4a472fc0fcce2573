import type { DrainPolicy } from "../fleet-config.ts";
import { classifyPod } from "./classify.ts";
import { type BudgetFacts, budgetsOf, type PodFacts, podKey } from "./facts.ts";

/** Why a pod is still on its node. Codes are API. */
export type BlockerCode =
  | "PodDisruptionBudgetBlocks"
  | "TwoBudgets"
  | "BarePod"
  | "EmptyDirData"
  | "Terminating"
  | "EvictionRefused"
  | "NamespaceTerminating";

/** A pod that a drain waits for. */
export interface Blocker {
  readonly pod: string;
  readonly owner: string | null;
  readonly code: BlockerCode;
  readonly message: string;
  /** Whether waiting can never cure it. */
  readonly permanent: boolean;
}

/** What to do now on a node. */
export interface EvictionPlan {
  readonly evict: readonly PodFacts[];
  /** What stays and why. */
  readonly blockers: readonly Blocker[];
  /** Pods that have to go and are still there, blocked or not. */
  readonly left: number;
}

/** What is known beside the pods and budgets. */
export interface EvictionContext {
  readonly policy: DrainPolicy;
  readonly nowMs: number;
  /** Evictions granted whose effect the budgets do not show yet: budget as namespace/name, and how many. */
  readonly spent: ReadonlyMap<string, number>;
  /** What the API server refused, by pod, until something changes: the reason it gave. */
  readonly refused: ReadonlyMap<string, { readonly code: BlockerCode; readonly message: string }>;
}

/**
 * Decides which pods of a node may be evicted at this moment and names what holds the others. A budget is never asked for
 * more than it allows: what it has granted and not yet accounted for is taken off first. Pods are taken by namespace and
 * name, so that the choice among equals is always the same.
 */
export function planEvictions(
  pods: readonly PodFacts[],
  budgets: readonly BudgetFacts[],
  context: EvictionContext,
): EvictionPlan {
  const allowance = new Map(
    budgets.map((budget) => {
      const key = podKey(budget);
      return [key, (budget.isCurrent ? budget.disruptionsAllowed : 0) - (context.spent.get(key) ?? 0)];
    }),
  );
  const evict: PodFacts[] = [];
  const blockers: Blocker[] = [];
  let left = 0;
  for (const pod of pods.toSorted((a, b) => (podKey(a) < podKey(b) ? -1 : 1))) {
    const verdict = classifyPod(pod, context.policy);
    if (verdict.kind === "leave") continue;
    left += 1;
    const block = (code: BlockerCode, message: string, permanent = false) =>
      blockers.push({
        pod: podKey(pod),
        owner: pod.owner ? `${pod.owner.kind}/${pod.owner.name}` : null,
        code,
        message,
        permanent,
      });
    if (pod.deletionAt !== null) {
      block("Terminating", terminatingMessage(pod, context.nowMs));
      continue;
    }
    if (verdict.kind === "refuse") {
      block(verdict.code, verdict.message, true);
      continue;
    }
    const guards = budgetsOf(pod, budgets);
    const [budget] = guards;
    if (guards.length > 1) {
      block(
        "TwoBudgets",
        `guarded by ${guards.map(podKey).join(" and ")}; the eviction API refuses pods with two budgets`,
        true,
      );
      continue;
    }
    const refusal = context.refused.get(podKey(pod));
    if (refusal) {
      block(refusal.code, refusal.message);
      continue;
    }
    if (budget && !mayGo(pod, budget, allowance)) {
      block("PodDisruptionBudgetBlocks", budgetMessage(budget), neverAllows(budget));
      continue;
    }
    evict.push(pod);
  }
  return { evict, blockers, left };
}

function mayGo(pod: PodFacts, budget: BudgetFacts, allowance: Map<string, number>): boolean {
  // The eviction API asks no budget for a pod that has not started (canIgnorePDB).
  if (pod.phase === "Pending") return true;
  // A pod that is not ready serves nobody (policy/v1 unhealthyPodEvictionPolicy).
  if (!pod.ready && pod.phase === "Running") {
    if (budget.unhealthyPodEvictionPolicy === "AlwaysAllow") return true;
    if (budget.isCurrent && budget.currentHealthy >= budget.desiredHealthy && budget.desiredHealthy > 0) return true;
  }
  const key = podKey(budget);
  const allowed = allowance.get(key) ?? 0;
  if (allowed <= 0) return false;
  allowance.set(key, allowed - 1);
  return true;
}

/** Whether a budget can never allow a disruption, however healthy its pods are. */
export function neverAllows(budget: BudgetFacts): boolean {
  if (budget.maxUnavailable !== null) return /^0%?$/.test(String(budget.maxUnavailable));
  if (budget.minAvailable === null) return false;
  if (String(budget.minAvailable) === "100%") return true;
  return budget.expectedPods > 0 && budget.desiredHealthy >= budget.expectedPods;
}

/** What a budget says, for people: how many are healthy and how many it needs. */
export function budgetMessage(budget: BudgetFacts): string {
  const { currentHealthy, desiredHealthy, expectedPods } = budget;
  return `PDB ${podKey(budget)} allows ${budget.disruptionsAllowed} disruptions (${currentHealthy} of ${expectedPods} healthy, ${desiredHealthy} needed)`;
}

function terminatingMessage(pod: PodFacts, nowMs: number): string {
  const leftSeconds = Math.ceil((Date.parse(pod.deletionAt ?? "") - nowMs) / 1000);
  return leftSeconds > 0 ? `terminating, at most ${leftSeconds} s left` : "terminating, past its grace period";
}
