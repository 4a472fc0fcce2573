import { beginWatch, type HealthProblem, lookAgain } from "../domain/health.ts";
import { newlyTold, regressionFindings } from "../domain/health-findings.ts";
import { cancellationOf } from "../domain/run-control.ts";
import { SIGNAL_EVENT } from "../domain/run-request.ts";
import { nowMs, type Step, tryPerform, waitUntilOr } from "./durable.ts";
import { unseen } from "./health-baseline.ts";
import { proveWhenSettled } from "./pool-steps.ts";
import { listen, readControl, stopListening } from "./run-record.ts";
import { PoolHalted, type PoolWork } from "./upgrade-pool.ts";

/** Looks in one soak, and the least time between two. */
const LOOKS = 12;
const LOOK_MS = 2 * 60_000;
/** How long something that comes and goes may hold up the end of a soak, beside the time that a measure asks for itself. */
const UNSETTLED_MS = 30 * 60_000;
/** Problems that a report names. */
const NAMED_PROBLEMS = 20;

/**
 * Proves a pool, soaks it and proves it again. What becomes worse in the soak than it was before the run, and stays so, halts
 * the pool at once.
 */
export function* soakPool(work: PoolWork, poolName: string): Step<void> {
  yield* proveWhenSettled(work, poolName);
  yield* watchPool(work, work.input.pool.policy.soakMinutes);
  if (work.input.pool.policy.soakMinutes > 0) yield* proveWhenSettled(work, poolName);
}

/**
 * Looks at the cluster every few minutes for so long, at least once. Halts the pool, with findings, at what has become worse
 * than before the run and stays so, and when the run is cancelled.
 */
export function* watchPool(work: PoolWork, minutes: number): Step<void> {
  const { context, input } = work;
  const beginMs = nowMs(context);
  const untilMs = beginMs + minutes * 60_000;
  const patienceMs = UNSETTLED_MS + longestMinutes(input) * 60_000;
  const everyMs = Math.max(LOOK_MS, (minutes * 60_000) / LOOKS);
  let watch = beginWatch(input.health ?? []);
  yield* listen(context, input.runId);
  try {
    for (;;) {
      if (cancellationOf(yield* readControl(context, input.runId))) {
        throw new PoolHalted("cancelled", "the run was cancelled");
      }
      const look = lookAgain(watch, yield* lookAtCluster(work), nowMs(context));
      watch = look.watch;
      work.findings.push(...newlyTold(work.findings, look.told));
      const isUnsettled = nowMs(context) >= untilMs + patienceMs;
      halt(work, isUnsettled ? [...look.lasting, ...look.pending] : look.lasting);
      if (nowMs(context) >= untilMs && look.pending.length === 0) return;
      const left = untilMs - nowMs(context);
      yield* waitUntilOr(context, nowMs(context) + (left > 0 ? Math.min(left, everyMs) : LOOK_MS), SIGNAL_EVENT);
    }
  } finally {
    stopListening(context, input.runId);
  }
}

function longestMinutes({ slo }: PoolWork["input"]): number {
  return Math.max(0, ...(slo?.queries ?? []).map(({ forMinutes }) => forMinutes));
}

function* lookAtCluster({ context, input }: PoolWork): Step<HealthProblem[]> {
  const { cluster: name, resourceId, slo } = input;
  const answer = yield* tryPerform(context, "observeHealth", { name, resourceId, ...(slo ? { slo } : {}) });
  return answer.ok ? answer.value : [unseen(name, answer.failure.message)];
}

function halt(work: PoolWork, worse: readonly HealthProblem[]): void {
  const [first] = worse;
  if (!first) return;
  work.findings.unshift(...regressionFindings(worse.slice(0, NAMED_PROBLEMS)));
  throw new PoolHalted("failed", first.message);
}
