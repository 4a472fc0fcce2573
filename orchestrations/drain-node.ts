import type { DrainSlice } from "../activities/drain-slice.ts";
import { type HeldPod, heldPods, heldView } from "../domain/drain/held-pod.ts";
import { isAtWork } from "../domain/drain/remedy-record.ts";
import type { DrainPolicy } from "../domain/fleet-config.ts";
import type { DrainResult } from "../domain/report.ts";
import type { DrainStatus } from "../domain/run-status.ts";
import { beginMovement, type Movement } from "../domain/stall.ts";
import { nowIso, nowMs, type OrchestrationContext, perform, type Step, waitUntil } from "./durable.ts";
import { isCancelled } from "./run-record.ts";
import { watchMovement } from "./watch-movement.ts";
import { endRemedies, NO_REMEDIES, type RemedyState, workOnBlockers } from "./work-on-blockers.ts";

/** Input of the `drainNode` orchestration. */
export interface DrainNodeInput {
  readonly runId: string;
  readonly cluster: string;
  readonly ring: string;
  readonly resourceId: string;
  readonly node: string;
  readonly policy: DrainPolicy;
  /** Whether a cancelled run stops the drain; the drain of an undo goes on. */
  readonly stopsOnCancel: boolean;
  /** Whether a node that could not be drained stays cordoned. */
  readonly keepsAside: boolean;
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
  readonly held: readonly HeldPod[];
  readonly skipped: readonly string[];
  readonly remedies: RemedyState;
  /** When the next remedy is due; null when none is. */
  readonly nextRemedyAt: string | null;
  readonly movement: Movement;
  readonly stalledSince: string | null;
  readonly stalls: ReadonlyArray<{ readonly since: string; readonly evidence: readonly string[] }>;
}

type Ending = DrainResult["outcome"] | null;

/** Slices of watching after which the orchestration begins a new history. */
const SLICES_PER_HISTORY = 60;
/** Blockers that a status shows; a status has little room. */
const SHOWN_BLOCKERS = 5;
/** Standstills that a report tells of. */
const KEPT_STALLS = 10;
/** Least time between two slices that changed nothing. */
const IDLE_WAIT_MS = 5_000;
/** Most that one slice takes of the node's time: while Drydock was down, nobody could drain. */
const SLICE_COUNTS_MS = 60_000;

/**
 * Drains one node: cordons it, then watches it slice by slice while the API server lets pods go, and works on what blocks by
 * the remedies of the policy, until nothing is left that has to go, waiting is no use, its time is up or the run is cancelled.
 * Unless it is drained, or to be kept aside, the node is uncordoned at once.
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
    const { startedAt, leftMs } = progress;
    const deadlineAt = new Date(beforeMs + leftMs).toISOString();
    const seen = yield* perform(context, "drainSlice", { resourceId, node, policy, startedAt, deadlineAt });
    progress = advance(progress, seen, nowMs(context));
    let ending: Ending = seen.left === 0 ? "drained" : progress.leftMs <= 0 ? "failed" : null;
    if (ending === null) ({ progress, ending } = yield* workOn(context, input, progress));
    context.df.setCustomStatus(statusOf(progress, ending));
    if (ending === null && input.stopsOnCancel && (yield* isCancelled(context, runId))) ending = "cancelled";
    if (ending !== null) return yield* end(context, input, progress, ending);
    if (seen.evicted === 0) yield* waitUntil(context, beforeMs + IDLE_WAIT_MS);
  }
}

function begin(context: OrchestrationContext, leftMs: number): DrainProgress {
  const reckonedMs = nowMs(context);
  return {
    startedAt: nowIso(context),
    ...{ leftMs, reckonedMs, podsTotal: 0, podsLeft: 0, evicted: 0, held: [], skipped: [] },
    ...{ remedies: NO_REMEDIES, nextRemedyAt: null },
    ...{ movement: beginMovement(reckonedMs), stalledSince: null, stalls: [] },
  };
}

/** Takes a slice into the progress. */
function advance(progress: DrainProgress, seen: DrainSlice, reckonedMs: number): DrainProgress {
  return {
    ...progress,
    leftMs: progress.leftMs - Math.min(reckonedMs - progress.reckonedMs, SLICE_COUNTS_MS),
    reckonedMs,
    podsTotal: Math.max(progress.podsTotal, progress.evicted + seen.evicted + seen.left, seen.total),
    podsLeft: seen.left,
    evicted: progress.evicted + seen.evicted,
    held: heldPods(progress.held, seen.blockers, new Date(reckonedMs).toISOString()),
    skipped: [...new Set([...progress.skipped, ...seen.skipped])].sort(),
  };
}

