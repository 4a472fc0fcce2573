import type { FluxObject } from "./preflight/readings.ts";
import type { NodeFacts, WorkloadFacts } from "./proof.ts";

/** Something in a cluster that is not as it should be. */
export interface HealthProblem {
  readonly cluster: string;
  readonly code:
    | "NodeNotReady"
    | "WorkloadNotReady"
    | "FluxNotReady"
    | "FluxSuspended"
    | "FluxUnknown"
    | "SloBroken"
    | "SloUnknown"
    | "HealthUnknown";
  readonly subject: string;
  readonly message: string;
  /** How long it has to last before it counts; 0 without it. */
  readonly forMinutes?: number;
  /** Somebody should know, but nothing is stopped by it. */
  readonly isOnlyTold?: boolean;
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

/** Flux objects that are not Ready; of one that somebody suspended nothing is proven, which is told. */
export function fluxProblems(cluster: string, objects: readonly FluxObject[]): HealthProblem[] {
  return objects.flatMap(({ kind, namespace, name, why, ...object }): HealthProblem[] => {
    const subject = `${kind}/${namespace}/${name}`;
    if (object.isSuspended) {
      const message = `${subject} of ${cluster} is suspended: nothing shows whether it would be Ready`;
      return [{ cluster, code: "FluxSuspended", subject, message, isOnlyTold: true }];
    }
    if (object.isReady && !object.isStalled) return [];
    return [{ cluster, code: "FluxNotReady", subject, message: `${subject} of ${cluster} is not Ready: ${why}` }];
  });
}

/** What a soak remembers from look to look. */
export interface HealthWatch {
  /** Keys of the problems that were there before: known, and nobody's regression. */
  readonly known: readonly string[];
  /** When each problem that is there now was first seen, milliseconds since the epoch. */
  readonly since: Readonly<Record<string, number>>;
}

/** What a look found beside what was there before. */
export interface HealthLook {
  readonly watch: HealthWatch;
  /** What has become worse and stays so. */
  readonly lasting: readonly HealthProblem[];
  /** What is worse, but not for long enough to say that it stays. */
  readonly pending: readonly HealthProblem[];
  /** What lasts and only has to be told. */
  readonly told: readonly HealthProblem[];
}

/** Begins to watch clusters; what was wrong before is known. */
export function beginWatch(before: readonly HealthProblem[]): HealthWatch {
  return { known: before.map(keyOf), since: {} };
}

/**
 * Compares what a look found with what was there before: a problem lasts when two looks running found it, and it has been
 * there for as long as it says. One look alone may have met a pod that somebody rolls out.
 */
export function lookAgain({ known, since }: HealthWatch, now: readonly HealthProblem[], nowMs: number): HealthLook {
  const old = new Set(known);
  const fresh = now.filter((problem) => !old.has(keyOf(problem)));
  const isLasting = (problem: HealthProblem) => {
    const firstMs = since[keyOf(problem)];
    return firstMs !== undefined && nowMs - firstMs >= (problem.forMinutes ?? 0) * 60_000;
  };
  const grave = fresh.filter(({ isOnlyTold }) => isOnlyTold !== true);
  return {
    watch: { known, since: Object.fromEntries(fresh.map((one) => [keyOf(one), since[keyOf(one)] ?? nowMs])) },
    lasting: grave.filter(isLasting),
    pending: grave.filter((problem) => !isLasting(problem)),
    told: fresh.filter((problem) => problem.isOnlyTold === true && isLasting(problem)),
  };
}

function keyOf({ cluster, code, subject }: HealthProblem): string {
  return `${cluster} ${code} ${subject}`;
}
