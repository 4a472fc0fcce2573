import type { WorkEstimate } from "../domain/admit-work.ts";
import type { ClusterState, ControlPlaneState } from "../domain/api/upgrade-view.ts";
import { leftAloneFinding } from "../domain/availability.ts";
import { estimateControlPlane } from "../domain/estimate.ts";
import type { Finding } from "../domain/finding.ts";
import { baselineFindings } from "../domain/health-findings.ts";
import type { PreflightPolicy } from "../domain/preflight/preflight-policy.ts";
import type { ClusterResult, ControlPlaneResult, PoolResult } from "../domain/report.ts";
import { runIds } from "../domain/run-request.ts";
import type { ClusterStatus } from "../domain/run-status.ts";
import { trafficOfPool } from "../domain/traffic.ts";
import type { ClusterPlan } from "../domain/upgrade-plan.ts";
import type { VersionStep } from "../domain/version-step.ts";
import type { MaintenanceWindow } from "../domain/window.ts";
import { awaitCluster } from "./await-cluster.ts";
import { noteBlocked, noteFailed } from "./blocked-clusters.ts";
import { passCheckpoint } from "./checkpoint.ts";
import { acquireLease, releaseLease } from "./cluster-lease.ts";
import { readClusterPlan } from "./cluster-plan.ts";
import { upgradeControlPlane } from "./control-plane.ts";
import { runCustomChecks } from "./custom-checks.ts";
import { errorText, nowIso, type OrchestrationContext, perform, runChild, type Step } from "./durable.ts";
import { takeBaseline } from "./health-baseline.ts";
import { isCancelled } from "./run-record.ts";
import type { UpgradePoolInput } from "./upgrade-pool.ts";

/** Input of the `upgradeCluster` orchestration. */
export interface UpgradeClusterInput {
  readonly runId: string;
  readonly ring: string;
  readonly name: string;
  /** Which try of the run it is, from 1. */
  readonly attempt: number;
  /** When the ring may be changed; null for always. */
  readonly window: MaintenanceWindow | null;
  /** How sure to be before the cluster is changed. */
  readonly preflight: PreflightPolicy;
  /** Set when the orchestration continues as new, while it waits for the cluster. */
  readonly startedAt?: string;
}

type Outcome = Pick<ClusterResult, "outcome" | "reason">;

/** A cluster's upgrade while it is under way. */
interface ClusterWork {
  readonly context: OrchestrationContext;
  readonly input: UpgradeClusterInput;
  readonly plan: ClusterPlan;
  readonly findings: Finding[];
  readonly pools: PoolResult[];
  controlPlane: ControlPlaneResult | null;
  show(state: ClusterState, reason?: string | null, controlPlane?: ControlPlaneState): void;
}

/**
 * Upgrades one cluster while it holds its lease: preflight, the control plane, then pool by pool. It always answers a result;
 * a blocker means that nothing was touched.
 */
export function* upgradeCluster(context: OrchestrationContext): Step<ClusterResult | undefined> {
  const input = context.df.getInput<UpgradeClusterInput>();
  const { runId, name, attempt, startedAt = nowIso(context) } = input;
  const plan = yield* readClusterPlan(context, runId, name);
  const work = begin(context, input, plan, startedAt);
  let outcome: Outcome;
  try {
    const lease = yield* acquireLease(
      context,
      plan.resourceId,
      (holder) => work.show("queued", `${holder} is changing the cluster`),
      () => isCancelled(context, runId),
    );
    if (lease === "waiting") {
      context.df.continueAsNew({ ...input, startedAt } satisfies UpgradeClusterInput);
      return undefined;
    }
    if (lease === "cancelled") outcome = { outcome: "cancelled", reason: "cancelled while it waited for the cluster" };
    else {
      try {
        outcome = yield* changeCluster(work);
      } finally {
        yield* releaseLease(context, plan.resourceId);
      }
    }
  } catch (error) {
    work.findings.push(stepFailed(name, error));
    outcome = { outcome: "failed", reason: errorText(error) };
  }
  if (outcome.outcome === "failed") noteFailed(context, runId, plan);
  work.show(outcome.outcome, outcome.reason);
  const { controlPlane, pools, findings } = work;
  return { name, ...outcome, attempt, controlPlane, pools, findings, startedAt, endedAt: nowIso(context) };
}

function begin(
  context: OrchestrationContext,
  input: UpgradeClusterInput,
  plan: ClusterPlan,
  startedAt: string,
): ClusterWork {
  let status: ClusterStatus = { state: "pending", reason: null, startedAt, controlPlane: "pending" };
  return {
    context,
    input,
    plan,
    findings: [],
    pools: [],
    controlPlane: null,
    show(state, reason = null, controlPlane = status.controlPlane) {
      status = { state, reason, startedAt, controlPlane };
      context.df.setCustomStatus(status);
    },
  };
}

