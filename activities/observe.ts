import { DrydockError, terminal } from "../domain/errors.ts";
import type { WorkloadFacts } from "../domain/proof.ts";
import { type ClusterResult, clusterResultSchema } from "../domain/report.ts";
import type { Observation, PlannedUpgrade } from "../domain/upgrade-plan.ts";
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
