import { DrydockError } from "../domain/errors.ts";
import { fluxProblems, type HealthProblem, healthProblems } from "../domain/health.ts";
import { type ClusterSlo, type Slo, type SloReading, sloProblem, sloQuery } from "../domain/slo.ts";
import type { ActivityPorts } from "./ports.ts";

/** A cluster to look at. */
export interface HealthInput {
  readonly name: string;
  readonly resourceId: string;
  readonly slo?: ClusterSlo;
}

/**
 * What is not as it should be in a cluster, by what it says of itself, by Flux, and by the measures of its ring. A measure that
 * cannot be told is a problem of its own, and never passed over. Throws DrydockError when the cluster cannot be seen.
 */
export async function observeHealth(ports: ActivityPorts, input: HealthInput): Promise<HealthProblem[]> {
  const { name, resourceId, slo } = input;
  const kubernetes = await ports.openKubernetes(resourceId);
  const [nodes, workloads, flux, measured] = await Promise.all([
    kubernetes.nodes(),
    kubernetes.workloads(),
    lookAtFlux(ports, input),
    Promise.all((slo?.queries ?? []).map((query) => measure(ports, input, query))),
  ]);
  return [...healthProblems(name, nodes, workloads), ...flux, ...measured.flatMap((problem) => problem ?? [])];
}

/** A cluster in which Flux may not be looked at is not unwell for that; but it is said. */
async function lookAtFlux(ports: ActivityPorts, { name, resourceId }: HealthInput): Promise<HealthProblem[]> {
  const reader = await ports.preflight.openReader(resourceId);
  try {
    return fluxProblems(name, (await reader.flux()).objects);
  } catch (error) {
    if (!(error instanceof DrydockError) || error.failure.class === "transient") throw error;
    const { message } = error.failure;
    return [{ cluster: name, code: "FluxUnknown", subject: name, message, isOnlyTold: true }];
  } finally {
    reader.close();
  }
}

async function measure(ports: ActivityPorts, input: HealthInput, slo: Slo): Promise<HealthProblem | null> {
  const cannotTell = input.slo?.cannotTell ?? "halt";
  return sloProblem(input.name, slo, await readSlo(ports, input, slo), cannotTell);
}

async function readSlo(ports: ActivityPorts, { name, resourceId, slo }: HealthInput, { name: of, query }: Slo) {
  // Managed Prometheus labels its series with the resource's name, whatever fleet.yaml calls the cluster.
  const cluster = resourceId.split("/").at(-1) ?? "";
  const asked = sloQuery(query, cluster);
  const unread = (why: string): SloReading => ({ read: false, why });
  if (asked === null) return unread(`the name "${cluster}" cannot stand in a query`);
  if (slo === undefined) return unread("there is no Prometheus");
  try {
    const question = { source: slo.prometheus, query: asked, asked: `ask SLO ${of} of ${name}` };
    const reading: SloReading = { read: true, samples: await ports.queryPrometheus(resourceId, question) };
    return reading;
  } catch (error) {
    if (error instanceof DrydockError) return unread(error.failure.message);
    throw error;
  }
}
