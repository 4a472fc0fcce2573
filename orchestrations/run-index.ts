import { runEndedLine } from "../domain/log-lines.ts";
import type { ListedRun } from "../domain/run-status.ts";
import { type EntityContext, type OrchestrationContext, tellEntity } from "./durable.ts";

/** Name and key of the entity that lists the runs. */
export const RUN_INDEX = "runIndex";
export const RUN_INDEX_KEY = "all";

/** Runs that the list keeps; older ones are found by their id. */
const KEPT_RUNS = 200;

/** Decides what an operation makes of the list. Pure; newest first, each run once. */
export function listAfter(
  list: readonly ListedRun[],
  operation: string,
  run: Partial<ListedRun> & { readonly id: string },
): readonly ListedRun[] {
  if (operation === "start") {
    if (list.some(({ id }) => id === run.id)) return list;
    return [{ endedAt: null, verdict: null, ...run } as ListedRun, ...list].slice(0, KEPT_RUNS);
  }
  if (operation === "end")
    return list.map((listed) => (listed.id === run.id ? ({ ...listed, ...run } as ListedRun) : listed));
  return list;
}

/** The `runIndex` entity. */
export function runIndex(context: EntityContext<readonly ListedRun[]>): void {
  const list = context.df.getState(() => []) ?? [];
  const input = context.df.getInput() as Partial<ListedRun> & { id: string };
  context.df.setState(listAfter(list, context.df.operationName ?? "", input));
}

/** Puts a run on the list. */
export function noteStart(context: OrchestrationContext, run: Omit<ListedRun, "endedAt" | "verdict">): void {
  tellEntity(context, RUN_INDEX, RUN_INDEX_KEY, "start", run);
}

/** Notes on the list and in the log how a run ended. */
export function noteEnd(context: OrchestrationContext, run: Pick<ListedRun, "id" | "verdict" | "endedAt">): void {
  tellEntity(context, RUN_INDEX, RUN_INDEX_KEY, "end", run);
  if (!context.df.isReplaying) context.log(runEndedLine(run.id, run.verdict ?? "failed"));
}
