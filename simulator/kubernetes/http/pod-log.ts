import type { ClusterModel } from "../model/cluster-model.ts";
import type { Pod } from "../model/objects.ts";
import { logOf } from "../model/pod-program.ts";
import { badRequest } from "../model/status-error.ts";
import type { ResourceTarget } from "./request-path.ts";

/** What a pod's container has printed, as `kubectl logs` asks for it. Throws a 400 Status while it waits to start. */
export function readLog(cluster: ClusterModel, target: ResourceTarget, query: URLSearchParams): string {
  const pod = cluster.table("pods").get(target.namespace, target.name ?? "");
  const container = chooseContainer(pod, query.get("container") ?? "");
  const state = pod.status?.containerStatuses?.find(({ name }) => name === container)?.state;
  if (!state || state.waiting) {
    const why = state?.waiting?.reason ?? "ContainerCreating";
    throw badRequest(`container "${container}" in pod "${pod.metadata.name}" is waiting to start: ${why}`);
  }
  if (query.get("previous") === "true") {
    throw badRequest(`previous terminated container "${container}" in pod "${pod.metadata.name}" not found`);
  }
  const sinceMs = sinceOf(query, cluster.nowMs);
  const lines = logOf(pod).filter(([instant]) => Date.parse(instant) >= sinceMs);
  const tail = query.get("tailLines");
  const shown = tail === null ? lines : lines.slice(Math.max(0, lines.length - Number(tail)));
  const stamped = query.get("timestamps") === "true";
  const text = shown.map(([instant, line]) => `${stamped ? `${instant} ` : ""}${line}\n`).join("");
  const limit = query.get("limitBytes");
  return limit === null ? text : Buffer.from(text).subarray(0, Number(limit)).toString();
}

function chooseContainer(pod: Pod, asked: string): string {
  const names = pod.spec.containers.map(({ name }) => name);
  const [first = "", second] = names;
  if (asked === "" && second === undefined) return first;
  if (asked === "") {
    throw badRequest(
      `a container name must be specified for pod ${pod.metadata.name}, choose one of: [${names.join(" ")}]`,
    );
  }
  if (!names.includes(asked)) throw badRequest(`container ${asked} is not valid for pod ${pod.metadata.name}`);
  return asked;
}

function sinceOf(query: URLSearchParams, nowMs: number): number {
  const seconds = query.get("sinceSeconds");
  if (seconds !== null) return nowMs - Number(seconds) * 1_000;
  const time = query.get("sinceTime");
  return time === null ? Number.NEGATIVE_INFINITY : Date.parse(time);
}
