import type { FleetFile } from "../adapters/fleet-config.ts";
import type { ClusterFacts } from "../domain/cluster-facts.ts";
import { DrydockError } from "../domain/errors.ts";
import type { Finding } from "../domain/finding.ts";
import { preflight } from "../domain/preflight/preflight.ts";
import type { WorkloadFacts } from "../domain/proof.ts";
import { type ClusterPlan, type Observation, type PoolPlan, poolsStillBehind } from "../domain/upgrade-plan.ts";
import type { ActivityPorts } from "./ports.ts";

/** fleet.yaml as it is now. */
export function readFleet(ports: ActivityPorts): Promise<FleetFile> {
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

/** What a preflight found, and which pools are still to be done. */
export interface PreflightAnswer {
  readonly findings: readonly Finding[];
  readonly pools: readonly PoolPlan[];
}

/** Runs every preflight check on a cluster whose turn has come; nothing is touched. */
export async function preflightCluster(
  ports: ActivityPorts,
  { plan }: { readonly plan: ClusterPlan },
): Promise<PreflightAnswer> {
  const cluster: ClusterFacts = await ports.observeCluster(plan.resourceId);
  const pools = poolsStillBehind(plan, cluster);
  if (pools.length === 0) return { findings: [], pools };
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
  return { findings, pools };
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
