import type { NodeView } from "../domain/api/upgrade-view.ts";
import { heldView } from "../domain/drain/held-pod.ts";
import type { RemedyRecord } from "../domain/drain/remedy-record.ts";
import type { DrainPolicy } from "../domain/fleet-config.ts";
import { advanceRoll, heldInRoll, type RollNode, rollMark } from "../domain/roll/roll-progress.ts";
import { nodeView } from "../domain/roll/roll-view.ts";
import type { RollStatus } from "../domain/run-status.ts";
import { beginMovement, type Movement } from "../domain/stall.ts";
import { nowIso, nowMs, type OrchestrationContext, type Step, tryPerform } from "./durable.ts";
import { watchMovement } from "./watch-movement.ts";
import { endRemedies, NO_REMEDIES, type RemedyState, workOnBlockers } from "./work-on-blockers.ts";

/** A pool that AKS rolls, and how its drains may be helped. */
export interface Roll {
  readonly runId: string;
  readonly cluster: string;
  readonly ring: string;
  readonly resourceId: string;
  readonly pool: string;
  readonly image: string;
  readonly version: string;
  readonly policy: DrainPolicy;
}

/** How a roll stands; kept when an orchestration continues as new. */
export interface RollState {
  readonly nodes: readonly RollNode[] | null;
  readonly remedies: RemedyState;
  readonly movement: Movement;
  readonly stalls: ReadonlyArray<{ readonly since: string; readonly evidence: readonly string[] }>;
}

/** How a roll went, node by node. */
export interface RollOutcome {
  readonly nodes: readonly RollNode[];
  readonly remedies: readonly RemedyRecord[];
  readonly stalls: RollState["stalls"];
}

/** Nodes that a status shows, and blockers of each: a status has little room. */
const SHOWN_NODES = 40;
const SHOWN_BLOCKERS = 5;
/** Standstills that a report tells of. */
const KEPT_STALLS = 10;

/** Looks at the nodes before the roll begins. */
export function* beginRoll(context: OrchestrationContext, roll: Roll): Step<RollState> {
  const state = { nodes: null, remedies: NO_REMEDIES, movement: beginMovement(nowMs(context)), stalls: [] };
  return yield* observe(context, roll, state);
}

/**
 * Looks how far AKS is with each node, works on what blocks its drains by the remedies of the policy, and tells when nothing
 * moves. A cluster that cannot be seen for a while is looked at the next time: the roll is AKS's.
 */
export function* watchRoll(context: OrchestrationContext, roll: Roll, before: RollState): Step<RollState> {
  const seen = yield* observe(context, roll, before);
  const held = heldInRoll(seen.nodes ?? []);
  const { runId, cluster, ring, resourceId, pool, policy } = roll;
  const answerUntilMs = nowMs(context) + policy.timeoutMinutes * 60_000;
  const site = { runId, cluster, ring, resourceId, policy, answerUntilMs };
  // Nobody but AKS can give its drain up; that remedy has no meaning here.
  const { state: remedies } = yield* workOnBlockers(context, site, held, seen.remedies);
  const { movement, stalledSince, told } = yield* watchMovement(context, seen.movement, {
    runId,
    what: `the roll of pool ${pool} of ${cluster}`,
    mark: rollMark(seen.nodes ?? []),
    held,
    stallMinutes: policy.stallMinutes,
  });
  const stalls = told ? [...seen.stalls, told].slice(-KEPT_STALLS) : seen.stalls;
  context.df.setCustomStatus(statusOf(seen.nodes ?? [], stalledSince));
  return { ...seen, remedies, movement, stalls };
}

/** Looks a last time, and takes back what is still asked of people. */
export function* endRoll(context: OrchestrationContext, roll: Roll, before: RollState): Step<RollOutcome> {
  const { nodes, remedies, stalls } = yield* observe(context, roll, before);
  return { nodes: nodes ?? [], remedies: yield* endRemedies(context, roll.runId, remedies), stalls };
}

function* observe(context: OrchestrationContext, roll: Roll, before: RollState): Step<RollState> {
  const { resourceId, pool, image, version } = roll;
  const answer = yield* tryPerform(context, "observeRoll", { resourceId, pool, image, version });
  return answer.ok ? { ...before, nodes: advanceRoll(before.nodes, answer.value, nowIso(context)) } : before;
}

function statusOf(nodes: readonly RollNode[], stalledSince: string | null): RollStatus {
  const shown = nodes.slice(0, SHOWN_NODES).map((node): NodeView => {
    const view = nodeView(node);
    return { ...view, waitingFor: node.held.slice(0, SHOWN_BLOCKERS).map(heldView) };
  });
  return { roll: { nodes: shown, stalledSince } };
}
