import { RUN_SECONDS, START_SECONDS, STOP_SECONDS } from "../../settings.ts";
import type { ClusterModel } from "./cluster-model.ts";
import type { Pod } from "./objects.ts";

/** What a run-to-completion program ends with; 0 unless the pod says otherwise. */
export const EXIT_CODE = "simulator.drydock.dev/exit-code";
/** What a program prints, one line a line; without it, it prints what becomes of it. */
export const LOG = "simulator.drydock.dev/log";

const DEFAULT_RUN_SECONDS = 30;

/** From a pod's binding to its being ready, in seconds. */
export function startSeconds(cluster: ClusterModel, pod: Pod): number {
  return annotated(pod, START_SECONDS) ?? jittered(cluster, cluster.settings.podStartSeconds);
}

/** How long a pod's program takes to stop, in seconds, whatever its grace period. */
export function stopSeconds(cluster: ClusterModel, pod: Pod): number {
  return annotated(pod, STOP_SECONDS) ?? jittered(cluster, cluster.settings.podStopSeconds);
}

/** How long a program that runs to its end runs, in seconds. */
export function runSeconds(pod: Pod): number {
  return annotated(pod, RUN_SECONDS) ?? DEFAULT_RUN_SECONDS;
}

/** Whether the pod's program is meant to end. */
export function runsToCompletion({ spec }: Pod): boolean {
  return spec.restartPolicy !== undefined && spec.restartPolicy !== "Always";
}

export function exitCode(pod: Pod): number {
  return annotated(pod, EXIT_CODE) ?? 0;
}

/** What the pod's program has printed so far, each line with its instant; the same for the same pod. */
export function logOf(pod: Pod): ReadonlyArray<readonly [instant: string, line: string]> {
  const [status] = pod.status?.containerStatuses ?? [];
  const since = status?.state?.running?.startedAt ?? pod.status?.startTime;
  if (since === undefined || status === undefined || status.state?.waiting) return [];
  const own = pod.metadata.annotations?.[LOG];
  if (own === "") return [];
  if (own !== undefined)
    return own
      .replace(/\n$/, "")
      .split("\n")
      .map((line) => [since, line] as const);
  const { name } = pod.metadata;
  const ended = status.state?.terminated;
  return [
    [since, `${name}: starting`] as const,
    [since, `${name}: started`] as const,
    ...(ended ? [[ended.finishedAt ?? since, `${name}: ended with exit code ${ended.exitCode ?? 0}`] as const] : []),
  ];
}

function annotated(pod: Pod, annotation: string): number | undefined {
  const text = pod.metadata.annotations?.[annotation];
  const value = text === undefined ? Number.NaN : Number(text);
  return Number.isFinite(value) && value >= 0 ? value : undefined;
}

function jittered(cluster: ClusterModel, seconds: number): number {
  return seconds * (1 + cluster.settings.jitter * (2 * cluster.random.next() - 1));
}
