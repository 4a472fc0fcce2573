import { beginWatch, type HealthProblem, lookAgain } from "../domain/health.ts";
import { cancellationOf } from "../domain/run-control.ts";
import { SIGNAL_EVENT } from "../domain/run-request.ts";
import { nowMs, type OrchestrationContext, type Step, waitUntilOr } from "./durable.ts";
import { listen, readControl, stopListening } from "./run-record.ts";

/** Looks in one watch, if it is long enough. */
const LOOKS = 12;

/** What is watched, for how long, and how often it is looked at. */
export interface HealthWatchOptions {
  readonly runId: string;
  readonly minutes: number;
  /** The least time between two looks. */
  readonly lookMs: number;
  /** How long something that comes and goes may hold up the end of the watch. */
  readonly patienceMs: number;
  /** What is wrong now, and at the first look (round 0) what was before anything was changed. */
  readonly look: (
    round: number,
  ) => Step<{ readonly now: readonly HealthProblem[]; readonly before: readonly HealthProblem[] }>;
  /** Hears what lasts and only has to be told. */
  readonly onTold: (problems: readonly HealthProblem[]) => void;
}

/** How a watch ended: nothing has become worse, something has and stays so, or the run was cancelled. */
export type WatchEnd =
  | { readonly kind: "well" }
  | { readonly kind: "worse"; readonly problems: readonly HealthProblem[] }
  | { readonly kind: "cancelled" };

/**
 * Looks again and again for so long, at least once, and compares with what was before. A problem that the last look found first is
 * looked at once more, even past the end. Signals wake it at once; only a cancellation ends it.
 */
export function* watchHealth(context: OrchestrationContext, options: HealthWatchOptions): Step<WatchEnd> {
  const { runId, minutes, lookMs, patienceMs, look, onTold } = options;
  const untilMs = nowMs(context) + minutes * 60_000;
  const everyMs = Math.max(lookMs, (minutes * 60_000) / LOOKS);
  yield* listen(context, runId);
  try {
    if (yield* isCancelledBy(context, runId, nowMs(context))) return { kind: "cancelled" };
    const first = yield* look(0);
    let seen = lookAgain(beginWatch(first.before), first.now, nowMs(context));
    for (let round = 1; ; round += 1) {
      onTold(seen.told);
      const isUnsettled = nowMs(context) >= untilMs + patienceMs;
      const worse = isUnsettled ? [...seen.lasting, ...seen.pending] : seen.lasting;
      if (worse.length > 0) return { kind: "worse", problems: worse };
      if (nowMs(context) >= untilMs && seen.pending.length === 0) return { kind: "well" };
      const isPast = nowMs(context) >= untilMs;
      const dueMs = isPast ? nowMs(context) + lookMs : Math.min(untilMs, nowMs(context) + everyMs);
      if (yield* isCancelledBy(context, runId, dueMs)) return { kind: "cancelled" };
      const { now } = yield* look(round);
      seen = lookAgain(seen.watch, now, nowMs(context));
    }
  } finally {
    stopListening(context, runId);
  }
}

/** Waits for a moment; answers early, and true, when the run is cancelled before. */
function* isCancelledBy(context: OrchestrationContext, runId: string, dueMs: number): Step<boolean> {
  for (;;) {
    if (cancellationOf(yield* readControl(context, runId))) return true;
    if (nowMs(context) >= dueMs) return false;
    yield* waitUntilOr(context, dueMs, SIGNAL_EVENT);
  }
}
