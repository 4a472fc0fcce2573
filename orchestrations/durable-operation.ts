import type { LongOperation, OperationState } from "../domain/long-operation.ts";
import { WAKE_EVENT } from "../domain/run-request.ts";
import { nowMs, type OrchestrationContext, perform, runChild, type Step, waitUntilOr } from "./durable.ts";

/** How a long operation of Azure ended. */
export interface OperationOutcome {
  readonly outcome: "succeeded" | "failed" | "timed-out";
  readonly message: string;
}

/** Input of the `followOperation` orchestration. */
export interface FollowInput {
  readonly operation: LongOperation;
  readonly deadlineMs: number;
  /** Set when the orchestration continues as new: how far the operation is. */
  readonly state: OperationState | null;
}

/** Polls after which the orchestration begins a new history. */
const POLLS_PER_HISTORY = 40;

/**
 * Begins a long operation of Azure and follows it to its end or to a deadline, in an orchestration of its own so that its
 * history stays short. Nobody sleeps in an activity: one begins, another polls, durable timers wait between, and an event
 * from Event Grid may end a wait early.
 */
export function* durableOperation(
  context: OrchestrationContext,
  instanceId: string,
  operation: LongOperation,
  deadlineHours: number,
): Step<OperationOutcome> {
  const deadlineMs = nowMs(context) + deadlineHours * 3_600_000;
  const input: FollowInput = { operation, deadlineMs, state: null };
  return yield* runChild<OperationOutcome>(context, "followOperation", instanceId, input);
}

/** The `followOperation` orchestration. */
export function* followOperation(context: OrchestrationContext): Step<OperationOutcome | undefined> {
  const input = context.df.getInput<FollowInput>();
  let state = input.state ?? (yield* perform(context, "beginOperation", input.operation));
  for (let poll = 0; !state.done; poll += 1) {
    if (poll === POLLS_PER_HISTORY) {
      context.df.continueAsNew({ ...input, state });
      return undefined;
    }
    const now = nowMs(context);
    if (now >= input.deadlineMs) return { outcome: "timed-out", message: "it did not end before its deadline" };
    const waitMs = Math.min(state.retryAfterSeconds * 1000, input.deadlineMs - now);
    context.df.setCustomStatus({ operation: input.operation.kind, polls: state.polls });
    yield* waitUntilOr(context, now + waitMs, WAKE_EVENT);
    state = yield* perform(context, "pollOperation", { operation: input.operation, state });
  }
  return state.failure === null
    ? { outcome: "succeeded", message: "" }
    : { outcome: "failed", message: state.failure.message };
}
