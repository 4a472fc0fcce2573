import type { ClusterPlan } from "../domain/upgrade-plan.ts";
import { askEntities, askEntity, type EntityContext, type OrchestrationContext, type Step } from "./durable.ts";
import { inParts, type PartWork } from "./fleet-parts.ts";

/** Name of the entity that keeps a cluster's part of a run's plan, so that it does not travel from history to history. */
export const CLUSTER_PLAN = "clusterPlan";

/** The `clusterPlan` entity: `keep` and `read`. */
export function clusterPlan({ df }: EntityContext<ClusterPlan | null>): void {
  const kept = df.getState(() => null) ?? null;
  const plan = df.operationName === "keep" ? (df.getInput<ClusterPlan>() ?? null) : kept;
  df.setState(plan);
  df.return(df.operationName === "keep" ? null : plan);
}

/** Keeps the plans of clusters, before anything is begun that reads them. */
export function* keepClusterPlans(
  context: OrchestrationContext,
  runId: string,
  plans: readonly ClusterPlan[],
): Step<void> {
  yield* inParts(context, KEEP_PLANS, plans, runId, "keep");
}

/** Keeps the plans of clusters of a run. */
export const KEEP_PLANS: PartWork<ClusterPlan, string, null> = { name: "keepPlans", body: keepPlans };

function* keepPlans(context: OrchestrationContext, plans: readonly ClusterPlan[], runId: string): Step<null[]> {
  const keys = plans.map((plan) => ({ key: planKey(runId, plan.name), input: plan }));
  return yield* askEntities<null>(context, CLUSTER_PLAN, "keep", keys);
}

/** A cluster's part of a run's plan. */
export function* readClusterPlan(context: OrchestrationContext, runId: string, cluster: string): Step<ClusterPlan> {
  const plan = yield* askEntity<ClusterPlan | null>(context, CLUSTER_PLAN, planKey(runId, cluster), "read");
  if (plan === null) throw new Error(`there is no plan of ${cluster} for run ${runId}`);
  return plan;
}

function planKey(runId: string, cluster: string): string {
  return `${runId}|${cluster}`;
}
