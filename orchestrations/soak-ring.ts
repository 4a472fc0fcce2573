import { type HealthProblem, lastingProblems } from "../domain/health.ts";
import type { Promotion } from "../domain/promotion.ts";
import type { RingQueue } from "../domain/ring-queue.ts";
import { cancellationOf } from "../domain/run-control.ts";
import { runIds, SIGNAL_EVENT } from "../domain/run-request.ts";
import type { RingPlan } from "../domain/upgrade-plan.ts";
import { nowMs, type OrchestrationContext, performEach, runChild, type Step, waitUntilOr } from "./durable.ts";
import { listen, readControl, stopListening } from "./run-record.ts";
import type { RingWork } from "./upgrade-ring.ts";

/** Looks at a ring's health in one soak, and the least time between two. */
const LOOKS = 12;
const LOOK_MS = 5 * 60_000;
/** Clusters that are looked at side by side. */
const WIDTH = 20;
/** Problems that a halted ring names. */
const NAMED_PROBLEMS = 20;

/** Input of the `checkHealth` orchestration. */
export interface CheckHealthInput {
  readonly clusters: ReadonlyArray<{ readonly name: string; readonly resourceId: string }>;
}

/**
 * Waits after a ring, before the next one begins, and looks at the clusters that were upgraded meanwhile: what becomes worse
 * and stays so halts the ring.
 */
export function* soakRing(work: RingWork, plan: RingPlan, queue: RingQueue): Step<Promotion> {
  const { context, input } = work;
  const { soakMinutes, name } = plan.ring;
  const done = new Set(queue.ended.filter(({ outcome }) => outcome === "done").map((ended) => ended.name));
  const clusters = plan.clusters.filter((cluster) => done.has(cluster.name));
  if (clusters.length === 0 || soakMinutes === 0) return { kind: "promote" };
  const untilMs = nowMs(context) + soakMinutes * 60_000;
  work.show({ state: "soaking", waitingUntil: new Date(untilMs).toISOString() });
  const everyMs = Math.max(LOOK_MS, (soakMinutes * 60_000) / LOOKS);
  const look = (round: number) => {
    const asked: CheckHealthInput = {
      clusters: clusters.map((cluster) => ({ name: cluster.name, resourceId: cluster.resourceId })),
    };
    return runChild<HealthProblem[]>(
      context,
      "checkHealth",
      `${runIds.ring(input.runId, name)}*health*${nowMs(context)}-${round}`,
      asked,
    );
  };
  yield* listen(context, input.runId);
  try {
    const atStart = yield* look(0);
    let before: readonly HealthProblem[] = [];
    for (let round = 1; ; round += 1) {
      if (cancellationOf(yield* readControl(context, input.runId))) return { kind: "stop", reason: "cancelled" };
      if (nowMs(context) >= untilMs && before.length === 0) return { kind: "promote" };
      // A problem that the last look found first is looked at once more, even past the soak's end.
      const dueMs = nowMs(context) >= untilMs ? nowMs(context) + LOOK_MS : Math.min(untilMs, nowMs(context) + everyMs);
      if ((yield* waitUntilOr(context, dueMs, SIGNAL_EVENT)) === "event") continue;
      const now = yield* look(round);
      const worse = lastingProblems(atStart, before, now);
      if (worse.length > 0) return { kind: "halt", ...saying(name, worse) };
      const known = new Set(atStart.map(({ cluster, subject }) => `${cluster} ${subject}`));
      before = now.filter(({ cluster, subject }) => !known.has(`${cluster} ${subject}`));
    }
  } finally {
    stopListening(context, input.runId);
  }
}

function saying(ring: string, worse: readonly HealthProblem[]): { reason: string; evidence: string[] } {
  const [first] = worse;
  const more = worse.length > 1 ? ` and ${worse.length - 1} more` : "";
  return {
    reason: `halted: ring ${ring} is not well after its upgrade: ${first?.message ?? ""}${more}`,
    evidence: worse.slice(0, NAMED_PROBLEMS).map(({ message }) => message),
  };
}

/** The `checkHealth` orchestration: what is not as it should be in some clusters; one that cannot be seen is a problem too. */
export function* checkHealth(context: OrchestrationContext): Step<HealthProblem[]> {
  const { clusters } = context.df.getInput<CheckHealthInput>();
  const problems: HealthProblem[] = [];
  for (let from = 0; from < clusters.length; from += WIDTH) {
    const batch = clusters.slice(from, from + WIDTH);
    for (const [index, answer] of (yield* performEach(context, "observeHealth", batch)).entries()) {
      const cluster = batch[index]?.name ?? "";
      if (answer.ok) problems.push(...answer.value);
      else {
        const message = `the health of ${cluster} cannot be seen: ${answer.failure.message}`;
        problems.push({ cluster, code: "HealthUnknown", subject: cluster, message });
      }
    }
  }
  return problems;
}
