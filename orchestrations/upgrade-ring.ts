import { estimateCluster } from "../domain/estimate.ts";
import type { Finding } from "../domain/finding.ts";
import type { GatePolicy } from "../domain/fleet-config.ts";
import { withoutImages, withoutVersions } from "../domain/left-out.ts";
import { type Promotion, promotionOf } from "../domain/promotion.ts";
import { type ClusterResult, findingsIn, type RingResult, untouchedCluster } from "../domain/report.ts";
import { allowedFailures } from "../domain/ring-policy.ts";
import { isFailure, type RingQueue } from "../domain/ring-queue.ts";
import { runIds } from "../domain/run-request.ts";
import type { RingStatus } from "../domain/run-status.ts";
import type { ClusterPlan, RingPlan } from "../domain/upgrade-plan.ts";
import { keepClusterPlans } from "./cluster-plan.ts";
import { askEntity, type OrchestrationContext, performEach, runChildren, type Step } from "./durable.ts";
import { inParts, type PartWork } from "./fleet-parts.ts";
import { askAfterHalt, askApproval, type HaltAnswer } from "./gates.ts";
import type { RingLaneInput } from "./ring-lane.ts";
import { RING_QUEUE } from "./ring-queue.ts";
import { soakRing } from "./soak-ring.ts";

/** Input of the `upgradeRing` orchestration. */
export interface UpgradeRingInput {
  readonly runId: string;
  readonly plan: RingPlan;
  readonly gates: GatePolicy;
  /** The last ring has nothing to soak for. */
  readonly isLast: boolean;
  /** Why the upgrades of Kubernetes are left out: an earlier ring's were not approved. */
  readonly declined: string | null;
}

/** How a ring went, and what that means for those after it. */
export interface UpgradeRingOutput {
  readonly result: RingResult;
  /** Why no ring after it may begin; null when they may. */
  readonly halt: string | null;
  readonly declined: string | null;
}

/** A ring while it is under way. */
export interface RingWork {
  readonly context: OrchestrationContext;
  readonly input: UpgradeRingInput;
  readonly findings: Finding[];
  show(change: Partial<RingStatus>): void;
}

/** Clusters whose results are fetched side by side. */
const COLLECT_WIDTH = 10;
/** Failed clusters that a question explains. */
const EXPLAINED = 10;

/**
 * Takes one ring: asks for approval where the policy wants it, upgrades its clusters in as many lanes as may go side by side,
 * each only while the window has room for it, and soaks. What fails beyond the ring's budget, or is not healthy afterwards,
 * halts it until somebody says how to go on.
 */
export function* upgradeRing(context: OrchestrationContext): Step<UpgradeRingOutput> {
  const input = context.df.getInput<UpgradeRingInput>();
  const work = begin(context, input);
  const { plan, declined } = yield* approve(work);
  yield* keepClusterPlans(context, input.runId, plan.clusters);
  const attempts = new Map(todoOf(plan).map(({ name }) => [name, 1]));
  let todo = todoOf(plan);
  for (let round = 1; ; round += 1) {
    const queue = yield* runRound(work, plan, todo, attempts, round);
    let verdict = promotionOf(plan, queue);
    if (verdict.kind === "promote" && !input.isLast) verdict = yield* soakRing(work, plan, queue);
    const answer =
      verdict.kind === "halt" ? yield* askAfterHalt(work, round, yield* withReasons(work, queue, verdict)) : "go-on";
    if (answer !== "retry") return yield* end(work, plan, { queue, verdict, answer, declined, attempts });
    todo = todoOf(plan).filter(({ name }) => !isDone(queue, name));
    for (const { name } of todo) {
      const wasBegun = queue.ended.some((ended) => ended.name === name);
      attempts.set(name, (attempts.get(name) ?? 1) + (wasBegun ? 1 : 0));
    }
  }
}

function begin(context: OrchestrationContext, input: UpgradeRingInput): RingWork {
  let status: RingStatus = {
    state: "pending",
    waitingUntil: null,
    reason: null,
    declined: input.declined,
    attempts: {},
    lanes: [],
  };
  return {
    context,
    input,
    findings: [],
    show(change) {
      status = { ...status, waitingUntil: null, reason: null, ...change };
      context.df.setCustomStatus(status);
    },
  };
}

function todoOf(plan: RingPlan): ClusterPlan[] {
  return plan.clusters.filter(({ skip }) => skip === null);
}

function isDone(queue: RingQueue, name: string): boolean {
  return queue.ended.some((ended) => ended.name === name && ended.outcome === "done");
}

/**
 * The plan as far as it is approved. Without an answer in time, what had to be approved is left out; where versions alone were
 * declined, node images that have to be approved are asked for by themselves.
 */
function* approve(work: RingWork): Step<{ readonly plan: RingPlan; readonly declined: string | null }> {
  const { declined } = work.input;
  const { ring } = work.input.plan;
  const plan = declined === null ? work.input.plan : withoutVersions(work.input.plan, declined);
  if (plan.approvals.length === 0 || todoOf(plan).length === 0) return { plan, declined };
  const { why, isAnswered } = yield* askApproval(work, `approve-${ring.name}`, plan);
  if (why === null) return { plan, declined };
  if (!asksFor(plan, "version")) return { plan: withoutImages(plan, why), declined };
  work.show({ declined: why });
  const images = withoutVersions(plan, why);
  if (!asksFor(images, "image")) return { plan: images, declined: why };
  if (!isAnswered) return { plan: withoutImages(images, why), declined: why };
  const answer = yield* askApproval(work, `approve-${ring.name}-images`, images);
  return { plan: answer.why === null ? images : withoutImages(images, answer.why), declined: why };
}

