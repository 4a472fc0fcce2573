import { budgetsOf, podKey } from "../drain/facts.ts";
import { goingPods } from "./going-pods.ts";
import { preflightRule } from "./preflight-rule.ts";

/** The eviction API refuses pods that two budgets guard, with a 500 and for ever. */
export const twoBudgets = preflightRule({
  code: "TwoBudgets",
  severity: "blocker",
  sentence: "No pod on the nodes to be drained is guarded by more than one PodDisruptionBudget.",
  remedy: "Remove one of the budgets, or narrow its selector.",
  needs: ["pods", "budgets"],
  check: (facts) =>
    goingPods(facts).flatMap((pod) => {
      const guards = budgetsOf(pod, facts.budgets);
      if (guards.length < 2) return [];
      const names = guards.map(podKey);
      return [
        {
          subject: podKey(pod),
          message: `pod ${podKey(pod)} is guarded by ${names.length} budgets, and the eviction API refuses such pods`,
          evidence: names.map((name) => `PDB ${name}`),
        },
      ];
    }),
});
