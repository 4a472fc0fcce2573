import { byGravity, type Finding } from "../domain/finding.ts";
import {
  type ClusterResult,
  findingsIn,
  type RingResult,
  type UpgradeReport,
  untouchedCluster,
} from "../domain/report.ts";
import { cancellationOf, type Signal } from "../domain/run-control.ts";
import { isByPerson, runIds, type UpgradeRunRequest } from "../domain/run-request.ts";
import type { FoldedEvent } from "../domain/run-status.ts";
import type { PlannedUpgrade, RingPlan, UpgradePlan } from "../domain/upgrade-plan.ts";
import { verdictOf } from "../domain/verdict.ts";
import { deliverReport } from "./deliver-report.ts";
import { errorText, nowIso, type OrchestrationContext, perform, runChild, type Step, StepFailed } from "./durable.ts";
import type { PlanUpgradeInput } from "./plan-upgrade.ts";
import { noteEnd, noteStart } from "./run-index.ts";
import { closeRecord } from "./run-record.ts";
import { dropUndos } from "./undo-record.ts";
import type { UpgradeRingInput, UpgradeRingOutput } from "./upgrade-ring.ts";

/**
 * The `upgrade` orchestration: plans over the whole fleet, then takes it ring by ring. A ring that stays halted halts those
 * after it. Every run ends in a report, whatever happened, and the report in a card.
 */
export function* upgrade(context: OrchestrationContext): Step<UpgradeReport> {
  const request = context.df.getInput<UpgradeRunRequest>();
  const id = context.df.instanceId;
  const startedAt = nowIso(context);
  noteStart(context, { id, kind: "upgrade", trigger: request.trigger, facts: request.facts, startedAt });
  const findings: Finding[] = [];
  const rings: RingResult[] = [];
  let fleetDigest = "";
  let broken = false;
  // A run that cannot read fleet.yaml has something to tell.
  let tellsTeams = true;
  try {
    show(context, "reading the fleet");
    const planned = yield* readPlan(context, request);
    fleetDigest = planned.fleetDigest;
    tellsTeams = planned.tellsTeams;
    findings.push(...supportFindings(request), ...planned.plan.findings);
    yield* takeRings(context, id, planned.plan, rings);
  } catch (error) {
    broken = true;
    findings.push(runFailed(error));
  }
  const { control, folded } = yield* closeRecord(context, id);
  const cancellation = cancellationOf(control);
  if (cancellation) findings.push(cancelled(cancellation));
  if (folded.length > 0) findings.push(foldedEvents(folded));
  const { signals } = control;
  const report = assemble({ id, request, startedAt, fleetDigest, rings, findings, signals, broken }, nowIso(context));
  show(context, yield* deliverReport(context, report, tellsTeams));
  dropUndos(context, id);
  noteEnd(context, { id, verdict: report.verdict, endedAt: report.endedAt });
  return report;
}

/** The plan that was shown before, or one that is made now. */
function* readPlan(
  context: OrchestrationContext,
  { plan, targets, scope, trigger }: UpgradeRunRequest,
): Step<PlannedUpgrade> {
  if (plan !== null) return yield* perform(context, "readPlan", { instanceId: plan });
  const input: PlanUpgradeInput = { targets, scope, withPreflight: false, asksAgain: isByPerson(trigger) };
  return yield* runChild<PlannedUpgrade>(context, "planUpgrade", runIds.plan(context.df.instanceId), input);
}

function* takeRings(context: OrchestrationContext, runId: string, plan: UpgradePlan, rings: RingResult[]): Step<void> {
  let halt: string | null = null;
  let declined: string | null = null;
  for (const [index, ring] of plan.rings.entries()) {
    if (halt !== null) {
      rings.push(leftAlone(ring, halt));
      continue;
    }
    show(context, `ring ${ring.ring.name}`);
    const isLast = index === plan.rings.length - 1;
    const input: UpgradeRingInput = { runId, plan: ring, gates: plan.gates, isLast, declined };
    const part = runIds.ring(runId, ring.ring.name);
    const output: UpgradeRingOutput = yield* runChild<UpgradeRingOutput>(context, "upgradeRing", part, input);
    rings.push(output.result);
    halt = output.halt;
    declined = output.declined;
  }
}

/** A ring that was not begun. */
function leftAlone({ ring, clusters }: RingPlan, reason: string): RingResult {
  return {
    name: ring.name,
    state: "skipped",
    reason,
    clusters: clusters.map(({ name, skip }) => untouchedCluster(name, skip ?? reason)),
    findings: [],
  };
}

function show(context: OrchestrationContext, phase: string): void {
  context.df.setCustomStatus({ phase });
}

interface Outcome {
  readonly id: string;
  readonly request: UpgradeRunRequest;
  readonly startedAt: string;
  readonly fleetDigest: string;
  readonly rings: readonly RingResult[];
  readonly findings: readonly Finding[];
  readonly signals: readonly Signal[];
  readonly broken: boolean;
}

function assemble(run: Outcome, endedAt: string): UpgradeReport {
  const clusters: ClusterResult[] = run.rings.flatMap((ring) => ring.clusters);
  const findings = byGravity([
    ...run.findings,
    ...run.rings.flatMap((ring) => ring.findings),
    ...run.rings.flatMap((ring) => (ring.earlierTries ?? []).flatMap(leftBehind)),
    ...clusters.flatMap(findingsIn),
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
    signals: [...run.signals],
    findings,
  };
}

/** What the event that started the run says of the end of AKS' support. */
function supportFindings({ facts, trigger }: UpgradeRunRequest): Finding[] {
  if (!facts?.startsWith("support ")) return [];
  const hasEnded = facts.startsWith("support has ended");
  return [
    {
      code: hasEnded ? "SupportEnded" : "SupportEnding",
      severity: "warning",
      subject: trigger.event?.source.split("/").at(-1) ?? "cluster",
      message: trigger.reason,
      evidence: trigger.event ? [`event ${trigger.event.id} of ${trigger.event.source}`] : [],
      remedy: "Upgrade it to a newer minor version: see upgrades.minor of its ring in fleet.yaml.",
      cluster: trigger.event?.source.split("/").at(-1) ?? null,
    },
  ];
}

/** Codes of findings that may tell of something that is still there: a later try that went well does not take it away. */
const LEFT_BEHIND: readonly string[] = ["UndoFailed", "OperationFailed", "OperationTimedOut"];

function leftBehind(cluster: ClusterResult): Finding[] {
  return findingsIn(cluster).filter(({ code }) => LEFT_BEHIND.includes(code));
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

function cancelled({ by, reason, at }: Signal): Finding {
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
