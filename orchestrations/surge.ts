import { runIds } from "../domain/run-request.ts";
import type { Step } from "./durable.ts";
import { durableOperation } from "./durable-operation.ts";
import { requireSuccess } from "./pool-steps.ts";
import type { PoolWork } from "./upgrade-pool.ts";
import { soakPool } from "./watch-pool.ts";

/** AKS drains the nodes of a surge upgrade one after the other, half an hour each by default. */
const DEADLINE_HOURS = 12;

/** Lets AKS roll the pool node by node with surge nodes; then proves from the cluster that it did. */
export function* surgePool(work: PoolWork): Step<void> {
  const { context, input } = work;
  const { runId, part, resourceId, pool } = input;
  work.show({ state: "upgrading" });
  const isVersion = pool.toVersion !== pool.fromVersion;
  const base = { resourceId, runId, pool: pool.name, image: pool.toImage };
  const outcome = yield* durableOperation(
    context,
    runIds.operation(part, pool.name, "upgrade"),
    isVersion ? { ...base, kind: "upgradePool", version: pool.toVersion } : { ...base, kind: "upgradeNodeImage" },
    DEADLINE_HOURS,
  );
  const what = isVersion
    ? `upgrade pool ${pool.name} to Kubernetes ${pool.toVersion}`
    : `upgrade the node image of pool ${pool.name}`;
  requireSuccess(work, outcome, what);
  yield* soakPool(work, pool.name);
}
