import type { Finding } from "../domain/finding.ts";
import { runIds } from "../domain/run-request.ts";
import type { ClusterPlan } from "../domain/upgrade-plan.ts";
import type { VersionStep } from "../domain/version-step.ts";
import { type OrchestrationContext, perform, type Step } from "./durable.ts";
import { durableOperation } from "./durable-operation.ts";

const DEADLINE_HOURS = 3;

interface ControlPlaneUpgrade {
  readonly runId: string;
  /** Instance id of the cluster's part of the run. */
  readonly part: string;
  readonly plan: ClusterPlan;
  readonly step: VersionStep;
}

/**
 * Upgrades the control plane and looks whether the cluster runs it. Answers what went wrong; nothing means done. A control
 * plane cannot be taken back to an older version: what failed stays as AKS left it, and is told.
 */
export function* upgradeControlPlane(
  context: OrchestrationContext,
  { runId, part, plan, step }: ControlPlaneUpgrade,
): Step<Finding[]> {
  const { name: cluster, resourceId } = plan;
  const outcome = yield* durableOperation(
    context,
    runIds.controlPlane(part),
    { kind: "upgradeControlPlane", resourceId, runId, version: step.to },
    { deadlineHours: DEADLINE_HOURS },
  );
  if (outcome.outcome !== "succeeded") {
    const code = outcome.outcome === "timed-out" ? "OperationTimedOut" : "OperationFailed";
    return [finding(code, cluster, `Azure did not upgrade the control plane of ${cluster}: ${outcome.message}`)];
  }
  const seen = yield* perform(context, "observeCluster", { name: cluster, resourceId });
  const runs = "facts" in seen ? seen.facts.kubernetesVersion : seen.unreachable;
  if (runs === step.to) return [];
  return [finding("ControlPlaneVersionMismatch", cluster, `${cluster} should run Kubernetes ${step.to}: ${runs}`)];
}

function finding(code: string, cluster: string, message: string): Finding {
  return {
    code,
    severity: "blocker",
    subject: cluster,
    message,
    evidence: [],
    remedy: "The activity log of the cluster tells more (az aks show); mend the cause and try again.",
    cluster,
  };
}
