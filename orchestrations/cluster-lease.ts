import {
  askEntity,
  type EntityContext,
  nowIso,
  nowMs,
  type OrchestrationContext,
  perform,
  type Step,
  waitUntil,
} from "./durable.ts";

/** Name of the entity that lets one run at a time change a cluster. */
export const CLUSTER_LEASE = "clusterLease";

/** State of a lease: who holds it, and who waits, in order. Owners are instance ids of orchestrations. */
export interface LeaseState {
  readonly owner: { readonly id: string; readonly since: string } | null;
  readonly queue: readonly string[];
}

/** What the lease answers to `acquire`. */
export type LeaseAnswer =
  | { readonly granted: true }
  | { readonly granted: false; readonly holder: string; readonly since: string };

/** How long a waiting run waits before it asks again: longer each time, since a paused run may hold a cluster for days. */
const ASK_AGAIN_MS = { first: 30_000, longest: 300_000 };
/** Times that a run asks before it begins a new history: another may hold the cluster for half a day. */
const ASKS_PER_HISTORY = 8;

/** Decides what an operation makes of a lease. Pure; asking twice is harmless. */
export function leaseAfter(
  state: LeaseState,
  operation: string,
  input: { readonly id: string; readonly at: string },
): { state: LeaseState; answer?: LeaseAnswer } {
  const { owner } = state;
  if (operation === "release") {
    return {
      state: { owner: owner?.id === input.id ? null : owner, queue: state.queue.filter((id) => id !== input.id) },
    };
  }
  if (operation !== "acquire") return { state };
  const queue = state.queue.includes(input.id) ? state.queue : [...state.queue, input.id];
  if (owner?.id === input.id) return { state, answer: { granted: true } };
  if (owner !== null)
    return { state: { owner, queue }, answer: { granted: false, holder: owner.id, since: owner.since } };
  const [first = input.id] = queue;
  if (first !== input.id)
    return { state: { owner, queue }, answer: { granted: false, holder: first, since: input.at } };
  return { state: { owner: { id: input.id, since: input.at }, queue: queue.slice(1) }, answer: { granted: true } };
}

/** The `clusterLease` entity. */
export function clusterLease(context: EntityContext<LeaseState>): void {
  const empty: LeaseState = { owner: null, queue: [] };
  const state = context.df.getState(() => empty) ?? empty;
  const { state: next, answer } = leaseAfter(
    state,
    context.df.operationName ?? "",
    context.df.getInput() as { id: string; at: string },
  );
  context.df.setState(next);
  if (answer) context.df.return(answer);
}

/**
 * Waits until this orchestration holds the lease on a cluster; `onQueued` hears who holds it meanwhile. A holder that is no
 * longer alive is put aside: terminated runs release nothing. "waiting": the caller continues as new, its place in the queue
 * is kept. "cancelled": the run was, while it waited.
 */
export function* acquireLease(
  context: OrchestrationContext,
  resourceId: string,
  onQueued: (holder: string) => void,
  isCancelled: () => Step<boolean>,
): Step<"held" | "waiting" | "cancelled"> {
  const id = context.df.instanceId;
  for (let ask = 0; ask < ASKS_PER_HISTORY; ask += 1) {
    const answer = yield* askEntity<LeaseAnswer>(context, CLUSTER_LEASE, leaseKey(resourceId), "acquire", {
      id,
      at: nowIso(context),
    });
    if (answer.granted) return "held";
    onQueued(answer.holder);
    const { alive } = yield* perform(context, "checkRunAlive", { instanceId: answer.holder });
    if (!alive) {
      yield* askEntity(context, CLUSTER_LEASE, leaseKey(resourceId), "release", {
        id: answer.holder,
        at: nowIso(context),
      });
      continue;
    }
    if (yield* isCancelled()) {
      yield* releaseLease(context, resourceId);
      return "cancelled";
    }
    yield* waitUntil(context, nowMs(context) + Math.min(ASK_AGAIN_MS.longest, ASK_AGAIN_MS.first * (ask + 1)));
  }
  return "waiting";
}

/** Gives the lease back, or leaves its queue. */
export function* releaseLease(context: OrchestrationContext, resourceId: string): Step<void> {
  yield* askEntity(context, CLUSTER_LEASE, leaseKey(resourceId), "release", {
    id: context.df.instanceId,
    at: nowIso(context),
  });
}

/** Entity keys may not hold slashes everywhere; resource ids are compared without case. */
function leaseKey(resourceId: string): string {
  return resourceId.toLowerCase().replaceAll("/", "|");
}
