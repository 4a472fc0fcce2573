import { budgetMessage, isFreeOfBudgets, neverAllows } from "../budget-arithmetic.ts";
import { type BudgetFacts, budgetsOf, podKey } from "../facts.ts";
import type { ForecastFinding, ForecastPod, ForecastRule } from "./forecast-rule.ts";

/** Budgets that guard pods which would have to go, with these pods. */
export function guarded(
  budgets: readonly BudgetFacts[],
  going: readonly ForecastPod[],
): ReadonlyArray<{ readonly budget: BudgetFacts; readonly pods: readonly ForecastPod[] }> {
  const asked = going.filter((pod) => !isFreeOfBudgets(pod) && pod.deletionAt === null);
  return budgets.flatMap((budget) => {
    const pods = asked.filter((pod) => budgetsOf(pod, [budget]).length > 0);
    return pods.length === 0 ? [] : [{ budget, pods }];
  });
}

/** Pods of a budget that may be missing at the same time when all are healthy. */
export function spareOf({ expectedPods, desiredHealthy }: BudgetFacts): number {
  return Math.max(0, expectedPods - desiredHealthy);
}

export const unreadableBudgets: ForecastRule = ({ budgets }, node, going) =>
  budgets !== null || going.length === 0
    ? []
    : [
        {
          code: "BudgetsUnreadable",
          weight: "unsure",
          subject: node,
          message: "the PodDisruptionBudgets may not be read",
          evidence: [`${going.length} pods would have to go`],
          remedy: "Grant list and watch on poddisruptionbudgets.policy.",
        },
      ];

export const budgetNeverAllows: ForecastRule = ({ budgets }, _node, going) =>
  guarded(budgets ?? [], going).flatMap(({ budget, pods }) =>
    !neverAllows(budget)
      ? []
      : [
          {
            code: "BudgetNeverAllows",
            weight: "blocks",
            subject: podKey(budget),
            message: `PDB ${podKey(budget)} can never allow a disruption (${limitOf(budget)})`,
            evidence: [budgetMessage(budget), ...pods.map((pod) => `pod ${podKey(pod)}`)],
            remedy: "Add a replica, or let the budget spare one: maxUnavailable 1.",
          },
        ],
  );

export const budgetAllowsNoneNow: ForecastRule = ({ budgets }, _node, going) =>
  guarded(budgets ?? [], going).flatMap(({ budget, pods }): ForecastFinding[] => {
    if (neverAllows(budget) || (budget.isCurrent && budget.disruptionsAllowed > 0)) return [];
    return [
      {
        code: "BudgetAllowsNoneNow",
        weight: "unsure",
        subject: podKey(budget),
        message: budget.isCurrent
          ? `PDB ${podKey(budget)} allows no disruption until more of its pods are healthy`
          : `the status of PDB ${podKey(budget)} is older than its specification`,
        evidence: [budgetMessage(budget), ...pods.map((pod) => `pod ${podKey(pod)}`)],
        remedy: "Find out why its pods are not ready (kubectl describe), or wait until they are.",
      },
    ];
  });

export const twoBudgets: ForecastRule = ({ budgets }, _node, going) =>
  going
    .filter((pod) => !isFreeOfBudgets(pod))
    .flatMap((pod) => {
      const guards = budgetsOf(pod, budgets ?? []);
      return guards.length < 2
        ? []
        : [
            {
              code: "TwoBudgets",
              weight: "blocks" as const,
              subject: podKey(pod),
              message: `pod ${podKey(pod)} is guarded by ${guards.length} PDBs, which the eviction API refuses`,
              evidence: guards.map(budgetMessage),
              remedy: "Leave it one budget: narrow the selector of the other.",
            },
          ];
    });

function limitOf({ maxUnavailable, minAvailable, expectedPods }: BudgetFacts): string {
  return maxUnavailable !== null
    ? `maxUnavailable ${maxUnavailable}`
    : `minAvailable ${minAvailable} of ${expectedPods} pods`;
}
