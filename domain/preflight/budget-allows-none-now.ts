import { askBudget, budgetMessage, neverAllows } from "../drain/budget-arithmetic.ts";
import { budgetsOf, podKey } from "../drain/facts.ts";
import { goingPods } from "./going-pods.ts";
import { preflightRule } from "./preflight-rule.ts";

/** A budget that is used up makes a drain wait: for pods to become healthy, or for somebody else's disruption to end. */
export const budgetAllowsNoneNow = preflightRule({
  code: "BudgetAllowsNoneNow",
  severity: "warning",
  sentence: "Every PodDisruptionBudget that guards a pod on the nodes to be drained allows a disruption now.",
  remedy: "Look at the pods of the budget that are not healthy (kubectl describe pdb); a drain waits for them.",
  needs: ["pods", "budgets"],
  check: (facts) => {
    const pods = goingPods(facts);
    return facts.budgets
      .filter((budget) => !neverAllows(budget))
      .flatMap((budget) => {
        const held = pods.filter(
          (pod) =>
            budgetsOf(pod, [budget]).length > 0 && askBudget(pod, budget, budget.disruptionsAllowed) === "refuses",
        );
        if (held.length === 0) return [];
        return [
          {
            subject: podKey(budget),
            message: `PDB ${podKey(budget)} allows no disruption now`,
            evidence: [budgetMessage(budget), ...held.map((pod) => `pod ${podKey(pod)} on node ${pod.nodeName}`)],
          },
        ];
      });
  },
});
