import { type SweptPool, sweepNotice, sweptPool } from "../domain/dead-run.ts";
import { type OpenUndos, type UndoRecord, undoKey, undosToTry } from "../domain/undo-record.ts";
import { acquireLease, releaseLease } from "./cluster-lease.ts";
import { nowIso, nowMs, type OrchestrationContext, runChildren, type Step, tryPerform } from "./durable.ts";
import { performUndo } from "./perform-undo.ts";
import { noteEnd } from "./run-index.ts";
import { dropUndos, noteFailedUndos, readUndos } from "./undo-record.ts";
import { beginPool } from "./upgrade-pool.ts";

/** Input of the `sweepDeadRuns` orchestration: runs of which nothing goes on any longer, and that made no report. */
export interface SweepDeadRunsInput {
  readonly runs: readonly string[];
}

/** Input of the `sweepCluster` orchestration. */
export interface SweepClusterInput {
  readonly runId: string;
  readonly resourceId: string;
  /** Names this try: the parts of an undo are parts of it, and not of the run that is no more. */
  readonly mark: string;
}

/**
 * The `sweepDeadRuns` orchestration: undoes for runs that were ended from outside what they would have undone themselves, by
 * their records; people are told. What cannot be undone is tried again by the next sweep.
 */
export function* sweepDeadRuns(context: OrchestrationContext): Step<readonly SweptPool[]> {
  const { runs } = context.df.getInput<SweepDeadRunsInput>();
  const all: SweptPool[] = [];
  for (const runId of runs) {
    const swept = yield* sweepRun(context, runId);
    all.push(...swept);
    const notice = sweepNotice(runId, swept);
    if (notice) yield* tryPerform(context, "deliverNotice", { runId, notice });
    if (undosToTry(yield* readUndos(context, runId)).length > 0) continue;
    dropUndos(context, runId);
    noteEnd(context, { id: runId, verdict: "failed", endedAt: nowIso(context) });
  }
  return all;
}

function* sweepRun(context: OrchestrationContext, runId: string): Step<SweptPool[]> {
  const open = undosToTry(yield* readUndos(context, runId));
  const clusters = [...new Set(open.map(({ site }) => site.resourceId))];
  const mark = `${context.df.instanceId}*${nowMs(context)}*${runId}`;
  const children = clusters.map((resourceId, index) => ({
    instanceId: `${mark}*${index}`,
    input: { runId, resourceId, mark: `${mark}*${index}` } satisfies SweepClusterInput,
  }));
  return (yield* runChildren<SweptPool[]>(context, "sweepCluster", children)).flat();
}

/**
 * The `sweepCluster` orchestration: undoes what a dead run has left in one cluster, while it holds the cluster's lease. It reads
 * the record under the lease: another sweep may have been there.
 */
export function* sweepCluster(context: OrchestrationContext): Step<SweptPool[] | undefined> {
  const input = context.df.getInput<SweepClusterInput>();
  const lease = yield* acquireLease(context, input.resourceId, () => undefined, neverCancelled);
  if (lease !== "held") {
    context.df.continueAsNew(input);
    return undefined;
  }
  try {
    const open = openOf(yield* readUndos(context, input.runId), input.resourceId);
    const swept: SweptPool[] = [];
    for (const undos of open) swept.push(yield* sweepPool(context, input, undos));
    return swept;
  } finally {
    yield* releaseLease(context, input.resourceId);
  }
}

function openOf(record: UndoRecord, resourceId: string): OpenUndos[] {
  return undosToTry(record).filter(({ site }) => site.resourceId === resourceId);
}

function* sweepPool(context: OrchestrationContext, { mark }: SweepClusterInput, undos: OpenUndos): Step<SweptPool> {
  const { site, steps } = undos;
  const pool = beginPool(context, { ...site, part: mark, baseline: [], window: null }, { site, steps });
  const failed = yield* pool.undo.run((step) => performUndo(pool, step));
  noteFailedUndos(context, { site, steps: pool.undo.left });
  const log = `swept ${undoKey(site)}: ${steps.length - failed.length} of ${steps.length} changes undone`;
  if (!context.df.isReplaying) context.log(log);
  const why = failed.map(({ message, evidence }) => `${message}: ${evidence.join("; ")}`);
  return sweptPool(undos, pool.undo.left, why);
}

// biome-ignore lint/correctness/useYield: what it is asked for is a step.
function* neverCancelled(): Step<boolean> {
  return false;
}
