import { type BudgetFacts, type PodFacts, podKey } from "./facts.ts";

/** Whether an eviction takes one of what a budget allows, may go without asking it, or must wait. */
export type BudgetAnswer = "spends" | "free" | "refuses";

/**
 * What the eviction API will answer for a pod of one budget that has `allowed` disruptions left
 * (kubernetes/kubernetes, pkg/registry/core/pod/storage/eviction.go).
 */
export function askBudget(pod: PodFacts, budget: BudgetFacts, allowed: number): BudgetAnswer {
  if (isFreeOfBudgets(pod)) return "free";
  if (!budget.isCurrent) return "refuses";
  // A pod that is not ready serves nobody (policy/v1 unhealthyPodEvictionPolicy).
  if (!pod.ready && pod.phase === "Running") {
    if (budget.unhealthyPodEvictionPolicy === "AlwaysAllow") return "free";
    if (budget.currentHealthy >= budget.desiredHealthy && budget.desiredHealthy > 0) return "free";
  }
  return allowed > 0 ? "spends" : "refuses";
}

/** Whether the eviction API asks no budget at all: the pod has not started, or has ended (canIgnorePDB). */
export function isFreeOfBudgets(pod: PodFacts): boolean {
  return pod.phase === "Pending" || pod.phase === "Succeeded" || pod.phase === "Failed";
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

/** A budget's numbers, for machines. */
export interface BudgetNumbers {
  /** namespace/name */
  readonly name: string;
  readonly allowed: number;
  readonly healthy: number;
  readonly needed: number;
  readonly expected: number;
}

/** The numbers behind a budget's answer. */
export function budgetNumbers(budget: BudgetFacts): BudgetNumbers {
  return {
    name: podKey(budget),
    allowed: budget.disruptionsAllowed,
    healthy: budget.currentHealthy,
    needed: budget.desiredHealthy,
    expected: budget.expectedPods,
  };
}
