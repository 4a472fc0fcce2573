import type { DrainSlice } from "../activities/drain-slice.ts";
import type { BlockerView } from "../domain/api/run-view.ts";
import type { Blocker } from "../domain/drain/plan-evictions.ts";
import type { DrainPolicy } from "../domain/fleet-config.ts";
import type { DrainResult } from "../domain/report.ts";
import type { DrainStatus } from "../domain/run-status.ts";
import { nowIso, nowMs, type OrchestrationContext, perform, type Step, waitUntil } from "./durable.ts";
import { isCancelled } from "./run-record.ts";

/** Input of the `drainNode` orchestration. */
export interface DrainNodeInput {
  readonly runId: string;
  readonly resourceId: string;
  readonly node: string;
  readonly policy: DrainPolicy;
  /** Whether a cancelled run stops the drain; the drain of an undo goes on. */
  readonly stopsOnCancel: boolean;
  /** Set when the orchestration continues as new. */
  readonly progress: DrainProgress | null;
}

interface DrainProgress {
  readonly startedAt: string;
  /** What is left of the node's time, and when that was last reckoned. */
  readonly leftMs: number;
  readonly reckonedMs: number;
  readonly podsTotal: number;
  readonly podsLeft: number;
  readonly evicted: number;
  readonly blockers: readonly BlockerView[];
}

/** Slices of watching after which the orchestration begins a new history. */
const SLICES_PER_HISTORY = 60;
/** Blockers that a status shows; a status has little room. */
const SHOWN_BLOCKERS = 5;
/** Least time between two slices that changed nothing. */
const IDLE_WAIT_MS = 5_000;
/** Most that one slice takes of the node's time: while Drydock was down, nobody could drain. */
const SLICE_COUNTS_MS = 60_000;

/**
 * Drains one node: cordons it, then watches it slice by slice while the API server lets pods go, until nothing is left that
 * has to go, waiting is no use, its time is up or the run is cancelled. Unless it is drained, the node is uncordoned at once.
 */
export function* drainNode(context: OrchestrationContext): Step<DrainResult | undefined> {
  const input = context.df.getInput<DrainNodeInput>();
  const { runId, resourceId, node, policy } = input;
  let progress = input.progress ?? begin(context, policy.timeoutMinutes * 60_000);
  yield* perform(context, "cordonNodes", { resourceId, runId, nodes: [node] });
  for (let slice = 0; ; slice += 1) {
    if (slice === SLICES_PER_HISTORY) {
      context.df.continueAsNew({ ...input, progress });
      return undefined;
    }
    const beforeMs = nowMs(context);
    const seen = yield* perform(context, "drainSlice", {
      resourceId,
      node,
      policy,
      deadlineAt: new Date(beforeMs + progress.leftMs).toISOString(),
    });
    progress = advance(progress, seen, nowMs(context));
    const state = seen.left === 0 ? "drained" : isHopeless(seen) || progress.leftMs <= 0 ? "failed" : "draining";
    context.df.setCustomStatus(statusOf(progress, state));
    if (state !== "draining") return yield* end(context, input, progress, state);
    if (input.stopsOnCancel && (yield* isCancelled(context, runId)))
      return yield* end(context, input, progress, "cancelled");
    if (seen.evicted === 0) yield* waitUntil(context, beforeMs + IDLE_WAIT_MS);
  }
}

function begin(context: OrchestrationContext, leftMs: number): DrainProgress {
  const reckonedMs = nowMs(context);
  return { startedAt: nowIso(context), leftMs, reckonedMs, podsTotal: 0, podsLeft: 0, evicted: 0, blockers: [] };
}

/** Everything that is left is held by something that waiting cannot cure. */
function isHopeless(seen: DrainSlice): boolean {
  return seen.left > 0 && seen.blockers.filter((blocker) => blocker.permanent).length === seen.left;
}

/** Takes a slice into the progress; a pod held for the same reason as before has been held since then. */
function advance(progress: DrainProgress, seen: DrainSlice, reckonedMs: number): DrainProgress {
  const at = new Date(reckonedMs).toISOString();
  const since = new Map(progress.blockers.map((blocker) => [`${blocker.pod} ${blocker.code}`, blocker.since]));
  const view = (blocker: Blocker): BlockerView => ({
    pod: blocker.pod,
    code: blocker.code,
    message: blocker.owner === null ? blocker.message : `${blocker.message}; owner ${blocker.owner}`,
    since: since.get(`${blocker.pod} ${blocker.code}`) ?? at,
  });
  return {
    startedAt: progress.startedAt,
    leftMs: progress.leftMs - Math.min(reckonedMs - progress.reckonedMs, SLICE_COUNTS_MS),
    reckonedMs,
    podsTotal: Math.max(progress.podsTotal, progress.evicted + seen.evicted + seen.left, seen.total),
    podsLeft: seen.left,
    evicted: progress.evicted + seen.evicted,
    blockers: seen.blockers.map(view),
  };
}

function statusOf(progress: DrainProgress, state: DrainStatus["state"]): DrainStatus {
  const { podsTotal, podsLeft, startedAt } = progress;
  return { state, podsTotal, podsLeft, startedAt, waitingFor: progress.blockers.slice(0, SHOWN_BLOCKERS) };
}

function* end(
  context: OrchestrationContext,
  input: DrainNodeInput,
  progress: DrainProgress,
  outcome: DrainResult["outcome"],
): Step<DrainResult> {
  if (outcome !== "drained") {
    yield* perform(context, "uncordonNodes", { resourceId: input.resourceId, runId: input.runId, nodes: [input.node] });
  }
  const { podsTotal, podsLeft, evicted, startedAt } = progress;
  return {
    node: input.node,
    outcome,
    podsTotal,
    podsLeft,
    evicted,
    startedAt,
    endedAt: nowIso(context),
    blockers: [...progress.blockers],
  };
}
