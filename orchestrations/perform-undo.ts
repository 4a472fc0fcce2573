import type { DrainPolicy } from "../domain/fleet-config.ts";
import type { UndoStep } from "../domain/undo-record.ts";
import { drainTogether } from "./drain-pool.ts";
import { perform, type Step } from "./durable.ts";
import { deletePool } from "./pool-steps.ts";
import { revertTraffic } from "./traffic.ts";
import type { PoolWork } from "./upgrade-pool.ts";

/** Undoes one change of a pool's upgrade; doing it again does nothing. Throws when it cannot be undone. */
export function* performUndo(work: PoolWork, step: UndoStep): Step<void> {
  const { context, input } = work;
  const { runId, resourceId } = input;
  switch (step.do) {
    case "removeGreen":
      return yield* removeGreen(work, step.pool);
    case "uncordon":
      yield* perform(context, "uncordonNodes", { resourceId, runId, nodes: step.nodes });
      return;
    case "revertTraffic":
      return yield* revertTraffic(work, step);
    case "scaleBack": {
      const { failed } = yield* perform(context, "undoRemedies", { resourceId, runId });
      if (failed.length > 0) throw new Error(failed.join("; "));
    }
  }
}

/**
 * Takes the green pool away again. What moved there is drained back first, under the same budgets as on the way in; nodes
 * that still carry pods are never deleted.
 */
function* removeGreen(work: PoolWork, green: string): Step<void> {
  const { context, input } = work;
  const { runId, resourceId, pool } = input;
  const nodes = yield* perform(context, "listNodes", { resourceId, pool: green });
  const names = nodes.map(({ name }) => name);
  yield* perform(context, "cordonNodes", { resourceId, runId, nodes: names });
  const width = pool.policy.parallelDrains;
  // What goes back must not be kept aside: the pool is taken away, or left as it is.
  const policy: DrainPolicy = { ...input.drain, onFailure: "undo" };
  for (let from = 0; from < names.length; from += width) {
    const results = yield* drainTogether(work, names.slice(from, from + width), { policy, stopsOnCancel: false });
    const stuck = results.find(({ outcome }) => outcome !== "drained");
    if (stuck) {
      yield* perform(context, "uncordonNodes", { resourceId, runId, nodes: names });
      const blockers = stuck.blockers.map(({ pod, message }) => `${pod}: ${message}`).join("; ");
      throw new Error(`node ${stuck.node} did not drain, so the pool was left as it is: ${blockers}`);
    }
  }
  yield* deletePool(work, green, "undo", true);
}
