import type { FleetFile } from "../adapters/fleet-config.ts";
import { DrydockError } from "../domain/errors.ts";
import type { WorkloadFacts } from "../domain/proof.ts";
import type { Observation } from "../domain/upgrade-plan.ts";
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
