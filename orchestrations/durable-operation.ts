import { type LongOperation, type OperationState, pollAfterSeconds } from "../domain/long-operation.ts";
import { WAKE_EVENT } from "../domain/run-request.ts";
import { nowMs, type OrchestrationContext, perform, runChild, type Step, waitUntilOr } from "./durable.ts";
import { beginRoll, endRoll, type Roll, type RollOutcome, type RollState, watchRoll } from "./watch-roll.ts";

/** How a long operation of Azure ended. */
export interface OperationOutcome {
  readonly outcome: "succeeded" | "failed" | "timed-out";
  readonly message: string;
  /** How AKS came along with the nodes of a pool that it rolled; null for what is no roll. */
  readonly roll: RollOutcome | null;
}

/** Input of the `followOperation` orchestration. */
export interface FollowInput {
  readonly operation: LongOperation;
  readonly beganMs: number;
  readonly deadlineMs: number;
  /** Set when the orchestration continues as new: how far the operation is. */
  readonly state: OperationState | null;
  /** The roll that is to be watched meanwhile, and how it stands; null for what is none. */
  readonly roll: { readonly site: Roll; readonly state: RollState | null } | null;
}

/** How long an operation may take, and what is watched meanwhile. */
export interface FollowOptions {
  readonly deadlineHours: number;
  readonly roll?: Roll;
}

/** Polls after which the orchestration begins a new history: each poll replays those before it. */
const POLLS_PER_HISTORY = 10;

/**
 * Begins a long operation of Azure and follows it to its end or to a deadline, in an orchestration of its own so that its
 * history stays short. Nobody sleeps in an activity: one begins, another polls, durable timers wait between, and an event
 * from Event Grid may end a wait early.
 */
export function* durableOperation(
  context: OrchestrationContext,
  instanceId: string,
  operation: LongOperation,
  { deadlineHours, roll }: FollowOptions,
): Step<OperationOutcome> {
  const beganMs = nowMs(context);
  const deadlineMs = beganMs + deadlineHours * 3_600_000;
  const input: FollowInput = {
    operation,
    beganMs,
    deadlineMs,
    state: null,
    roll: roll ? { site: roll, state: null } : null,
  };
  return yield* runChild<OperationOutcome>(context, "followOperation", instanceId, input);
}

/** The `followOperation` orchestration. While AKS rolls a pool, its nodes are looked at with each poll. */
export function* followOperation(context: OrchestrationContext): Step<OperationOutcome | undefined> {
  const input = context.df.getInput<FollowInput>();
  const { operation, beganMs, deadlineMs } = input;
  const site = input.roll?.site;
  // How the nodes stand before AKS begins is what the roll is measured by.
  let roll = site ? (input.roll?.state ?? (yield* beginRoll(context, site))) : null;
  let state = input.state ?? (yield* perform(context, "beginOperation", operation));
  for (let poll = 0; !state.done; poll += 1) {
    if (poll === POLLS_PER_HISTORY) {
      context.df.continueAsNew({ ...input, state, roll: site && roll ? { site, state: roll } : null });
      return undefined;
    }
    const now = nowMs(context);
    if (now >= deadlineMs) break;
    const waitMs = pollAfterSeconds(state.retryAfterSeconds, (now - beganMs) / 1000) * 1000;
    if (!roll) context.df.setCustomStatus({ operation: operation.kind, polls: state.polls });
    yield* waitUntilOr(context, Math.min(now + waitMs, deadlineMs), WAKE_EVENT);
    state = yield* perform(context, "pollOperation", { operation, state });
    if (site && roll && !state.done) roll = yield* watchRoll(context, site, roll);
  }
  const rolled = site && roll ? yield* endRoll(context, site, roll) : null;
  if (!state.done) return { outcome: "timed-out", message: "it did not end before its deadline", roll: rolled };
  return state.failure === null
    ? { outcome: "succeeded", message: "", roll: rolled }
    : { outcome: "failed", message: state.failure.message, roll: rolled };
}
