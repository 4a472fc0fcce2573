import type { NodeFacts, WorkloadFacts } from "./proof.ts";

/** Something in a cluster that is not as it should be. */
export interface HealthProblem {
  readonly cluster: string;
  readonly code: "NodeNotReady" | "WorkloadNotReady" | "HealthUnknown";
  readonly subject: string;
  readonly message: string;
}

/** What is not as it should be in a cluster, by what it says of itself now. */
export function healthProblems(
  cluster: string,
  nodes: readonly NodeFacts[],
  workloads: readonly WorkloadFacts[],
): HealthProblem[] {
  const ofNodes = nodes
    .filter(({ ready }) => !ready)
    .map(({ name }): HealthProblem => {
      return { cluster, code: "NodeNotReady", subject: name, message: `node ${name} of ${cluster} is not Ready` };
    });
  const ofWorkloads = workloads
    .filter(({ ready, desired }) => ready < desired)
    .map(({ kind, namespace, name, ready, desired }): HealthProblem => {
      const subject = `${kind}/${namespace}/${name}`;
      const message = `${subject} of ${cluster} has ${ready} of ${desired} pods ready`;
      return { cluster, code: "WorkloadNotReady", subject, message };
    });
  return [...ofNodes, ...ofWorkloads];
}

/**
 * What has become worse since a soak began and stayed so: not there at the start, and there in two looks running. One look
 * alone may have met a pod that somebody rolls out.
 */
export function lastingProblems(
  atStart: readonly HealthProblem[],
  before: readonly HealthProblem[],
  now: readonly HealthProblem[],
): HealthProblem[] {
  const keys = (problems: readonly HealthProblem[]) => new Set(problems.map(keyOf));
  const old = keys(atStart);
  const known = keys(before);
  return now.filter((problem) => !old.has(keyOf(problem)) && known.has(keyOf(problem)));
}

function keyOf({ cluster, code, subject }: HealthProblem): string {
  return `${cluster} ${code} ${subject}`;
}
