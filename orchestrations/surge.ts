import { toldFindings } from "../domain/drain/drain-findings.ts";
import { undoneNodes } from "../domain/roll/roll-findings.ts";
import { nodeView } from "../domain/roll/roll-view.ts";
import { runIds } from "../domain/run-request.ts";
import type { Step } from "./durable.ts";
import { durableOperation, type OperationOutcome } from "./durable-operation.ts";
import { requireSuccess } from "./pool-steps.ts";
import { rollBackPool } from "./roll-back.ts";
import { takeBackRemedies } from "./take-back.ts";
import { PoolHalted, type PoolWork } from "./upgrade-pool.ts";
import { soakPool } from "./watch-pool.ts";

/** AKS drains the nodes of a surge upgrade one after the other, half an hour each by default. */
const DEADLINE_HOURS = 12;

/** Lets AKS roll the pool node by node with surge nodes; then proves from the cluster that it did, and soaks it. */
export function* surgePool(work: PoolWork): Step<void> {
  const { context, input } = work;
  const { runId, part, resourceId, pool } = input;
  work.show({ state: "upgrading" });
  const isVersion = pool.toVersion !== pool.fromVersion;
  const base = { resourceId, runId, pool: pool.name, image: pool.toImage };
  const { cluster, ring, drain: policy } = input;
  const { name, toImage: image, toVersion: version } = pool;
  yield* takeBackRemedies(work);
  const outcome = yield* durableOperation(
    context,
    runIds.operation(part, pool.name, "upgrade"),
    isVersion ? { ...base, kind: "upgradePool", version: pool.toVersion } : { ...base, kind: "upgradeNodeImage" },
    {
      deadlineHours: DEADLINE_HOURS,
      roll: { runId, cluster, ring, resourceId, pool: name, image, version, policy },
    },
  );
  yield* takeBackRemedies(work);
  tellRoll(work, outcome);
  const what = isVersion
    ? `upgrade pool ${pool.name} to Kubernetes ${pool.toVersion}`
    : `upgrade the node image of pool ${pool.name}`;
  requireSuccess(work, outcome, what);
  yield* soakOrRollBack(work);
}

/**
 * Proves and soaks the rolled pool; at a bad signal AKS is asked to roll it back, where the policy says so. A run that is
 * cancelled leaves it: nothing speaks against what was done.
 */
function* soakOrRollBack(work: PoolWork): Step<void> {
  const { pool } = work.input;
  work.show({ state: "soaking" });
  try {
    yield* soakPool(work, pool.name);
  } catch (error) {
    const isCancelled = error instanceof PoolHalted && error.outcome === "cancelled";
    if (pool.policy.rollBack && !isCancelled) yield* rollBackPool(work);
    throw error;
  }
}

/** Keeps how AKS came along with each node, and why it has not upgraded those that are behind. */
function tellRoll({ input, findings, rolled }: PoolWork, { outcome, roll }: OperationOutcome): void {
  if (roll === null) return;
  const { cluster, pool } = input;
  const { nodes, remedies, stalls } = roll;
  rolled.push(...nodes.map(nodeView));
  findings.push(...toldFindings({ cluster, subject: `${cluster}/${pool.name}`, remedies, stalls }));
  if (outcome !== "succeeded") findings.push(...undoneNodes(cluster, nodes));
}
