import { toldFindings } from "../domain/drain/drain-findings.ts";
import type { Finding } from "../domain/finding.ts";
import { provePool } from "../domain/proof.ts";
import { runIds } from "../domain/run-request.ts";
import { errorText, perform, type Step } from "./durable.ts";
import { durableOperation } from "./durable-operation.ts";
import { takeBackRemedies } from "./take-back.ts";
import type { PoolWork } from "./upgrade-pool.ts";

/** AKS rolls back node by node, as it rolls on. */
const DEADLINE_HOURS = 12;

/**
 * Has AKS roll a pool back to the node image and the version that it ran before, watches that roll as any other, and looks at the
 * nodes whether they are back. It always comes to an end: what could not be rolled back is a finding.
 */
export function* rollBackPool(work: PoolWork): Step<void> {
  const { context, input, findings } = work;
  const { runId, part, cluster, ring, resourceId, drain: policy } = input;
  const { name: pool, fromImage: image, fromVersion: version } = input.pool;
  work.show({ state: "undoing" });
  try {
    const { outcome, message, roll } = yield* durableOperation(
      context,
      runIds.operation(part, pool, "undo"),
      { kind: "rollBackPool", resourceId, runId, pool, image, version },
      { deadlineHours: DEADLINE_HOURS, roll: { runId, cluster, ring, resourceId, pool, image, version, policy } },
    );
    yield* takeBackRemedies(work);
    const { remedies = [], stalls = [] } = roll ?? {};
    findings.push(...toldFindings({ cluster, subject: `${cluster}/${pool}`, remedies, stalls }));
    if (outcome !== "succeeded") throw new Error(message);
    const nodes = yield* perform(context, "listNodes", { resourceId, pool });
    const unproven = provePool({ cluster, pool, image, version, nodes, before: [], after: [] });
    if (unproven.length > 0) throw new Error(unproven.map((finding) => finding.message).join("; "));
    findings.push(rolledBack(work));
  } catch (error) {
    findings.push(notRolledBack(work, errorText(error)));
  }
}

function rolledBack({ input: { cluster, pool } }: PoolWork): Finding {
  return {
    code: "PoolRolledBack",
    severity: "info",
    subject: `${cluster}/${pool.name}`,
    message: `pool ${pool.name} runs ${pool.fromImage} with Kubernetes ${pool.fromVersion} again`,
    evidence: [`AKS rolled it back from ${pool.toImage} with Kubernetes ${pool.toVersion}`],
    remedy: "Mend the cause and run again; until then the pool lacks what the newer image brings.",
    cluster,
  };
}

function notRolledBack({ input: { cluster, pool } }: PoolWork, why: string): Finding {
  return {
    code: "UndoFailed",
    severity: "blocker",
    subject: `${cluster}/${pool.name}`,
    message: `could not roll pool ${pool.name} back to ${pool.fromImage}`,
    evidence: [why],
    remedy: `Mend the cause on the new image, or az aks nodepool rollback -n ${pool.name}, which AKS allows for seven days.`,
    cluster,
  };
}
