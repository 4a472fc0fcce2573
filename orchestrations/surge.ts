import { runIds } from "../domain/run-request.ts";
import type { Step } from "./durable.ts";
import { durableOperation } from "./durable-operation.ts";
import { proveWhenSettled, requireSuccess } from "./pool-steps.ts";
import type { PoolWork } from "./upgrade-pool.ts";

/** AKS drains the nodes of a surge upgrade one after the other, half an hour each by default. */
const DEADLINE_HOURS = 12;

/** Lets AKS roll the pool node by node with surge nodes; then proves from the cluster that it did. */
export function* surgePool(work: PoolWork): Step<void> {
  const { context, input } = work;
  const { runId, cluster, resourceId, pool } = input;
  work.show({ state: "upgrading" });
  const outcome = yield* durableOperation(
    context,
    runIds.operation(runId, cluster, pool.name, "upgrade"),
    { kind: "upgradeNodeImage", resourceId, runId, pool: pool.name, image: pool.toImage },
    DEADLINE_HOURS,
  );
  requireSuccess(work, outcome, `upgrade the node image of pool ${pool.name}`);
  yield* proveWhenSettled(work, pool.name);
}
