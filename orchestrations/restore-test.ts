import type { Finding } from "../domain/finding.ts";
import {
  assembleRestoreReport,
  type RestoreRunEnd,
  untestedCluster,
} from "../domain/restore/assemble-restore-report.ts";
import type { QueuedTest } from "../domain/restore/queued-test.ts";
import type { ClusterTest, RestoreReport } from "../domain/restore/restore-report.ts";
import { type RestoreRunPlan, runHindrance, type TestsAsked } from "../domain/restore/restore-run-plan.ts";
import type { RestoreRunStatus } from "../domain/restore/restore-status.ts";
import { cancellationOf } from "../domain/run-control.ts";
import { type RestoreRunRequest, runIds } from "../domain/run-request.ts";
import { deliverReport } from "./deliver-report.ts";
import {
  askEntity,
  errorText,
  nowIso,
  type OrchestrationContext,
  performEach,
  runChild,
  runChildren,
  type Step,
  StepFailed,
} from "./durable.ts";
import { keepRunReport } from "./keep-run-report.ts";
import type { RestoreLaneInput } from "./restore-lane.ts";
import { RESTORE_QUEUE } from "./restore-queue.ts";
import { noteEnd, noteStart } from "./run-index.ts";
import { closeRecord } from "./run-record.ts";

/** Results of tests that are fetched side by side. */
const COLLECT_WIDTH = 10;
const UNTESTED = "the run was cancelled before it, or its test stopped: see the findings of the run";

/**
 * The `restoreTest` orchestration: proves the backups of the clusters that are asked for, as many side by side as fleet.yaml
 * allows scratch clusters. Every run ends in a report, whatever happened, and the report in a card.
 */
export function* restoreTest(context: OrchestrationContext): Step<RestoreReport> {
  const request = context.df.getInput<RestoreRunRequest>();
  const id = context.df.instanceId;
  const startedAt = nowIso(context);
  noteStart(context, { id, kind: "restore-test", trigger: request.trigger, facts: null, startedAt });
  const run: RestoreRunEnd = { id, trigger: request.trigger, startedAt, plan: null, clusters: [], findings: [] };
  try {
    show(context, "reading the fleet", []);
    const { targets, point, keepHours } = request;
    const asked: TestsAsked = { runId: id, targets, point, keepHours };
    run.plan = yield* runChild<RestoreRunPlan>(context, "planRestoreTests", runIds.plan(id), asked);
    yield* takeTests(context, run, run.plan);
  } catch (error) {
    run.findings.push(runFailed(error));
  }
  const { control } = yield* closeRecord(context, id);
  const cancellation = cancellationOf(control);
  const ended = { signals: control.signals, cancellation, endedAt: nowIso(context) };
  const report = yield* keepRunReport(context, assembleRestoreReport(run, ended));
  const clusters = report.clusters.map(({ cluster }) => cluster);
  show(context, yield* deliverReport(context, report, run.plan?.tellsTeams ?? true), clusters);
  noteEnd(context, { id, verdict: report.verdict, endedAt: report.endedAt });
  return report;
}

function* takeTests(context: OrchestrationContext, run: RestoreRunEnd, plan: RestoreRunPlan): Step<void> {
  const { tests, scratch } = plan;
  const hindrance = runHindrance(plan);
  if (hindrance !== null || !scratch) {
    run.clusters.push(...tests.map((test) => untestedCluster(test, hindrance ?? "it is not planned", nowIso(context))));
    return;
  }
  const names = tests.map(({ input }) => input.cluster);
  const width = scratch.shared ? Math.min(1, tests.length) : Math.min(scratch.maxClusters, tests.length);
  show(context, `testing ${names.length} ${names.length === 1 ? "backup" : "backups"}`, names);
  yield* askEntity(context, RESTORE_QUEUE, run.id, "fill", tests);
  const lanes = Array.from({ length: width }, (_, lane) => ({
    instanceId: runIds.restoreLane(run.id, lane),
    input: { runId: run.id, isShared: scratch.shared } satisfies RestoreLaneInput,
  }));
  const findings = yield* runChildren<Finding[]>(context, "restoreLane", lanes);
  run.findings.push(...findings.flat());
  const ended = yield* askEntity<readonly string[]>(context, RESTORE_QUEUE, run.id, "readEnded");
  run.clusters.push(...(yield* collect(context, run.id, tests, ended)));
}

/** The results of all tests, in the order of the plan; those that were not begun say so. */
function* collect(
  context: OrchestrationContext,
  runId: string,
  tests: readonly QueuedTest[],
  ended: readonly string[],
): Step<ClusterTest[]> {
  const results = new Map<string, ClusterTest>();
  for (let from = 0; from < ended.length; from += COLLECT_WIDTH) {
    const batch = ended.slice(from, from + COLLECT_WIDTH);
    const asks = batch.map((cluster) => ({ instanceId: runIds.restoreTest(runId, cluster) }));
    for (const [index, answer] of (yield* performEach(context, "readTestResult", asks)).entries()) {
      const cluster = batch[index] ?? "";
      if (!answer.ok) throw new Error(`the result of ${cluster} cannot be read: ${answer.failure.message}`);
      results.set(cluster, answer.value);
    }
  }
  return tests.map((test) => {
    return results.get(test.input.cluster) ?? untestedCluster(test, UNTESTED, nowIso(context));
  });
}

function show(context: OrchestrationContext, phase: string, clusters: readonly string[]): void {
  context.df.setCustomStatus({ phase, clusters: [...clusters] } satisfies RestoreRunStatus);
}

function runFailed(error: unknown): Finding {
  return {
    ...{ code: error instanceof StepFailed ? error.failure.code : "RunFailed", severity: "blocker", subject: "run" },
    message: `the run stopped: ${errorText(error)}`,
    evidence: [],
    remedy: "Mend the cause and start the run again.",
    cluster: null,
  };
}
