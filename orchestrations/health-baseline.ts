import type { HealthProblem } from "../domain/health.ts";
import type { ClusterSlo } from "../domain/slo.ts";
import {
  askEntities,
  askEntity,
  type EntityContext,
  nowMs,
  type OrchestrationContext,
  type Step,
  tryPerform,
  waitUntil,
} from "./durable.ts";

/** Name of the entity that keeps what was wrong with a cluster before a run touched it. */
export const HEALTH_BASELINE = "healthBaseline";

/** Looks at a cluster before it is changed, while measures cannot be told, and the wait between. */
const LOOKS = 3;
const LOOK_AGAIN_MS = 60_000;

/** The `healthBaseline` entity: `keep`, which answers what is kept, and `read`. What was kept first stays. */
export function healthBaseline({ df }: EntityContext<HealthProblem[] | null>): void {
  const kept = df.getState(() => null) ?? null;
  const baseline = df.operationName === "keep" ? (kept ?? df.getInput<HealthProblem[]>() ?? null) : kept;
  df.setState(baseline);
  df.return(baseline);
}

/** A cluster that is about to be changed. */
export interface BaselineOf {
  readonly runId: string;
  readonly name: string;
  readonly resourceId: string;
  readonly slo?: ClusterSlo;
}

/**
 * Looks at a cluster before it is changed; answers what is wrong now, and what was when the run first looked: what is tried
 * again must not take for granted what the first try broke.
 */
export function* takeBaseline(context: OrchestrationContext, { runId, ...cluster }: BaselineOf): Step<Baseline> {
  const now = yield* lookBefore(context, cluster);
  const before = yield* askEntity<HealthProblem[]>(context, HEALTH_BASELINE, keyOf(runId, cluster.name), "keep", now);
  return { now, before };
}

interface Baseline {
  readonly now: readonly HealthProblem[];
  readonly before: readonly HealthProblem[];
}

function* lookBefore(context: OrchestrationContext, cluster: Omit<BaselineOf, "runId">): Step<HealthProblem[]> {
  for (let look = 1; ; look += 1) {
    const answer = yield* tryPerform(context, "observeHealth", cluster);
    const now = answer.ok ? answer.value : [unseen(cluster.name, answer.failure.message)];
    const isClear = !now.some(({ code }) => code === "SloUnknown" || code === "HealthUnknown");
    if (isClear || look === LOOKS) return now;
    yield* waitUntil(context, nowMs(context) + LOOK_AGAIN_MS);
  }
}

/** What was wrong with clusters before a run touched them; null for those that it did not have to change. */
export function* readBaselines(
  context: OrchestrationContext,
  runId: string,
  clusters: readonly string[],
): Step<Array<readonly HealthProblem[] | null>> {
  const asks = clusters.map((cluster) => ({ key: keyOf(runId, cluster), input: undefined }));
  return yield* askEntities<readonly HealthProblem[] | null>(context, HEALTH_BASELINE, "read", asks);
}

/** A cluster that could not be looked at. */
export function unseen(cluster: string, why: string): HealthProblem {
  const message = `the health of ${cluster} cannot be seen: ${why}`;
  return { cluster, code: "HealthUnknown", subject: cluster, message };
}

function keyOf(runId: string, cluster: string): string {
  return `${runId}|${cluster}`;
}
