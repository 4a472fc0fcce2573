import type { Budget, IntOrPercent, Pod } from "./objects.ts";
import { isPodReady, isPodTerminating, withCondition } from "./pod-state.ts";

/** How long a pod that was allowed to go, but is still there, counts as going (DeletionTimeout of the real controller). */
export const DISRUPTION_TIMEOUT_MS = 120_000;

/** What a budget's arithmetic needs to know. */
export interface BudgetFacts {
  readonly budget: Budget;
  /** The pods that its selector matches. */
  readonly pods: readonly Pod[];
  /** The sum of the scales of the controllers of those pods. */
  readonly expectedScale: number;
  readonly nowMs: number;
  readonly nowText: string;
}

type BudgetStatus = NonNullable<Budget["status"]>;

/** The share of `total` that a number or percentage stands for; percentages round up, for minimum and maximum alike. */
export function scaledValue(value: IntOrPercent, total: number): number {
  return typeof value === "number" ? value : Math.ceil((Number(value.slice(0, -1)) * total) / 100);
}

/** How many pods a budget expects, and how many of them must stay healthy. */
export function desiredHealthy(facts: BudgetFacts): { readonly expected: number; readonly desired: number } {
  const { budget, pods, expectedScale } = facts;
  const { minAvailable, maxUnavailable } = budget.spec;
  if (maxUnavailable !== undefined) {
    return {
      expected: expectedScale,
      desired: Math.max(0, expectedScale - scaledValue(maxUnavailable, expectedScale)),
    };
  }
  if (typeof minAvailable === "string") {
    return { expected: expectedScale, desired: scaledValue(minAvailable, expectedScale) };
  }
  // A plain number needs no scale: whatever the selector matches is expected.
  return { expected: pods.length, desired: minAvailable ?? 1 };
}

/** The status that the disruption controller writes (kubernetes/kubernetes pkg/controller/disruption). */
export function computeBudgetStatus(facts: BudgetFacts): BudgetStatus {
  const { budget, pods, nowMs, nowText } = facts;
  const disruptedPods = stillDisrupted(budget, pods, nowMs);
  const { expected, desired } = desiredHealthy(facts);
  const currentHealthy = pods.filter(
    (pod) => isPodReady(pod) && !isPodTerminating(pod) && !(pod.metadata.name in disruptedPods),
  ).length;
  const disruptionsAllowed = expected <= 0 ? 0 : Math.max(0, currentHealthy - desired);
  return {
    conditions: withDisruptionAllowed(budget, disruptionsAllowed, nowText),
    currentHealthy,
    desiredHealthy: desired,
    disruptionsAllowed,
    expectedPods: expected,
    observedGeneration: budget.metadata.generation ?? 1,
    ...(Object.keys(disruptedPods).length === 0 ? {} : { disruptedPods }),
  };
}

/** The status after one disruption was allowed, before the pod is deleted: the budget is spent first. */
export function spendDisruption(budget: Budget, status: BudgetStatus, podName: string, nowText: string): BudgetStatus {
  const disruptionsAllowed = status.disruptionsAllowed - 1;
  return {
    ...status,
    conditions: withDisruptionAllowed(budget, disruptionsAllowed, nowText),
    disruptionsAllowed,
    disruptedPods: { ...status.disruptedPods, [podName]: nowText },
  };
}

/** Disrupted pods that still exist, are not yet being deleted, and whose time has not run out. */
function stillDisrupted(budget: Budget, pods: readonly Pod[], nowMs: number): Record<string, string> {
  const waiting = pods.filter((pod) => !isPodTerminating(pod)).map((pod) => pod.metadata.name);
  return Object.fromEntries(
    Object.entries(budget.status?.disruptedPods ?? {}).filter(
      ([name, since]) => waiting.includes(name) && Date.parse(since) + DISRUPTION_TIMEOUT_MS > nowMs,
    ),
  );
}

function withDisruptionAllowed(budget: Budget, allowed: number, nowText: string) {
  return withCondition(
    budget.status?.conditions,
    {
      type: "DisruptionAllowed",
      status: allowed > 0 ? "True" : "False",
      reason: allowed > 0 ? "SufficientPods" : "InsufficientPods",
      message: "",
      observedGeneration: budget.metadata.generation ?? 1,
    },
    nowText,
  );
}
