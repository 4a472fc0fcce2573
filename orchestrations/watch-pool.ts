import type { HealthProblem } from "../domain/health.ts";
import { newlyTold, regressionFindings } from "../domain/health-findings.ts";
import { type Step, tryPerform } from "./durable.ts";
import { unseen } from "./health-baseline.ts";
import { proveWhenSettled } from "./pool-steps.ts";
import { PoolHalted, type PoolWork } from "./upgrade-pool.ts";
import { watchHealth } from "./watch-health.ts";

/** The least time between two looks. */
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
  const end = yield* watchHealth(context, {
    ...{ runId: input.runId, minutes, lookMs: LOOK_MS },
    patienceMs: UNSETTLED_MS + longestMinutes(input) * 60_000,
    *look() {
      return { now: yield* lookAtCluster(work), before: input.health ?? [] };
    },
    onTold: (told) => void work.findings.push(...newlyTold(work.findings, told)),
  });
  if (end.kind === "cancelled") throw new PoolHalted("cancelled", "the run was cancelled");
  if (end.kind === "worse") halt(work, end.problems);
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
