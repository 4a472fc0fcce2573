import { byGravity } from "../finding.ts";
import type { ClusterTest, RestoreReport } from "../restore/restore-report.ts";
import type { RestoreRunStatus, TestStatus } from "../restore/restore-status.ts";
import { pauseOf, type RunControl } from "../run-control.ts";
import type { RestoreRunRequest } from "../run-request.ts";
import type { RestoreProgressView, RestoreRunView, RestoreTestView } from "./restore-view.ts";

/** What is known of the test of one cluster's backup: how it stands, or how it ended. */
export interface TestPart {
  readonly cluster: string;
  readonly status: TestStatus | null;
  readonly result: ClusterTest | null;
  /** How far the service is with the restore; null when none is under way. */
  readonly progress: RestoreProgressView | null;
}

/** What is known of a run of restore tests. */
export interface RestoreRunParts {
  readonly id: string;
  readonly state: "pending" | "running" | "ended";
  /** Why it ended without a report, if so. */
  readonly brokenBy: string | null;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly request: RestoreRunRequest;
  readonly status: RestoreRunStatus | null;
  readonly control: RunControl;
  readonly report: RestoreReport | null;
  readonly tests: readonly TestPart[];
}

/** Puts a run of restore tests together as the API shows it: from its report once there is one, before that from its parts. */
export function assembleRestoreRun(run: RestoreRunParts): RestoreRunView {
  const { id, report, request, status, control, tests } = run;
  const common = {
    ...{ id, kind: "restore-test" as const, trigger: request.trigger, startedAt: run.createdAt },
    ...{ updatedAt: run.updatedAt, gates: [...control.gates], signals: [...control.signals] },
  };
  if (report) {
    return {
      ...common,
      status: "finished",
      phase: status?.phase ?? "finished",
      verdict: report.verdict,
      startedAt: report.startedAt,
      endedAt: report.endedAt,
      tests: report.clusters.map(endedTest),
      findings: byGravity([...report.findings, ...report.clusters.flatMap(findingsOfTest)]),
    };
  }
  const hasEnded = run.state === "ended";
  const pause = pauseOf(control);
  const phase = status?.phase ?? "waiting to start";
  return {
    ...common,
    status: hasEnded ? "finished" : run.state === "pending" ? "pending" : "running",
    phase: hasEnded
      ? `ended without a report: ${run.brokenBy ?? "unknown"}`
      : pause
        ? `paused by ${pause.by}: ${phase}`
        : phase,
    verdict: hasEnded ? "inconclusive" : null,
    endedAt: hasEnded ? run.updatedAt : null,
    tests: tests.map(liveTest),
    findings: byGravity(tests.flatMap(({ result }) => (result ? findingsOfTest(result) : []))),
  };
}

/** All that was found in a test: by its phases, and by the whole. */
export function findingsOfTest({ phases, findings }: Pick<ClusterTest, "phases" | "findings">) {
  return [...phases.flatMap((phase) => phase.findings), ...findings];
}

function liveTest({ cluster, status, result, progress }: TestPart): RestoreTestView {
  if (result) return endedTest(result);
  if (status) return { cluster, ...status, endedAt: null, progress };
  const nothing = { reason: null, startedAt: null, endedAt: null, point: null, scratchCluster: null, progress: null };
  return { cluster, state: "pending", ...nothing, phases: [] };
}

function endedTest(test: ClusterTest): RestoreTestView {
  const { cluster, verdict, startedAt, endedAt, point, scratchCluster } = test;
  const [gravest] = byGravity(findingsOfTest(test));
  const phases = test.phases.map(({ outcome, findings: _, ...phase }) => ({ ...phase, state: outcome }));
  const reason = verdict === "passed" ? null : (gravest?.message ?? null);
  return { cluster, state: verdict, reason, startedAt, endedAt, point, scratchCluster, phases, progress: null };
}
