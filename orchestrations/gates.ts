import type { Promotion } from "../domain/promotion.ts";
import {
  answerOf,
  cancellationOf,
  type Gate,
  type RunControl,
  type Signal,
  type SignalKind,
} from "../domain/run-control.ts";
import { SIGNAL_EVENT } from "../domain/run-request.ts";
import type { RingPlan } from "../domain/upgrade-plan.ts";
import { noteAnswer } from "./declined-changes.ts";
import { nowIso, nowMs, type OrchestrationContext, type Step, tryPerform, waitUntilOr } from "./durable.ts";
import { listen, putGate, stopListening, withdrawGate } from "./run-record.ts";
import type { RingWork } from "./upgrade-ring.ts";

const HOUR_MS = 3_600_000;

/** What becomes of a halted ring. */
export type HaltAnswer = "retry" | "skip" | "go-on" | "end";

/** What became of the question whether a ring may do something. */
export interface ApprovalAnswer {
  /** Why it may not; null when it may. */
  readonly why: string | null;
  /** Whether somebody said so: what nobody answered is asked again by the next run. */
  readonly isAnswered: boolean;
}

/**
 * Asks whether a ring may do what its policy wants approved. What somebody answers is kept in mind for the searches to come.
 *
 * @param gateId name of the question; each of a ring's has its own
 */
export function* askApproval(
  work: RingWork,
  gateId: string,
  { ring, approvals, clusters }: RingPlan,
): Step<ApprovalAnswer> {
  const { context, input } = work;
  const waiting = clusters.filter(({ skip }) => skip === null).map(({ name }) => name);
  const gate = newGate(context, {
    id: gateId,
    kind: "approval",
    ring: ring.name,
    question: `May ring ${ring.name} be upgraded: ${approvals.map(({ what }) => what).join("; ")}?`,
    evidence: [`clusters: ${waiting.join(", ")}`],
    options: ["approve", "decline"],
    hours: input.gates.approvalHours,
    unanswered: "counts as declined",
  });
  work.show({ state: "approval", reason: gate.question, waitingUntil: gate.expiresAt });
  const answer = yield* askPeople(context, input.runId, gate);
  if (answer === "cancelled") return { why: "cancelled", isAnswered: false };
  if (answer === "expired") {
    work.findings.push(expired(ring.name, gate));
    return { why: `nobody approved it within ${input.gates.approvalHours} h`, isAnswered: false };
  }
  work.findings.push(answered(ring.name, gate, answer));
  noteAnswer(context, ring.name, approvals, answer);
  const why = answer.kind === "approve" ? null : `declined by ${answer.by}: ${answer.reason}`;
  return { why, isAnswered: true };
}

/** Asks how to go on after a ring was halted. */
export function* askAfterHalt(
  work: RingWork,
  round: number,
  { reason, evidence }: Extract<Promotion, { kind: "halt" }>,
): Step<HaltAnswer> {
  const { context, input } = work;
  const { haltHours } = input.gates;
  const ring = input.plan.ring.name;
  if (haltHours === 0) return "end";
  const gate = newGate(context, {
    id: `halt-${ring}-${round}`,
    kind: "halt",
    ring,
    question: `Ring ${ring} is ${reason}. Try again, go on without what failed, or cancel?`,
    evidence,
    options: ["retry", "skip"],
    hours: haltHours,
    unanswered: "the run ends",
  });
  work.show({ state: "halted", reason, waitingUntil: gate.expiresAt });
  const answer = yield* askPeople(context, input.runId, gate);
  if (answer === "cancelled" || answer === "expired") return "end";
  work.findings.push(answered(ring, gate, answer));
  return answer.kind === "retry" ? "retry" : "skip";
}

interface NewGate extends Omit<Gate, "openedAt" | "expiresAt" | "options"> {
  readonly options: SignalKind[];
  readonly hours: number;
}

function newGate(context: OrchestrationContext, { hours, ...gate }: NewGate): Gate {
  const expiresAt = new Date(nowMs(context) + hours * HOUR_MS).toISOString();
  return { ...gate, openedAt: nowIso(context), expiresAt };
}

/** Puts a question, tells Teams of it, and waits for the answer, the cancellation of the run or the end of its time. */
export function* askPeople(
  context: OrchestrationContext,
  runId: string,
  gate: Gate,
): Step<Signal | "cancelled" | "expired"> {
  yield* listen(context, runId);
  let control: RunControl = yield* putGate(context, runId, gate);
  if (cancellationOf(control)) return "cancelled";
  // A question that Teams does not get stands in the console; it must not fail the run.
  yield* tryPerform(context, "deliverGate", { runId, gate });
  try {
    for (;;) {
      const answer = answerOf(control, gate.id);
      if (answer !== undefined) return answer;
      const isOver = nowMs(context) >= Date.parse(gate.expiresAt);
      if (cancellationOf(control)) return "cancelled";
      if (isOver) {
        const last = answerOf(yield* withdrawGate(context, runId, gate.id), gate.id);
        return last ?? "expired";
      }
      yield* waitUntilOr(context, Date.parse(gate.expiresAt), SIGNAL_EVENT);
      control = yield* putGate(context, runId, gate);
    }
  } finally {
    stopListening(context, runId);
  }
}

function answered(ring: string, gate: Gate, { kind, by, reason, at }: Signal) {
  return {
    code:
      kind === "approve"
        ? "Approved"
        : kind === "decline"
          ? "Declined"
          : kind === "retry"
            ? "Retried"
            : "SkippedAfterHalt",
    severity: "info" as const,
    subject: `ring ${ring}`,
    message: `${by} answered "${kind}" for ring ${ring}: ${reason}`,
    evidence: [gate.question, `at ${at}`],
    remedy: "Nothing has to be done.",
    cluster: null,
  };
}

function expired(ring: string, gate: Gate) {
  return {
    code: "ApprovalExpired",
    severity: "warning" as const,
    subject: `ring ${ring}`,
    message: `nobody answered for ring ${ring} in time: ${gate.question}`,
    evidence: [`asked at ${gate.openedAt}`, `until ${gate.expiresAt}`],
    remedy: "Start a run again when somebody can approve it; what was not approved was left out.",
    cluster: null,
  };
}