function* changeCluster(work: ClusterWork): Step<Outcome> {
  const { context, plan } = work;
  const { runId } = work.input;
  const { name, resourceId } = plan;
  const turn = yield* awaitCluster(context, { runId, name, resourceId }, (reason) => work.show("waiting", reason));
  if (turn.kind === "cancelled") return { outcome: "cancelled", reason: "the run was cancelled" };
  if (turn.kind === "left") {
    work.findings.push(leftAloneFinding(name, turn.code, turn.reason));
    return { outcome: "skipped", reason: turn.reason };
  }
  work.show("preflight");
  const { findings, controlPlane, pools } = yield* perform(context, "preflightCluster", {
    plan,
    policy: work.input.preflight,
  });
  work.findings.push(...findings);
  const isBehind = controlPlane !== null || pools.length > 0;
  if (isBehind && work.input.preflight.checks.length > 0) {
    const { preflight: policy } = work.input;
    work.findings.push(...(yield* runCustomChecks(context, { runId, cluster: name, resourceId, policy })));
  }
  const blocker = work.findings.find(({ severity }) => severity === "blocker");
  if (blocker) noteBlocked(context, { runId, cluster: name }, findings);
  if (blocker) return { outcome: "blocked", reason: blocker.message };
  if (controlPlane === null && pools.length === 0) {
    return { outcome: "done", reason: "another run had upgraded it meanwhile" };
  }
  const baseline = yield* perform(context, "observeWorkloads", { resourceId });
  const measured = plan.slo ? { slo: plan.slo } : {};
  const health = yield* takeBaseline(context, { runId, name, resourceId, ...measured });
  work.findings.push(...baselineFindings(health.now, plan.slo));
  const untold = work.findings.find(({ severity }) => severity === "blocker");
  if (untold) return { outcome: "blocked", reason: untold.message };
  if (controlPlane !== null) {
    const ended = yield* changeControlPlane(work, controlPlane);
    if (ended !== null) return ended;
  }
  const replaced = plan.pools.filter(({ policy }) => policy.strategy === "blueGreen");
  for (const pool of pools) {
    const stopped = yield* awaitRoom(work, pool.estimate);
    if (stopped !== null) return stopped;
    work.show("upgrading", `pool ${pool.name}`);
    const { attempt, window } = work.input;
    const part = runIds.cluster(runId, name, attempt);
    const input: UpgradePoolInput = {
      ...{ runId, part, cluster: name, ring: work.input.ring, resourceId, pool, drain: plan.drain, baseline, window },
      health: health.before,
      ...measured,
      traffic: trafficOfPool(plan.traffic ?? [], replaced, pool.name),
    };
    const result = yield* runChild<PoolResult>(context, "upgradePool", runIds.pool(part, pool.name), input);
    work.pools.push(result);
    if (result.outcome !== "done") {
      const reason = result.findings[0]?.message ?? `pool ${pool.name} was ${result.outcome}`;
      return { outcome: result.outcome, reason };
    }
  }
  return { outcome: "done", reason: null };
}

/** Upgrades the control plane; answers how the cluster ended when it did not come to its pools. */
function* changeControlPlane(work: ClusterWork, step: VersionStep): Step<Outcome | null> {
  const { context, input, plan } = work;
  const stopped = yield* awaitRoom(work, estimateControlPlane());
  if (stopped !== null) return stopped;
  work.show("upgrading", `control plane to Kubernetes ${step.to}`, "upgrading");
  const startedAt = nowIso(context);
  const part = runIds.cluster(input.runId, plan.name, input.attempt);
  const found = yield* upgradeControlPlane(context, { runId: input.runId, part, plan, step });
  const outcome = found.length === 0 ? "done" : "failed";
  work.controlPlane = { from: step.from, to: step.to, outcome, startedAt, endedAt: nowIso(context) };
  work.findings.push(...found);
  work.show("upgrading", null, outcome);
  return found[0] === undefined ? null : { outcome: "failed", reason: found[0].message };
}

/**
 * Waits where nothing is half done while the run is paused or the window has no room; answers how the cluster ended when it
 * must not go on.
 */
function* awaitRoom(work: ClusterWork, estimate: WorkEstimate): Step<Outcome | null> {
  const { context, input } = work;
  const { stop } = yield* passCheckpoint({
    context,
    runId: input.runId,
    window: input.window,
    work: estimate,
    onHold({ reason, until }) {
      work.show("waiting", until === null ? reason : `${reason}; until ${until}`);
      return undefined;
    },
  });
  if (stop === null) return null;
  if (stop.kind === "cancelled") return { outcome: "cancelled", reason: "the run was cancelled" };
  return { outcome: "blocked", reason: stop.reason };
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
