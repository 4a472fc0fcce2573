import { SCALE_BACK_REMEDY } from "../domain/undo-record.ts";
import { errorText, perform, type Step } from "./durable.ts";
import type { PoolWork } from "./upgrade-pool.ts";

/**
 * Takes back what the run has scaled up for its drains, and what runs have left that are over. Asked of the cluster itself, which
 * keeps the run's id with each of them: nothing is forgotten, whatever became of the orchestration that did it.
 */
export function* takeBackRemedies({ context, input, findings }: PoolWork): Step<void> {
  const { runId, cluster, resourceId, drain } = input;
  if (!drain.remedies.some(({ do: what }) => what === "scaleUpOwner")) return;
  let failed: readonly string[];
  try {
    ({ failed } = yield* perform(context, "undoRemedies", { resourceId, runId }));
  } catch (error) {
    failed = [errorText(error)];
  }
  for (const why of failed) {
    findings.push({
      code: "UndoFailed",
      severity: "blocker",
      subject: cluster,
      message: `could not scale back what was scaled up for a drain: ${why}`,
      evidence: [],
      remedy: SCALE_BACK_REMEDY,
      cluster,
    });
  }
}