/** Works on what blocks, tells when nothing moves, and says whether going on is of any use. */
function* workOn(
  context: OrchestrationContext,
  input: DrainNodeInput,
  before: DrainProgress,
): Step<{ progress: DrainProgress; ending: Ending }> {
  const { runId, cluster, ring, resourceId, node, policy } = input;
  const answerUntilMs = nowMs(context) + before.leftMs;
  const site = { runId, cluster, ring, resourceId, policy, answerUntilMs };
  const turn = yield* workOnBlockers(context, site, before.held, before.remedies);
  const watched = yield* watchMovement(context, before.movement, {
    runId,
    what: `the drain of node ${node} of ${cluster}`,
    mark: `${before.evicted} ${before.podsLeft}`,
    held: before.held,
    stallMinutes: policy.stallMinutes,
  });
  const { movement, stalledSince, told } = watched;
  const stalls = told ? [...before.stalls, told].slice(-KEPT_STALLS) : before.stalls;
  const { state: remedies, nextCheckAt: nextRemedyAt } = turn;
  const progress = { ...before, remedies, nextRemedyAt, movement, stalledSince, stalls };
  const isOver = turn.gaveUp !== null || isHopeless(progress);
  return { progress, ending: isOver ? "failed" : null };
}

/** Everything that is left is held by something that waiting cannot cure, and nothing is done about it, now or later. */
function isHopeless({ podsLeft, held, remedies, nextRemedyAt }: DrainProgress): boolean {
  if (nextRemedyAt !== null || remedies.records.some(isAtWork)) return false;
  return podsLeft > 0 && held.filter(({ permanent }) => permanent).length === podsLeft;
}

function statusOf(progress: DrainProgress, ending: Ending): DrainStatus {
  const { podsTotal, podsLeft, startedAt, stalledSince } = progress;
  const state = ending === null ? "draining" : ending === "drained" ? "drained" : "failed";
  const waitingFor = progress.held.slice(0, SHOWN_BLOCKERS).map(heldView);
  return { state, podsTotal, podsLeft, startedAt, waitingFor, stalledSince };
}

function* end(
  context: OrchestrationContext,
  input: DrainNodeInput,
  progress: DrainProgress,
  outcome: DrainResult["outcome"],
): Step<DrainResult> {
  const { resourceId, runId, node } = input;
  const staysAside = outcome === "failed" && input.keepsAside;
  if (outcome !== "drained" && !staysAside) {
    yield* perform(context, "uncordonNodes", { resourceId, runId, nodes: [node] });
  }
  const remedies = yield* endRemedies(context, runId, progress.remedies);
  const { podsTotal, podsLeft, evicted, startedAt } = progress;
  return {
    ...{ node, outcome, podsTotal, podsLeft, evicted, startedAt },
    endedAt: nowIso(context),
    blockers: progress.held.map(heldView),
    ...(progress.skipped.length > 0 ? { skipped: [...progress.skipped] } : {}),
    ...(remedies.length > 0 ? { remedies } : {}),
    ...(progress.stalls.length > 0
      ? { stalls: progress.stalls.map(({ since, evidence }) => ({ since, evidence: [...evidence] })) }
      : {}),
  };
}
