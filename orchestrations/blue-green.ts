import { greenPoolName } from "../domain/pool-name.ts";
import { type NodeFacts, provePool } from "../domain/proof.ts";
import { runIds } from "../domain/run-request.ts";
import { drainPool } from "./drain-pool.ts";
import { nowMs, perform, type Step, waitUntil } from "./durable.ts";
import { durableOperation } from "./durable-operation.ts";
import { deletePool, requireProof, requireSuccess } from "./pool-steps.ts";
import { shiftTraffic } from "./traffic.ts";
import { PoolHalted, type PoolWork } from "./upgrade-pool.ts";
import { soakPool } from "./watch-pool.ts";

const CREATE_HOURS = 1;
const DELETE_HOURS = 2;
/** How long new nodes may take to be Ready after Azure says that the pool is there. */
const READY_MINUTES = 15;
const READY_POLL_MS = 15_000;

/**
 * Replaces a pool: a green pool with the new image beside the blue one, then the blue nodes are cordoned and drained, the
 * workloads are proven on the green ones, and only then do the blue nodes go. Until that last step everything is undone when
 * something fails: the blue nodes still stand.
 */
export function* replacePool(work: PoolWork): Step<void> {
  const green = yield* createGreen(work);
  yield* awaitReady(work, green);
  yield* shiftTraffic(work);
  const blue = yield* cordonBlue(work);
  const undrained = yield* drainPool(work, blue);
  work.show({ state: "soaking" });
  yield* soakPool(work, green);
  // From here on the blue nodes go for good: the green ones carry the workloads and stay. A cordon must not outlive the run,
  // though, should Azure not delete the blue pool.
  work.undo.forget({ do: "uncordon", nodes: blue.filter((node) => !undrained.includes(node)) });
  if (undrained.length === 0) yield* deleteBlue(work);
  else yield* keepUndrained(work, blue, undrained);
}

function* createGreen(work: PoolWork): Step<string> {
  const { context, input } = work;
  const { runId, part, cluster, resourceId, pool } = input;
  const facts = yield* perform(context, "observeCluster", { name: cluster, resourceId });
  if ("unreachable" in facts) throw new PoolHalted("failed", facts.unreachable);
  const taken = facts.facts.pools.map(({ name }) => name);
  const green = greenPoolName(pool.name, pool.osType, taken);
  work.show({ state: "creating", replacement: green });
  work.undo.push({ do: "removeGreen", pool: green });
  const outcome = yield* durableOperation(
    context,
    runIds.operation(part, pool.name, "create"),
    { kind: "createPool", resourceId, runId, pool: green, like: pool.name, version: pool.toVersion },
    { deadlineHours: CREATE_HOURS },
  );
  requireSuccess(work, outcome, `create pool ${green}`);
  return green;
}

/** Waits for the green nodes to be Ready with the planned image, before anything is drained towards them. */
function* awaitReady(work: PoolWork, green: string): Step<void> {
  const { context, input } = work;
  const deadlineMs = nowMs(context) + READY_MINUTES * 60_000;
  for (;;) {
    const nodes = yield* perform(context, "listNodes", { resourceId: input.resourceId, pool: green });
    const { cluster, pool } = input;
    const { toImage: image, toVersion: version } = pool;
    const findings = provePool({ cluster, pool: green, image, version, nodes, before: [], after: [] });
    const waits = findings.every(({ code }) => code === "NodeNotReady" || code === "PoolWithoutNodes");
    if (findings.length === 0) return;
    if (!waits || nowMs(context) >= deadlineMs) return requireProof(work, findings);
    yield* waitUntil(context, nowMs(context) + READY_POLL_MS);
  }
}

/** Cordons all blue nodes first, so that no pod is moved twice. */
function* cordonBlue(work: PoolWork): Step<string[]> {
  const { context, input } = work;
  const { runId, resourceId, pool } = input;
  const nodes: NodeFacts[] = yield* perform(context, "listNodes", { resourceId, pool: pool.name });
  const names = nodes.map(({ name }) => name);
  work.show({ state: "draining", nodes: names });
  work.undo.push({ do: "uncordon", nodes: names });
  yield* perform(context, "cordonNodes", { resourceId, runId, nodes: names });
  return names;
}

function* deleteBlue(work: PoolWork): Step<void> {
  work.show({ state: "deleting" });
  yield* deletePool(work, work.input.pool.name, "delete", false);
}

/**
 * The blue pool stays with the nodes that could not be drained; the drained ones go. The pool has not come to its end, which
 * halts the ring, and what is done is not undone.
 */
function* keepUndrained(work: PoolWork, blue: readonly string[], undrained: readonly string[]): Step<void> {
  const { context, input } = work;
  const { runId, part, resourceId, pool } = input;
  work.show({ state: "deleting" });
  const machines = blue.filter((node) => !undrained.includes(node));
  const outcome = yield* durableOperation(
    context,
    runIds.operation(part, pool.name, "delete"),
    { kind: "deleteMachines", resourceId, runId, pool: pool.name, machines },
    { deadlineHours: DELETE_HOURS },
  );
  requireSuccess(work, outcome, `delete the drained nodes of pool ${pool.name}`);
  work.undo.forget();
  work.undo.leave({ do: "uncordon", nodes: undrained });
  throw new PoolHalted("failed", `${undrained.length} of ${blue.length} nodes could not be drained`);
}
