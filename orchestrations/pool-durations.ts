import { historyKey, type PoolHistory } from "../domain/estimate.ts";
import type { PoolResult } from "../domain/report.ts";
import { askEntity, type EntityContext, type OrchestrationContext, type Step, tellEntity } from "./durable.ts";

/** Name and key of the entity that keeps how long upgrades of pools took, for the estimates of plans. */
export const POOL_DURATIONS = "poolDurations";
const KEY = "all";

/** Durations that are kept for each pool. */
const KEPT = 5;

/** Adds a duration; the newest few of each pool are kept. Pure. */
export function durationsAfter(history: PoolHistory, key: string, perNodeMs: number): PoolHistory {
  return { ...history, [key]: [...(history[key] ?? []), perNodeMs].slice(-KEPT) };
}

/** The `poolDurations` entity: `add` and `read`. */
export function poolDurations({ df }: EntityContext<PoolHistory>): void {
  const history = df.getState(() => ({})) ?? {};
  if (df.operationName === "add") {
    const { key, perNodeMs } = df.getInput() as { readonly key: string; readonly perNodeMs: number };
    df.setState(durationsAfter(history, key, perNodeMs));
    return;
  }
  df.setState(history);
  df.return(history);
}

/** What upgrades of pools took before. */
export function* readDurations(context: OrchestrationContext): Step<PoolHistory> {
  return yield* askEntity<PoolHistory>(context, POOL_DURATIONS, KEY, "read");
}

/** Notes how long the upgrade of a pool took; one that failed says nothing. */
export function noteDuration(
  context: OrchestrationContext,
  { cluster, nodes }: { readonly cluster: string; readonly nodes: number },
  pool: PoolResult,
): void {
  if (pool.outcome !== "done" || nodes === 0) return;
  const perNodeMs = Math.round((Date.parse(pool.endedAt) - Date.parse(pool.startedAt)) / nodes);
  const key = historyKey(cluster, pool.name, pool.strategy);
  tellEntity(context, POOL_DURATIONS, KEY, "add", { key, perNodeMs });
}
