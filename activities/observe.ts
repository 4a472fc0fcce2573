import type { ClusterFacts } from "../domain/cluster-facts.ts";
import { DrydockError, terminal } from "../domain/errors.ts";
import type { Finding } from "../domain/finding.ts";
import { type HealthProblem, healthProblems } from "../domain/health.ts";
import { planDrift } from "../domain/plan-drift.ts";
import { preflight } from "../domain/preflight/preflight.ts";
import type { WorkloadFacts } from "../domain/proof.ts";
import { type ClusterResult, clusterResultSchema } from "../domain/report.ts";
import { type ClusterPlan, type Observation, type PlannedUpgrade, stillBehind } from "../domain/upgrade-plan.ts";
import type { ActivityPorts, Fleet } from "./ports.ts";

/** The fleet as it is now. */
export function readFleet(ports: ActivityPorts): Promise<Fleet> {
  return ports.readFleet();
}

/**
 * Looks at a cluster for a plan. What will not be cured by waiting is an observation too: one cluster that cannot be seen
 * must not stop the plan of the others.
 */
export async function tryObserveCluster(
  ports: ActivityPorts,
  { name, resourceId }: { readonly name: string; readonly resourceId: string },
): Promise<Observation> {
  try {
    return { name, facts: await ports.observeCluster(resourceId) };
  } catch (error) {
    if (!(error instanceof DrydockError) || error.failure.class === "transient") throw error;
    return { name, unreachable: error.failure.message };
  }
}

/** What a preflight found, and what is still to be done. */
export interface PreflightAnswer extends Pick<ClusterPlan, "controlPlane" | "pools"> {
  readonly findings: readonly Finding[];
}

/** Runs every preflight check on a cluster whose turn has come; nothing is touched. */
export async function preflightCluster(
  ports: ActivityPorts,
  { plan }: { readonly plan: ClusterPlan },
): Promise<PreflightAnswer> {
  const cluster: ClusterFacts = await ports.observeCluster(plan.resourceId);
  const { controlPlane, pools } = stillBehind(plan, cluster);
  if (controlPlane === null && pools.length === 0) return { findings: [], controlPlane, pools };
  const drift = planDrift({ ...plan, controlPlane, pools }, cluster);
  const kubernetes = await ports.openKubernetes(plan.resourceId);
  const poolOfNode = new Map<string, string>();
  for (const pool of pools) {
    for (const node of await kubernetes.nodesOfPool(pool.name)) poolOfNode.set(node.name, pool.name);
  }
  const pods = (await kubernetes.pods()).flatMap((pod) => {
    const pool = poolOfNode.get(pod.nodeName);
    return pool === undefined ? [] : [{ ...pod, pool }];
  });
  const findings = preflight({ plan: { ...plan, pools }, cluster, pods, budgets: await kubernetes.budgets() });
  return { findings: [...drift, ...findings], controlPlane, pools };
}

/** How the workloads of a cluster stand. */
export async function observeWorkloads(
  ports: ActivityPorts,
  { resourceId }: { readonly resourceId: string },
): Promise<WorkloadFacts[]> {
  return (await ports.openKubernetes(resourceId)).workloads();
}

/** Whether an orchestration may still act. */
export async function checkRunAlive(
  ports: ActivityPorts,
  { instanceId }: { readonly instanceId: string },
): Promise<{ readonly alive: boolean }> {
  return { alive: await ports.isAlive(instanceId) };
}

/** What is not as it should be in a cluster, by what it says of itself. */
export async function observeHealth(
  ports: ActivityPorts,
  { name, resourceId }: { readonly name: string; readonly resourceId: string },
): Promise<HealthProblem[]> {
  const kubernetes = await ports.openKubernetes(resourceId);
  return healthProblems(name, await kubernetes.nodes(), await kubernetes.workloads());
}

/** How a cluster's part of a run went. A part that ended without a result was broken by a bug. */
export async function readClusterResult(
  ports: ActivityPorts,
  { instanceId }: { readonly instanceId: string },
): Promise<ClusterResult> {
  return clusterResultSchema.parse(await ports.resultOf(instanceId));
}

/** A plan that was made before. Throws DrydockError when it is gone. */
export async function readPlan(
  ports: ActivityPorts,
  { instanceId }: { readonly instanceId: string },
): Promise<PlannedUpgrade> {
  const planned = await ports.resultOf(instanceId);
  if (planned) return planned as PlannedUpgrade;
  throw new DrydockError(terminal("NotFound", `there is no plan ${instanceId} any longer`));
}
