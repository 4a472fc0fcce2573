import type { ClusterState } from "../domain/api/run-view.ts";
import type { Finding } from "../domain/finding.ts";
import type { PreflightPolicy } from "../domain/preflight/preflight-policy.ts";
import type { ClusterResult, PoolResult } from "../domain/report.ts";
import { runIds } from "../domain/run-request.ts";
import type { ClusterStatus } from "../domain/run-status.ts";
import type { ClusterPlan } from "../domain/upgrade-plan.ts";
import { acquireLease, releaseLease } from "./cluster-lease.ts";
import { runCustomChecks } from "./custom-checks.ts";
import { errorText, nowIso, type OrchestrationContext, perform, runChild, type Step } from "./durable.ts";
import { isCancelled } from "./run-record.ts";
import type { UpgradePoolInput } from "./upgrade-pool.ts";

/** Input of the `upgradeCluster` orchestration. */
export interface UpgradeClusterInput {
  readonly runId: string;
  readonly plan: ClusterPlan;
  /** Of the cluster's ring. */
  readonly policy: PreflightPolicy;
  /** Set when the orchestration continues as new, while it waits for the cluster. */
  readonly startedAt?: string;
}

type Outcome = Pick<ClusterResult, "outcome" | "reason">;

/**
 * Upgrades one cluster while it holds its lease: preflight, then pool by pool. It always answers a result; a blocker means
 * that nothing was touched.
 */
export function* upgradeCluster(context: OrchestrationContext): Step<ClusterResult | undefined> {
  const { runId, plan, policy, startedAt = nowIso(context) } = context.df.getInput<UpgradeClusterInput>();
  const findings: Finding[] = [];
  const pools: PoolResult[] = [];
  const show = (state: ClusterState, reason: string | null = null) =>
    context.df.setCustomStatus({ state, reason, startedAt } satisfies ClusterStatus);
  let outcome: Outcome;
  try {
    const lease = yield* acquireLease(
      context,
      plan.resourceId,
      (holder) => show("queued", `${holder} is changing the cluster`),
      () => isCancelled(context, runId),
    );
    if (lease === "waiting") {
      context.df.continueAsNew({ runId, plan, policy, startedAt } satisfies UpgradeClusterInput);
      return undefined;
    }
    if (lease === "cancelled") outcome = { outcome: "cancelled", reason: "cancelled while it waited for the cluster" };
    else {
      try {
        outcome = yield* changeCluster(context, runId, plan, { policy, findings, pools, show });
      } finally {
        yield* releaseLease(context, plan.resourceId);
      }
    }
  } catch (error) {
    findings.push(stepFailed(plan.name, error));
    outcome = { outcome: "failed", reason: errorText(error) };
  }
  show(outcome.outcome, outcome.reason);
  return { name: plan.name, ...outcome, pools, findings, startedAt, endedAt: nowIso(context) };
}

interface Parts {
  readonly policy: PreflightPolicy;
  readonly findings: Finding[];
  readonly pools: PoolResult[];
  readonly show: (state: ClusterState, reason?: string | null) => void;
}

function* changeCluster(context: OrchestrationContext, runId: string, plan: ClusterPlan, parts: Parts): Step<Outcome> {
  parts.show("preflight");
  const { policy } = parts;
  const { findings, pools } = yield* perform(context, "preflightCluster", { plan, policy });
  parts.findings.push(...findings);
  if (pools.length > 0 && policy.checks.length > 0) {
    const { name: cluster, resourceId } = plan;
    parts.findings.push(...(yield* runCustomChecks(context, { runId, cluster, resourceId, policy })));
  }
  const blocker = parts.findings.find(({ severity }) => severity === "blocker");
  if (blocker) return { outcome: "blocked", reason: blocker.message };
  if (pools.length === 0) return { outcome: "done", reason: "another run had upgraded it meanwhile" };
  const baseline = yield* perform(context, "observeWorkloads", { resourceId: plan.resourceId });
  for (const pool of pools) {
    if (yield* isCancelled(context, runId)) return { outcome: "cancelled", reason: "the run was cancelled" };
    parts.show("upgrading", `pool ${pool.name}`);
    const { name: cluster, resourceId, drain } = plan;
    const input: UpgradePoolInput = { runId, cluster, resourceId, pool, drain, baseline };
    const result = yield* runChild<PoolResult>(context, "upgradePool", runIds.pool(runId, cluster, pool.name), input);
    parts.pools.push(result);
    if (result.outcome !== "done") {
      const reason = result.findings[0]?.message ?? `pool ${pool.name} was ${result.outcome}`;
      return { outcome: result.outcome, reason };
    }
  }
  return { outcome: "done", reason: null };
}

function stepFailed(cluster: string, error: unknown): Finding {
  return {
    code: "StepFailed",
    severity: "blocker",
    subject: cluster,
    message: `the upgrade of ${cluster} stopped: ${errorText(error)}`,
    evidence: [],
    remedy: "Mend the cause and run again; pools that are done are not done again.",
    cluster,
  };
}