function asksFor({ approvals }: RingPlan, of: RingPlan["approvals"][number]["of"]): boolean {
  return approvals.some((approval) => approval.of === of);
}

/** Upgrades the clusters that are left to do; answers how they stand then. */
function* runRound(
  work: RingWork,
  plan: RingPlan,
  todo: readonly ClusterPlan[],
  attempts: ReadonlyMap<string, number>,
  round: number,
): Step<RingQueue> {
  const { context, input } = work;
  const { ring } = plan;
  const key = runIds.ring(input.runId, ring.name);
  const clusters = todo.map((cluster) => ({
    name: cluster.name,
    attempt: attempts.get(cluster.name) ?? 1,
    ...estimateCluster(cluster),
  }));
  const fill = { clusters, allowedFailures: allowedFailures(ring.failureBudget, plan.clusters.length) };
  yield* askEntity(context, RING_QUEUE, key, "fill", fill);
  const width = Math.min(ring.maxParallel, todo.length);
  const lanes = Array.from({ length: width }, (_, lane) => ({
    instanceId: runIds.lane(input.runId, ring.name, round, lane),
    input: {
      runId: input.runId,
      ring: ring.name,
      window: ring.window,
      preflight: ring.preflight,
    } satisfies RingLaneInput,
  }));
  const again = [...attempts].filter(([, attempt]) => attempt > 1);
  work.show({
    state: "running",
    attempts: Object.fromEntries(again),
    lanes: lanes.map(({ instanceId }) => instanceId),
  });
  yield* runChildren<null>(context, "ringLane", lanes);
  return yield* askEntity<RingQueue>(context, RING_QUEUE, key, "read");
}

interface Ended {
  readonly queue: RingQueue;
  readonly verdict: ReturnType<typeof promotionOf>;
  readonly answer: HaltAnswer;
  readonly declined: string | null;
  readonly attempts: ReadonlyMap<string, number>;
}

function* end(
  work: RingWork,
  plan: RingPlan,
  { queue, verdict, answer, declined, attempts }: Ended,
): Step<UpgradeRingOutput> {
  const { findings } = work;
  const reason = verdict.kind === "promote" ? null : verdict.reason;
  const halt = reason === null || answer === "skip" ? null : reason;
  const clusters = yield* collect(work, plan, queue, reason ?? "left alone");
  const earlierTries = yield* inParts(work.context, FETCH_RESULTS, earlierOf(attempts), work.input.runId, "earlier");
  const failed = clusters.some(({ outcome }) => isFailure(outcome));
  const begun = queue.ended.length > 0;
  const state = reason === null ? "done" : failed ? "failed" : begun && answer === "skip" ? "done" : "skipped";
  work.show({ state, reason });
  const tried = earlierTries.length > 0 ? { earlierTries } : {};
  return { result: { name: plan.ring.name, state, reason, clusters, ...tried, findings }, halt, declined };
}

/** A halt with what those who are asked need to know: why each cluster failed, and what to do about it. */
function* withReasons<T extends Extract<Promotion, { kind: "halt" }>>(
  work: RingWork,
  queue: RingQueue,
  halt: T,
): Step<T> {
  const failed = queue.ended.filter(({ outcome }) => isFailure(outcome)).slice(0, EXPLAINED);
  if (failed.length === 0) return halt;
  const results = yield* fetchResults(work.context, failed, work.input.runId);
  const evidence = results.flatMap((result) => {
    const { name, outcome, reason } = result;
    const blocker = findingsIn(result).find(({ severity }) => severity === "blocker");
    const remedy = blocker ? [`${name}: ${blocker.remedy}`] : [];
    return [`${name}: ${outcome}${reason ? `: ${reason}` : ""}`, ...remedy];
  });
  return { ...halt, evidence };
}

type Try = Pick<RingQueue["ended"][number], "name" | "attempt">;

/** Tries of clusters before the last one. */
function earlierOf(attempts: ReadonlyMap<string, number>): Try[] {
  return [...attempts].flatMap(([name, last]) =>
    Array.from({ length: last - 1 }, (_, index) => ({ name, attempt: index + 1 })),
  );
}

/** The results of all clusters, in the order of the plan. */
function* collect(work: RingWork, plan: RingPlan, queue: RingQueue, reason: string): Step<ClusterResult[]> {
  const fetched = yield* inParts(work.context, FETCH_RESULTS, queue.ended, work.input.runId, "results");
  const results = new Map(fetched.map((result) => [result.name, result]));
  return plan.clusters.map(
    (cluster) => results.get(cluster.name) ?? untouchedCluster(cluster.name, cluster.skip ?? reason),
  );
}

/** Fetches the results of clusters' parts of a run. */
export const FETCH_RESULTS: PartWork<Try, string, ClusterResult> = { name: "fetchResults", body: fetchResults };

function* fetchResults(context: OrchestrationContext, tries: readonly Try[], runId: string): Step<ClusterResult[]> {
  const results: ClusterResult[] = [];
  for (let from = 0; from < tries.length; from += COLLECT_WIDTH) {
    const batch = tries.slice(from, from + COLLECT_WIDTH);
    const asks = batch.map(({ name, attempt }) => ({ instanceId: runIds.cluster(runId, name, attempt) }));
    for (const [index, answer] of (yield* performEach(context, "readClusterResult", asks)).entries()) {
      const name = batch[index]?.name ?? "";
      if (!answer.ok) throw new Error(`the result of ${name} cannot be read: ${answer.failure.message}`);
      results.push(answer.value);
    }
  }
  return results;
}
