import { budgetMessage, neverAllows } from "../drain/budget-arithmetic.ts";
import { budgetsOf, podKey } from "../drain/facts.ts";
import { goingPods } from "./going-pods.ts";
import { preflightRule } from "./preflight-rule.ts";
import { scaleUpCure } from "./scale-up-cure.ts";

/**
 * A budget that can never allow a disruption makes a node undrainable, found by arithmetic and not by trying; unless the policy
 * has its owner scaled up for the drain, and one replica more is what it lacks.
 */
export const budgetNeverAllows = preflightRule({
  code: "BudgetNeverAllows",
  severity: "blocker",
  sentence:
    "Every PodDisruptionBudget that guards a pod on the nodes to be drained can allow a disruption; where the remedy scaleUpOwner will see to that, it is a warning.",
  remedy: "Raise the replicas, or loosen minAvailable or maxUnavailable of the budget, by at least one.",
  needs: ["pods", "budgets"],
  check: (facts) => {
    const pods = goingPods(facts);
    return facts.budgets.filter(neverAllows).flatMap((budget) => {
      const guarded = pods.filter((pod) => budgetsOf(pod, [budget]).length > 0);
      if (guarded.length === 0) return [];
      const rule =
        budget.maxUnavailable === null
          ? `minAvailable ${budget.minAvailable}`
          : `maxUnavailable ${budget.maxUnavailable}`;
      const cure = scaleUpCure(budget, guarded, facts.plan.drain.remedies);
      const message = `PDB ${podKey(budget)} can never allow a disruption (${rule}, ${budget.expectedPods} pods)`;
      const evidence = [budgetMessage(budget), ...guarded.map((pod) => `pod ${podKey(pod)} on node ${pod.nodeName}`)];
      const subject = podKey(budget);
      if (cure === null) return [{ subject, message, evidence }];
      const helped = `${message}; ${cure.join(", ")} is scaled up by one for the time of the drain`;
      return [{ subject, message: helped, evidence, severity: "warning" as const }];
    });
  },
});
