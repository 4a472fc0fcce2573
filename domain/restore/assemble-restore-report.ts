import type { Trigger } from "../api/run-head.ts";
import { byGravity, type Finding } from "../finding.ts";
import type { Signal } from "../run-control.ts";
import { estimateCost } from "./estimate-cost.ts";
import { evidenceFolder } from "./evidence-manifest.ts";
import type { QueuedTest } from "./queued-test.ts";
import type { ClusterTest, RestoreReport } from "./restore-report.ts";
import type { RestoreRunPlan } from "./restore-run-plan.ts";
import { gravestVerdict } from "./restore-verdict.ts";

const HOUR_MS = 3_600_000;

/** A run of restore tests, as far as it has come. */
export interface RestoreRunEnd {
  readonly id: string;
  readonly trigger: Trigger;
  readonly startedAt: string;
  /** Null when it could not be made. */
  plan: RestoreRunPlan | null;
  readonly clusters: ClusterTest[];
  readonly findings: Finding[];
}

/** What is known at the end. */
interface End {
  readonly signals: readonly Signal[];
  readonly cancellation: Signal | undefined;
  readonly endedAt: string;
}

/** The report of a run. What scratch clusters cost is estimated by how long they were there. */
export function assembleRestoreReport(run: RestoreRunEnd, { signals, cancellation, endedAt }: End): RestoreReport {
  const { id, trigger, startedAt, plan, clusters } = run;
  const findings = byGravity([
    ...(plan?.findings ?? []),
    ...run.findings,
    ...(cancellation ? [cancelled(cancellation)] : []),
  ]);
  const { scratch, prices } = plan ?? { scratch: null, prices: null };
  return {
    ...{ kind: "restore-test", id, trigger, startedAt, endedAt, clusters: [...clusters] },
    verdict: gravestVerdict(clusters.map(({ verdict }) => verdict)),
    fleetDigest: plan?.fleetDigest ?? "",
    findings,
    signals: [...signals],
    cost:
      scratch && prices
        ? estimateCost(scratch, prices, clusters.map(scratchHours))
        : { amount: 0, currency: "", isComplete: true },
  };
}

/** A test that was not begun, and why. */
export function untestedCluster({ input, planned }: QueuedTest, reason: string, at: string): ClusterTest {
  const { cluster, test, objectives, runId } = input;
  const nothing = { measure: null, counts: [], probes: [], problems: [], bytes: null, findings: [], evidence: [] };
  const choose = { name: "choose" as const, outcome: "could-not" as const, reason, startedAt: at, endedAt: at };
  return {
    ...{ cluster, provider: test.provider, verdict: "inconclusive", point: planned.point, scratchCluster: null },
    ...{ objectives, phases: [{ ...choose, findings: [...planned.findings] }], ...nothing },
    ...{ folder: evidenceFolder(at, cluster, runId), startedAt: at, endedAt: at },
  };
}

/** From the first thing that was made to the last that went. */
function scratchHours({ phases }: ClusterTest): number {
  const made = phases.find(({ name }) => name === "scratch");
  const gone = phases.at(-1);
  return made && gone ? (Date.parse(gone.endedAt) - Date.parse(made.startedAt)) / HOUR_MS : 0;
}

function cancelled({ by, reason, at }: Signal): Finding {
  return {
    ...{ code: "RunCancelled", severity: "info", subject: "run", cluster: null },
    message: `${by} cancelled the run: ${reason}`,
    evidence: [`at ${at}`],
    remedy: "Start a new run to go on; what was made for this one was taken away.",
  };
}
