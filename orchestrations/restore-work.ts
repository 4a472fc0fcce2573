import type { Failure } from "../domain/errors.ts";
import type { Finding } from "../domain/finding.ts";
import type { KindCount } from "../domain/restore/compare-contents.ts";
import type { Evidence } from "../domain/restore/evidence-manifest.ts";
import type { ProbeResult } from "../domain/restore/judge-probe.ts";
import type { LongStep, StepEnd } from "../domain/restore/long-step.ts";
import type { PlannedTest, TestInput } from "../domain/restore/planned-test.ts";
import type { ClusterTest } from "../domain/restore/restore-report.ts";
import type { TestStatus } from "../domain/restore/restore-status.ts";
import type { PhaseResult, RestorePhase } from "../domain/restore/restore-verdict.ts";
import type { ScratchSpec } from "../domain/restore/scratch.ts";
import { errorText, nowIso, type OrchestrationContext, type Step, StepFailed } from "./durable.ts";
import { longStep } from "./restore-step.ts";

/** How a phase ended, and what it found. */
export type PhaseEnd = Pick<PhaseResult, "outcome" | "reason" | "findings">;

/** The test of one cluster's backup while it is under way. */
export interface TestWork {
  readonly context: OrchestrationContext;
  readonly input: TestInput;
  readonly startedAt: string;
  /** Where its evidence is kept. */
  readonly folder: string;
  readonly phases: PhaseResult[];
  readonly findings: Finding[];
  readonly probes: ProbeResult[];
  readonly problems: ClusterTest["problems"];
  readonly evidence: Evidence[];
  counts: KindCount[];
  bytes: number | null;
  planned: PlannedTest | null;
  /** Recorded before anything is made: from then on it has to be taken away. */
  spec: ScratchSpec | null;
}

/** Longest reason that a status holds. */
const REASON_CHARACTERS = 300;

/** A phase that ended as it should. */
export const DONE: PhaseEnd = { outcome: "done", reason: "", findings: [] };

/** Shows how the test stands: what it waits for, or the phase that is under way. */
export function showTest(
  { context, phases, planned, spec, startedAt }: TestWork,
  now: { readonly waitsFor?: string; readonly phase?: RestorePhase } = {},
): void {
  const ended = phases.map(({ outcome, findings: _, reason, ...phase }) => ({
    ...phase,
    state: outcome,
    reason: reason.slice(0, REASON_CHARACTERS),
  }));
  const { waitsFor, phase } = now;
  const current = phase && { name: phase, state: "running" as const, startedAt: nowIso(context), endedAt: null };
  context.df.setCustomStatus({
    state: waitsFor === undefined ? "running" : "waiting",
    reason: waitsFor ?? null,
    startedAt,
    point: planned?.point ?? null,
    scratchCluster: spec && planned ? planned.names.clusterId : null,
    phases: [...ended, ...(current ? [{ ...current, reason: "" }] : [])],
  } satisfies TestStatus);
}

/** Does a phase and keeps how it ended; answers whether the test may go on. Whatever breaks it says nothing of the backup. */
export function* takePhase(work: TestWork, name: RestorePhase, body: () => Step<PhaseEnd>): Step<boolean> {
  const { context, phases } = work;
  const startedAt = nowIso(context);
  showTest(work, { phase: name });
  let end: PhaseEnd;
  try {
    end = yield* body();
  } catch (error) {
    end = broken(work, name, error);
  }
  phases.push({ name, ...end, startedAt, endedAt: nowIso(context) });
  showTest(work);
  return end.outcome === "done";
}

/** Where a step of the test belongs. */
export interface Within {
  readonly part: string;
  readonly minutes: number;
  /** What is taken away is taken away in any case. */
  readonly endsAtCancel?: boolean;
}

/** A step of the test that takes long. */
export function* testStep<K extends LongStep["kind"]>(
  { context, input }: TestWork,
  { part, minutes, endsAtCancel = true }: Within,
  step: Extract<LongStep, { readonly kind: K }>,
): Step<StepEnd<K>> {
  const site = {
    context,
    runId: input.runId,
    test: context.df.instanceId,
    part,
    deadlineMinutes: minutes,
    endsAtCancel,
  };
  return yield* longStep(site, step);
}

/** A phase that something else than the backup kept from being done. */
export function couldNot(work: TestWork, what: string, end: Pick<StepEnd, "outcome" | "reason" | "failure">): PhaseEnd {
  if (end.outcome === "cancelled") return { outcome: "could-not", reason: end.reason, findings: [] };
  const reason = end.outcome === "timed-out" ? `${what}: it did not end in its time` : end.reason;
  return { outcome: "could-not", reason, findings: [hindered(work, codeOf(end.failure), reason)] };
}

function codeOf(failure: Failure | null): string {
  return failure?.code ?? "OperationTimedOut";
}

function broken(work: TestWork, name: RestorePhase, error: unknown): PhaseEnd {
  const reason = `${name} stopped: ${errorText(error)}`;
  const code = error instanceof StepFailed ? error.failure.code : "StepFailed";
  return { outcome: "could-not", reason, findings: [hindered(work, code, reason)] };
}

function hindered({ input: { cluster } }: TestWork, code: string, message: string): Finding {
  const remedy = "Mend the cause and run the test again: it says nothing of the backup.";
  return { code, severity: "blocker", subject: cluster, message, evidence: [], remedy, cluster };
}
