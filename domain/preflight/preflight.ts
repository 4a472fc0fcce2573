import type { ClusterFacts } from "../cluster-facts.ts";
import type { BudgetFacts, PodFacts } from "../drain/facts.ts";
import { byGravity, type Finding, type Severity } from "../finding.ts";
import type { ClusterPlan } from "../upgrade-plan.ts";
import { barePods } from "./bare-pods.ts";
import { budgetNeverAllows } from "./budget-never-allows.ts";
import { clusterNotReady } from "./cluster-not-ready.ts";
import { emptyDirData } from "./empty-dir-data.ts";
import { longGracePeriod } from "./long-grace-period.ts";
import { pinnedToPool } from "./pinned-to-pool.ts";
import { poolNotReady } from "./pool-not-ready.ts";
import { twoBudgets } from "./two-budgets.ts";

/** What is known of a cluster before anything is touched. */
export interface PreflightFacts {
  readonly plan: ClusterPlan;
  readonly cluster: ClusterFacts;
  /** Pods on the nodes of the pools in the plan, with the pool of each. */
  readonly pods: readonly (PodFacts & { readonly pool: string })[];
  readonly budgets: readonly BudgetFacts[];
}

/** What a rule found, without what the rule itself knows. */
export type RuleFinding = Pick<Finding, "subject" | "message" | "evidence">;

/** One preflight check. To add a check is to add a file and a row. */
export interface PreflightRule {
  readonly code: string;
  readonly severity: Severity;
  /** What the rule makes sure of, one sentence. */
  readonly sentence: string;
  readonly remedy: string;
  readonly check: (facts: PreflightFacts) => RuleFinding[];
}

/** All checks, in the order in which their findings are listed. */
export const PREFLIGHT_RULES: readonly PreflightRule[] = [
  clusterNotReady,
  poolNotReady,
  budgetNeverAllows,
  twoBudgets,
  pinnedToPool,
  barePods,
  emptyDirData,
  longGracePeriod,
];

/** Runs every check; findings with the gravest first. */
export function preflight(facts: PreflightFacts): Finding[] {
  const findings = PREFLIGHT_RULES.flatMap((rule) =>
    rule.check(facts).map(
      (found): Finding => ({
        ...found,
        code: rule.code,
        severity: rule.severity,
        remedy: rule.remedy,
        cluster: facts.plan.name,
      }),
    ),
  );
  return byGravity(findings);
}
