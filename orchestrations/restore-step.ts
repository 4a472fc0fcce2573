import type { Failure } from "../domain/errors.ts";
import { pollAfterSeconds } from "../domain/long-operation.ts";
import type { LongStep, StepEnd, StepState } from "../domain/restore/long-step.ts";
import { stepProgress } from "../domain/restore/step-progress.ts";
import { cancellationOf } from "../domain/run-control.ts";
import { runIds, SIGNAL_EVENT } from "../domain/run-request.ts";
import {
  nowMs,
  type OrchestrationContext,
  runChild,
  type Step,
  tryPerform,
  waitUntil,
  waitUntilOr,
} from "./durable.ts";
import { listen, readControl, stopListening } from "./run-record.ts";

/** Input of the `followRestoreStep` orchestration. */
export interface FollowRestoreStepInput {
  readonly runId: string;
  readonly step: LongStep;
  readonly beganMs: number;
  readonly deadlineMs: number;
  /** Whether the step is left where it is when the run is cancelled. What takes away goes on. */
  readonly endsAtCancel: boolean;
  /** Set when the orchestration continues as new: how far the step is. */
  readonly state: StepState | null;
}

/** Where a step belongs, and how long it may take. */
export interface StepSite {
  readonly context: OrchestrationContext;
  readonly runId: string;
  /** Instance id of the orchestration that the step is a part of. */
  readonly test: string;
  /** Names the step among those of its test; one that is tried again is another part. */
  readonly part: string;
  readonly deadlineMinutes: number;
  readonly endsAtCancel: boolean;
}

/** Looks after which the orchestration begins a new history. */
const LOOKS_PER_HISTORY = 40;
const CANCELLED = "the run was cancelled";

/**
 * Begins a step that takes long and follows it to its end, in an orchestration of its own so that histories stay short. It
 * always answers: what could not be begun has failed.
 */
export function* longStep<K extends LongStep["kind"]>(
  { context, runId, test, part, deadlineMinutes, endsAtCancel }: StepSite,
  step: Extract<LongStep, { readonly kind: K }>,
): Step<StepEnd<K>> {
  const beganMs = nowMs(context);
  const deadlineMs = beganMs + deadlineMinutes * 60_000;
  const input: FollowRestoreStepInput = { runId, step, beganMs, deadlineMs, endsAtCancel, state: null };
  return yield* runChild<StepEnd<K>>(context, "followRestoreStep", runIds.restorePart(test, part), input);
}

/** The `followRestoreStep` orchestration. The cancellation of the run ends the wait at once. */
export function* followRestoreStep(context: OrchestrationContext): Step<StepEnd | undefined> {
  const input = context.df.getInput<FollowRestoreStepInput>();
  const { runId, endsAtCancel } = input;
  const isCancelled = endsAtCancel && cancellationOf(yield* listen(context, runId)) !== undefined;
  const cancelled: StepEnd = { outcome: "cancelled", reason: CANCELLED, failure: null, state: input.state };
  const end = isCancelled ? cancelled : yield* follow(context, input);
  // A part that begins a new history listens on.
  if (end === "again") return undefined;
  if (endsAtCancel) stopListening(context, runId);
  return end;
}

function* follow(context: OrchestrationContext, input: FollowRestoreStepInput): Step<StepEnd | "again"> {
  const { step, beganMs, deadlineMs } = input;
  let state = input.state;
  if (state === null) {
    const begun = yield* tryPerform(context, "beginRestoreStep", step);
    if (!begun.ok) return failed(begun.failure, null);
    state = begun.value;
  }
  for (let look = 0; !state.done; look += 1) {
    if (look === LOOKS_PER_HISTORY) {
      context.df.continueAsNew({ ...input, state } satisfies FollowRestoreStepInput);
      return "again";
    }
    context.df.setCustomStatus(stepProgress(step, state));
    const now = nowMs(context);
    if (now >= deadlineMs) return { outcome: "timed-out", reason: "it did not end in its time", failure: null, state };
    const waitSeconds = pollAfterSeconds(state.retryAfterSeconds, (now - beganMs) / 1000);
    const next = Math.min(now + waitSeconds * 1000, deadlineMs);
    if (yield* waitUnlessCancelled(context, input, next)) {
      return { outcome: "cancelled", reason: CANCELLED, failure: null, state };
    }
    const seen: { ok: true; value: StepState } | { ok: false; failure: Failure } = yield* tryPerform(
      context,
      "pollRestoreStep",
      { step, state },
    );
    // What cannot be asked goes on all the same: it is asked again until its time is over.
    if (seen.ok) state = seen.value;
    else if (seen.failure.class !== "transient") return failed(seen.failure, state);
  }
  return state.failure === null
    ? { outcome: "succeeded", reason: "", failure: null, state }
    : failed(state.failure, state);
}

/** Waits for the next look; answers whether the run was cancelled meanwhile. */
function* waitUnlessCancelled(
  context: OrchestrationContext,
  { runId, endsAtCancel }: FollowRestoreStepInput,
  dueMs: number,
): Step<boolean> {
  if (!endsAtCancel) {
    yield* waitUntil(context, dueMs);
    return false;
  }
  for (;;) {
    if (nowMs(context) >= dueMs) return false;
    if ((yield* waitUntilOr(context, dueMs, SIGNAL_EVENT)) === "due") return false;
    if (cancellationOf(yield* readControl(context, runId))) return true;
  }
}

function failed(failure: Failure, state: StepState | null): StepEnd {
  return { outcome: "failed", reason: failure.message, failure, state };
}
