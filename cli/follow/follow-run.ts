import { setTimeout as delay } from "node:timers/promises";
import type { RunView } from "../../domain/api/run-view.ts";
import { CommandFailure, EXIT_FAILED } from "../failure.ts";
import type { OperatorApi } from "./operator-api.ts";

const POLL_MS = 250;
/** How long an accepted event may take to become a run. */
const APPEAR_MS = 30_000;
/** How long the host may be without an answer. */
const SILENCE_MS = 60_000;
/** A silence that people are told of. */
const TELL_AFTER_MS = 3_000;

/** What a run is followed with. */
export interface FollowOptions {
  readonly api: OperatorApi;
  readonly runId: string;
  /** The event that was to start it, if one was. */
  readonly eventId?: string;
  readonly signal: AbortSignal;
  readonly onView: (view: RunView) => void;
  /** Whether a run that has not finished need not be followed any further. */
  readonly isEnough?: (view: RunView) => boolean;
  /** Called once for each silence of the host. */
  readonly onTrouble: (message: string) => void;
  /** For tests: how long to wait between two questions. */
  readonly pollMs?: number;
  readonly nowMs?: () => number;
}

/**
 * Reads a run about four times a second until it has finished, or enough is known; a host that does not answer for a while is asked again.
 * Rejects with CommandFailure when the run does not appear or the host stays silent.
 */
export async function followRun(options: FollowOptions): Promise<RunView> {
  const { api, runId, signal, pollMs = POLL_MS, nowMs = () => performance.now() } = options;
  const startedMs = nowMs();
  let lastAnswerMs = startedMs;
  let hasAppeared = false;
  let hasTold = false;
  for (;;) {
    const answer = await api.getRun(runId, signal);
    if (answer.kind === "unavailable") {
      const silentMs = nowMs() - lastAnswerMs;
      if (silentMs > SILENCE_MS) throw silent(answer.reason);
      if (silentMs > TELL_AFTER_MS && !hasTold) options.onTrouble(`The host does not answer (${answer.reason}).`);
      hasTold ||= silentMs > TELL_AFTER_MS;
    } else {
      lastAnswerMs = nowMs();
      hasTold = false;
    }
    if (answer.kind === "found") {
      hasAppeared = true;
      options.onView(answer.value);
      if (answer.value.status === "finished" || options.isEnough?.(answer.value)) return answer.value;
    }
    if (answer.kind === "absent" && (hasAppeared || nowMs() - startedMs > APPEAR_MS)) throw await missing(options);
    await delay(pollMs, undefined, { signal });
  }
}

function silent(reason: string): CommandFailure {
  return new CommandFailure(`The host has not answered for ${SILENCE_MS / 1000} s: ${reason}.`, EXIT_FAILED);
}

async function missing({ api, runId, eventId, signal }: FollowOptions): Promise<CommandFailure> {
  if (eventId === undefined) {
    return new CommandFailure(`There is no run ${runId}. drydock runs lists them.`, EXIT_FAILED);
  }
  const why = await api.findDeadLetter(eventId, signal);
  const cause = why === undefined ? "and no dead letter says why; see the host's log" : `it was put aside: ${why}`;
  return new CommandFailure(`The event ${eventId} did not lead to the run ${runId}: ${cause}.`, EXIT_FAILED);
}
