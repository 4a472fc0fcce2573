import type { HealthProblem } from "../domain/health.ts";
import { newlyTold } from "../domain/health-findings.ts";
import type { Promotion } from "../domain/promotion.ts";
import type { RingQueue } from "../domain/ring-queue.ts";
import { runIds } from "../domain/run-request.ts";
import type { ClusterSlo } from "../domain/slo.ts";
import type { ClusterPlan, RingPlan } from "../domain/upgrade-plan.ts";
import { nowMs, type OrchestrationContext, performEach, runChild, type Step } from "./durable.ts";
import { readBaselines, unseen } from "./health-baseline.ts";
import type { RingWork } from "./upgrade-ring.ts";
import { watchHealth } from "./watch-health.ts";

/** The least time between two looks. */
const LOOK_MS = 5 * 60_000;
/** How long something that comes and goes may hold up the end of a soak, beside the time that a measure asks for itself. */
const UNSETTLED_MS = 60 * 60_000;
/** Clusters that are looked at side by side. */
const WIDTH = 20;
/** Problems that a halted ring names. */
const NAMED_PROBLEMS = 20;

/** Input of the `checkHealth` orchestration. */
export interface CheckHealthInput {
  readonly clusters: ReadonlyArray<{ readonly name: string; readonly resourceId: string; readonly slo?: ClusterSlo }>;
  /** The run whose memory of the clusters is asked for; null when only the present counts. */
  readonly baselinesOf: string | null;
}

/** What is not as it should be in some clusters, and what was not before they were changed. */
export interface CheckedHealth {
  readonly now: readonly HealthProblem[];
  readonly before: readonly HealthProblem[];
}

/**
 * Waits after a ring, before the next one begins, and looks at the clusters that were upgraded meanwhile: what has become worse
 * than it was before their upgrade and stays so halts the ring.
 */
export function* soakRing(work: RingWork, plan: RingPlan, queue: RingQueue): Step<Promotion> {
  const { context, input } = work;
  const { soakMinutes, name } = plan.ring;
  const done = new Set(queue.ended.filter(({ outcome }) => outcome === "done").map((ended) => ended.name));
  const clusters = plan.clusters.filter((cluster) => done.has(cluster.name));
  if (clusters.length === 0 || soakMinutes === 0) return { kind: "promote" };
  const untilMs = nowMs(context) + soakMinutes * 60_000;
  work.show({ state: "soaking", waitingUntil: new Date(untilMs).toISOString() });
  const end = yield* watchHealth(context, {
    ...{ runId: input.runId, minutes: soakMinutes, lookMs: LOOK_MS },
    patienceMs: UNSETTLED_MS + longestMinutes(plan) * 60_000,
    look: (round) => lookAtRing(work, clusters, round),
    onTold: (told) => void work.findings.push(...newlyTold(work.findings, told)),
  });
  if (end.kind === "cancelled") return { kind: "stop", reason: "cancelled" };
  return end.kind === "worse" ? { kind: "halt", ...saying(name, end.problems) } : { kind: "promote" };
}

function longestMinutes({ ring }: RingPlan): number {
  return Math.max(0, ...ring.slo.queries.map(({ forMinutes }) => forMinutes));
}

function* lookAtRing(work: RingWork, clusters: readonly ClusterPlan[], round: number): Step<CheckedHealth> {
  const { context, input } = work;
  const asked: CheckHealthInput = {
    clusters: clusters.map(({ name, resourceId, slo }) => ({ name, resourceId, ...(slo ? { slo } : {}) })),
    baselinesOf: round === 0 ? input.runId : null,
  };
  const id = `${runIds.ring(input.runId, input.plan.ring.name)}*health*${nowMs(context)}-${round}`;
  return yield* runChild<CheckedHealth>(context, "checkHealth", id, asked);
}

function saying(ring: string, worse: readonly HealthProblem[]): { reason: string; evidence: string[] } {
  const [first] = worse;
  const more = worse.length > 1 ? ` and ${worse.length - 1} more` : "";
  return {
    reason: `halted: ring ${ring} is not well after its upgrade: ${first?.message ?? ""}${more}`,
    evidence: worse.slice(0, NAMED_PROBLEMS).map(({ message }) => message),
  };
}

/**
 * The `checkHealth` orchestration: what is not as it should be in some clusters; one that cannot be seen is a problem too. Of a
 * cluster that the run did not look at before, what is wrong now counts as having been so.
 */
export function* checkHealth(context: OrchestrationContext): Step<CheckedHealth> {
  const { clusters, baselinesOf } = context.df.getInput<CheckHealthInput>();
  const now: HealthProblem[] = [];
  const before: HealthProblem[] = [];
  for (let from = 0; from < clusters.length; from += WIDTH) {
    const batch = clusters.slice(from, from + WIDTH);
    const names = batch.map(({ name }) => name);
    const baselines = baselinesOf === null ? [] : yield* readBaselines(context, baselinesOf, names);
    for (const [index, answer] of (yield* performEach(context, "observeHealth", batch)).entries()) {
      const found = answer.ok ? answer.value : [unseen(names[index] ?? "", answer.failure.message)];
      now.push(...found);
      if (baselinesOf !== null) before.push(...(baselines[index] ?? found));
    }
  }
  return { now, before };
}
