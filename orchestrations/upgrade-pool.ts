import type { NodeView } from "../domain/api/upgrade-view.ts";
import { byGravity, type Finding } from "../domain/finding.ts";
import type { DrainPolicy } from "../domain/fleet-config.ts";
import type { HealthProblem } from "../domain/health.ts";
import type { WorkloadFacts } from "../domain/proof.ts";
import type { DrainResult, PoolResult } from "../domain/report.ts";
import type { PoolStatus } from "../domain/run-status.ts";
import type { ClusterSlo } from "../domain/slo.ts";
import type { TrafficPolicy } from "../domain/traffic.ts";
import type { UndoNote } from "../domain/undo-record.ts";
import type { PoolPlan } from "../domain/upgrade-plan.ts";
import type { MaintenanceWindow } from "../domain/window.ts";
import { replacePool } from "./blue-green.ts";
import { errorText, nowIso, type OrchestrationContext, type Step, StepFailed } from "./durable.ts";
import { performUndo } from "./perform-undo.ts";
import { noteDuration } from "./pool-durations.ts";
import { surgePool } from "./surge.ts";
import { UndoStack } from "./undo-stack.ts";

/** Input of the `upgradePool` orchestration. */
export interface UpgradePoolInput {
  readonly runId: string;
  /** Instance id of the cluster's part of the run. */
  readonly part: string;
  readonly cluster: string;
  readonly ring: string;
  readonly resourceId: string;
  readonly pool: PoolPlan;
  readonly drain: DrainPolicy;
  /** How the cluster's workloads stood before the run touched it. */
  readonly baseline: readonly WorkloadFacts[];
  /** What was wrong with the cluster before the run touched it. */
  readonly health?: readonly HealthProblem[];
  /** What is moved to other services while the pool is replaced. */
  readonly traffic?: readonly TrafficPolicy[];
  /** What is measured of the cluster while the pool soaks. */
  readonly slo?: ClusterSlo;
  /** When the ring may be changed; null for always. */
  readonly window: MaintenanceWindow | null;
}

/** A pool's upgrade while it is under way: what its steps share. */
export interface PoolWork {
  readonly context: OrchestrationContext;
  readonly input: UpgradePoolInput;
  readonly undo: UndoStack;
  readonly drains: DrainResult[];
  readonly rolled: NodeView[];
  readonly findings: Finding[];
  /** Shows a new state, and what else changed. */
  show(change: Partial<PoolStatus>): void;
  readonly status: () => PoolStatus;
}

/** The upgrade of a pool stops here, for a reason that its findings tell. */
export class PoolHalted extends Error {
  override readonly name = "PoolHalted";
  readonly outcome: "failed" | "cancelled";

  constructor(outcome: "failed" | "cancelled", message: string) {
    super(message);
    this.outcome = outcome;
  }
}

/**
 * Upgrades one pool by its strategy. It always answers a result: what fails is undone, newest change first, and told in
 * findings.
 */
export function* upgradePool(context: OrchestrationContext): Step<PoolResult> {
  const input = context.df.getInput<UpgradePoolInput>();
  const startedAt = nowIso(context);
  const work = beginPool(context, input);
  if (input.drain.remedies.some(({ do: what }) => what === "scaleUpOwner")) work.undo.push({ do: "scaleBack" });
  let outcome: PoolResult["outcome"] = "done";
  try {
    yield* input.pool.policy.strategy === "blueGreen" ? replacePool(work) : surgePool(work);
    work.undo.forget();
    work.show({ state: "done" });
  } catch (error) {
    outcome = error instanceof PoolHalted ? error.outcome : "failed";
    if (!(error instanceof PoolHalted)) work.findings.push(failure(input, error));
    work.show({ state: "undoing" });
    work.findings.push(...(yield* work.undo.run((step) => performUndo(work, step))));
    work.show({ state: "failed" });
  }
  const { name, mode, policy, fromImage, toImage, fromVersion, toVersion } = input.pool;
  const result: PoolResult = {
    name,
    mode,
    strategy: policy.strategy,
    outcome,
    state: work.status().state,
    fromImage,
    toImage,
    fromVersion,
    toVersion,
    replacement: work.status().replacement,
    drains: work.drains,
    ...(work.rolled.length > 0 ? { rolled: work.rolled } : {}),
    findings: byGravity(work.findings),
    startedAt,
    endedAt: nowIso(context),
  };
  noteDuration(context, { cluster: input.cluster, nodes: input.pool.count }, result);
  return result;
}

/**
 * What the steps of a pool share.
 *
 * @param known what stands to be undone already, and for what it is on record
 */
export function beginPool(context: OrchestrationContext, input: UpgradePoolInput, known?: UndoNote): PoolWork {
  const { runId, part, cluster, ring, resourceId, pool, drain } = input;
  const site = known?.site ?? { runId, part, cluster, ring, resourceId, pool, drain };
  let status: PoolStatus = { state: "pending", replacement: null, nodes: [], waitingFor: null };
  return {
    context,
    input,
    undo: new UndoStack(context, site, known?.steps),
    drains: [],
    rolled: [],
    findings: [],
    status: () => status,
    show(change) {
      status = { ...status, waitingFor: null, ...change };
      context.df.setCustomStatus(status);
    },
  };
}

function failure({ cluster, pool }: UpgradePoolInput, error: unknown): Finding {
  return {
    code: error instanceof StepFailed ? error.failure.code : "StepFailed",
    severity: "blocker",
    subject: `${cluster}/${pool.name}`,
    message: `the upgrade of pool ${pool.name} stopped: ${errorText(error)}`,
    evidence: [],
    remedy: "What the run had changed was undone; mend the cause and run again.",
    cluster,
  };
}
