import { byGravity, type Finding } from "../domain/finding.ts";
import type { ClusterConfig } from "../domain/fleet-config.ts";
import type { ClusterResult, RingResult, UpgradeReport } from "../domain/report.ts";
import type { RunRequest } from "../domain/run-request.ts";
import type { Cancellation, FoldedEvent } from "../domain/run-status.ts";
import { type Observation, planUpgrade, type UpgradePlan } from "../domain/upgrade-plan.ts";
import { verdictOf } from "../domain/verdict.ts";
import {
  errorText,
  nowIso,
  type OrchestrationContext,
  perform,
  performEach,
  type Step,
  StepFailed,
} from "./durable.ts";
import { runRing } from "./ring.ts";
import { noteEnd, noteStart } from "./run-index.ts";
import { RunProgress } from "./run-progress.ts";
import { closeRecord, recordPlan } from "./run-record.ts";

/** Clusters that are looked at side by side when a run is planned. */
const OBSERVE_WIDTH = 20;

/**
 * The `upgrade` orchestration: plans over the whole fleet, then takes it ring by ring. A ring in which a cluster fails or is
 * blocked halts those after it. Every run ends in a report, whatever happened, and the report in a card.
 */
export function* upgrade(context: OrchestrationContext): Step<UpgradeReport> {
  const request = context.df.getInput<RunRequest>();
  const id = context.df.instanceId;
  const startedAt = nowIso(context);
  noteStart(context, { id, kind: "upgrade", trigger: request.trigger, facts: request.facts, startedAt });
  const progress = new RunProgress(context);
  const findings: Finding[] = [];
  const rings: RingResult[] = [];
  let fleetDigest = "";
  let broken = false;
  // A run that cannot read fleet.yaml has something to tell.
  let tellsTeams = true;
  try {
    progress.phase("reading the fleet");
    const { config, digest } = yield* perform(context, "readFleet", null);
    fleetDigest = digest;
    tellsTeams = config.notifications.teams;
    const observations = yield* observeFleet(context, config.clusters);
    const plan: UpgradePlan = planUpgrade(config, observations, request.targets);
    findings.push(...plan.findings);
    recordPlan(context, id, plan.rings);
    progress.begin(plan.rings);
    let halt: string | null = null;
    for (const [index, ring] of plan.rings.entries()) {
      const isLast = index === plan.rings.length - 1;
      const result: RingResult = yield* runRing({ context, runId: id, ring, halt, isLast, progress });
      rings.push(result);
      halt ??= result.reason;
    }
  } catch (error) {
    broken = true;
    findings.push(runFailed(error));
  }
  const { cancellation, folded } = yield* closeRecord(context, id);
  if (cancellation) findings.push(cancelled(cancellation));
  if (folded.length > 0) findings.push(foldedEvents(folded));
  const report = assemble({ id, request, startedAt, fleetDigest, rings, findings, broken }, nowIso(context));
  if (tellsTeams) yield* deliver(context, progress, report);
  else progress.phase("finished; no card, as fleet.yaml asks");
  noteEnd(context, { id, verdict: report.verdict, endedAt: report.endedAt });
  return report;
}

/** What stays unreachable after all tries is an observation, too: it must not stop the plan of the others. */
function* observeFleet(context: OrchestrationContext, clusters: readonly ClusterConfig[]): Step<Observation[]> {
  const observations: Observation[] = [];
  for (let from = 0; from < clusters.length; from += OBSERVE_WIDTH) {
    const batch = clusters.slice(from, from + OBSERVE_WIDTH).map(({ name, resourceId }) => ({ name, resourceId }));
    const answers = yield* performEach(context, "observeCluster", batch);
    for (const [index, answer] of answers.entries()) {
      const name = batch[index]?.name ?? "";
      observations.push(answer.ok ? answer.value : { name, unreachable: answer.failure.message });
    }
  }
  return observations;
}

interface Outcome {
  readonly id: string;
  readonly request: RunRequest;
  readonly startedAt: string;
  readonly fleetDigest: string;
  readonly rings: readonly RingResult[];
  readonly findings: readonly Finding[];
  readonly broken: boolean;
}

function assemble(run: Outcome, endedAt: string): UpgradeReport {
  const clusters: ClusterResult[] = run.rings.flatMap((ring) => ring.clusters);
  const findings = byGravity([
    ...run.findings,
    ...clusters.flatMap((cluster) => [...cluster.findings, ...cluster.pools.flatMap((pool) => pool.findings)]),
  ]);
  const outcomes = clusters.map(({ outcome }) => outcome);
  const isCancelled = findings.some(({ code }) => code === "RunCancelled");
  return {
    id: run.id,
    kind: "upgrade",
    verdict: verdictOf(run.broken ? [...outcomes, "failed"] : outcomes, findings, isCancelled),
    trigger: run.request.trigger,
    startedAt: run.startedAt,
    endedAt,
    fleetDigest: run.fleetDigest,
    rings: [...run.rings],
    findings,
  };
}

/** A card that cannot be delivered does not change how the run went; the status says so. */
function* deliver(context: OrchestrationContext, progress: RunProgress, report: UpgradeReport): Step<void> {
  try {
    const { delivered } = yield* perform(context, "deliverCard", { report });
    progress.phase(delivered ? "finished" : "finished; no card, TEAMS_WEBHOOK_URL is not set");
  } catch (error) {
    progress.phase(`finished; the card could not be delivered: ${errorText(error)}`);
  }
}

function runFailed(error: unknown): Finding {
  return {
    code: error instanceof StepFailed ? error.failure.code : "RunFailed",
    severity: "blocker",
    subject: "run",
    message: `the run stopped: ${errorText(error)}`,
    evidence: [],
    remedy: "Mend the cause and start the run again; what is done is not done again.",
    cluster: null,
  };
}

function foldedEvents(folded: readonly FoldedEvent[]): Finding {
  return {
    code: "EventsFolded",
    severity: "info",
    subject: "run",
    message: `${folded.length} more event(s) asked for what this run was doing already`,
    evidence: folded.map(({ id, source }) => `${id} of ${source}`),
    remedy: "Nothing has to be done.",
    cluster: null,
  };
}

function cancelled({ by, reason, at }: Cancellation): Finding {
  return {
    code: "RunCancelled",
    severity: "info",
    subject: "run",
    message: `${by} cancelled the run: ${reason}`,
    evidence: [`at ${at}`],
    remedy: "Start a new run to go on; pools that are done are not done again.",
    cluster: null,
  };
}
