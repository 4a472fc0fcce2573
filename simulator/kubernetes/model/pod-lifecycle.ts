import { RUN_SECONDS, START_SECONDS, STOP_SECONDS } from "../../settings.ts";
import type { World } from "../../world.ts";
import { type ClusterModel, timeText } from "./cluster-model.ts";
import type { Pod } from "./objects.ts";
import { isNodeReady, isPodFinished, isPodTerminating, withCondition } from "./pod-state.ts";

const DEFAULT_GRACE_SECONDS = 30;
/** Share of a container's start-up after which its process runs; the rest it needs to become ready. */
const RUNNING_SHARE = 0.6;
/** How soon a kubelet that is not there is asked again. */
const KUBELET_RETRY_SECONDS = 5;

/** Binds a pod to a node, whose kubelet then starts it. */
export function bindPod(cluster: ClusterModel, pod: Pod, nodeName: string): void {
  const now = cluster.nowText();
  const bound = cluster.table("pods").update({
    ...pod,
    spec: { ...pod.spec, nodeName },
    status: {
      ...pod.status,
      phase: "Pending",
      startTime: now,
      conditions: withCondition(pod.status?.conditions, { type: "PodScheduled", status: "True" }, now),
    },
  });
  if (cluster.instant) {
    runPod(cluster, bound);
    const running = cluster.table("pods").find(bound.metadata.namespace, bound.metadata.name);
    if (running) becomeReadyOrFinish(cluster, running);
    return;
  }
  const seconds = startSeconds(cluster, bound);
  cluster.schedule(seconds * RUNNING_SHARE, "pod.run", podArgs(bound));
  cluster.schedule(seconds, "pod.ready", podArgs(bound));
}

/** Restarts the containers of what is still on a node after its machine came back. */
export function restartPodsOn(cluster: ClusterModel, nodeName: string): void {
  for (const pod of cluster.pods.onNode(nodeName)) {
    if (isPodFinished(pod) || isPodTerminating(pod)) continue;
    cluster.schedule(startSeconds(cluster, pod), "pod.ready", podArgs(pod));
  }
}

/** Marks what is on a node as not ready: its kubelet has gone. */
export function loseNode(cluster: ClusterModel, nodeName: string): void {
  const now = cluster.nowText();
  for (const pod of cluster.pods.onNode(nodeName)) {
    if (isPodFinished(pod)) continue;
    let conditions = pod.status?.conditions;
    for (const type of ["Ready", "ContainersReady"]) {
      conditions = withCondition(conditions, { type, status: "False", reason: "NodeNotReady" }, now);
    }
    cluster.table("pods").update({ ...pod, status: { ...pod.status, conditions } });
  }
}

/**
 * Asks for a pod's deletion, as DELETE and eviction do. A pod on a node is given its grace period (or the shorter time
 * its program needs) and stays visible, terminating, until then.
 */
export function deletePod(cluster: ClusterModel, pod: Pod, graceSeconds?: number): void {
  const grace = graceSeconds ?? pod.spec.terminationGracePeriodSeconds ?? DEFAULT_GRACE_SECONDS;
  const running = pod.spec.nodeName !== undefined && !isPodFinished(pod);
  if (grace === 0 || !running) {
    cluster.table("pods").remove(pod);
    return;
  }
  const deadlineMs = cluster.nowMs + grace * 1_000;
  const current = pod.metadata.deletionTimestamp;
  if (current !== undefined && Date.parse(current) <= deadlineMs) return;
  cluster.table("pods").update({
    ...pod,
    metadata: { ...pod.metadata, deletionTimestamp: timeText(deadlineMs), deletionGracePeriodSeconds: grace },
  });
  const stop = annotatedSeconds(pod, STOP_SECONDS) ?? jittered(cluster, cluster.settings.podStopSeconds);
  cluster.schedule(Math.min(grace, stop), "pod.gone", podArgs(pod));
}

/** Lets the agenda run the lives of pods, for whichever cluster an item names. */
export function handlePodLives(world: World, clusterOf: (name: string) => ClusterModel): void {
  for (const [kind, act] of Object.entries(POD_ACTIONS)) {
    world.handle(kind, (args) => {
      const cluster = clusterOf(args.cluster ?? "");
      const pod = cluster.table("pods").find(args.namespace, args.name ?? "");
      // The name may have been taken by a successor since.
      if (pod && pod.metadata.uid === args.uid) act(cluster, pod);
    });
  }
}

/** What each kind of agenda item does to its pod. */
const POD_ACTIONS: Readonly<Record<string, (cluster: ClusterModel, pod: Pod) => void>> = {
  "pod.run": (cluster, pod) => whenKubeletThere(cluster, pod, "pod.run", runPod),
  "pod.ready": (cluster, pod) => whenKubeletThere(cluster, pod, "pod.ready", becomeReadyOrFinish),
  "pod.finish": (cluster, pod) => whenKubeletThere(cluster, pod, "pod.finish", finishPod),
  "pod.gone": (cluster, pod) => cluster.table("pods").remove(pod),
};

function whenKubeletThere(
  cluster: ClusterModel,
  pod: Pod,
  kind: string,
  act: (cluster: ClusterModel, pod: Pod) => void,
): void {
  if (isPodTerminating(pod) || isPodFinished(pod)) return;
  const node = cluster.table("nodes").find(undefined, pod.spec.nodeName ?? "");
  if (node && isNodeReady(node)) act(cluster, pod);
  else cluster.schedule(KUBELET_RETRY_SECONDS, kind, podArgs(pod));
}

function runPod(cluster: ClusterModel, pod: Pod): void {
  const node = cluster.table("nodes").find(undefined, pod.spec.nodeName ?? "");
  cluster.table("pods").update({
    ...pod,
    status: {
      ...pod.status,
      phase: "Running",
      hostIP: addressOf(node),
      podIP: pod.status?.podIP ?? `10.244.${cluster.random.between(0, 255)}.${cluster.random.between(2, 254)}`,
      containerStatuses: containerStatuses(cluster, pod, false),
    },
  });
}

function becomeReadyOrFinish(cluster: ClusterModel, pod: Pod): void {
  const runSeconds = annotatedSeconds(pod, RUN_SECONDS);
  const now = cluster.nowText();
  let conditions = pod.status?.conditions;
  for (const type of ["Initialized", "Ready", "ContainersReady"]) {
    conditions = withCondition(conditions, { type, status: "True" }, now);
  }
  const ready = cluster.table("pods").update({
    ...pod,
    status: { ...pod.status, phase: "Running", conditions, containerStatuses: containerStatuses(cluster, pod, true) },
  });
  if (pod.spec.restartPolicy === undefined || pod.spec.restartPolicy === "Always") return;
  if (cluster.instant) finishPod(cluster, ready);
  else cluster.schedule(runSeconds ?? 30, "pod.finish", podArgs(ready));
}

function finishPod(cluster: ClusterModel, pod: Pod): void {
  const now = cluster.nowText();
  let conditions = pod.status?.conditions;
  for (const type of ["Ready", "ContainersReady"]) {
    conditions = withCondition(conditions, { type, status: "False", reason: "PodCompleted" }, now);
  }
  cluster.table("pods").update({
    ...pod,
    status: {
      ...pod.status,
      phase: "Succeeded",
      conditions,
      containerStatuses: containerStatuses(cluster, pod, false).map((status) => ({
        ...status,
        started: false,
        state: { terminated: { exitCode: 0, reason: "Completed", finishedAt: now } },
      })),
    },
  });
}

function containerStatuses(cluster: ClusterModel, pod: Pod, ready: boolean) {
  const known = pod.status?.containerStatuses ?? [];
  const notReadyBefore = pod.status?.conditions?.some(
    ({ type, reason }) => type === "Ready" && reason === "NodeNotReady",
  );
  return pod.spec.containers.map(({ name, image }) => {
    const restarts = known.find((status) => status.name === name)?.restartCount ?? 0;
    return {
      name,
      image: image ?? "",
      imageID: image ?? "",
      ready,
      started: true,
      restartCount: ready && notReadyBefore === true ? restarts + 1 : restarts,
      state: { running: { startedAt: cluster.nowText() } },
    };
  });
}

function addressOf(node: { status: Record<string, unknown> } | undefined): string {
  const addresses = node?.status.addresses;
  const first: unknown = Array.isArray(addresses) ? addresses[0] : undefined;
  return typeof first === "object" && first !== null && "address" in first ? String(first.address) : "";
}

function startSeconds(cluster: ClusterModel, pod: Pod): number {
  return annotatedSeconds(pod, START_SECONDS) ?? jittered(cluster, cluster.settings.podStartSeconds);
}

function jittered(cluster: ClusterModel, seconds: number): number {
  return seconds * (1 + cluster.settings.jitter * (2 * cluster.random.next() - 1));
}

function annotatedSeconds(pod: Pod, annotation: string): number | undefined {
  const text = pod.metadata.annotations?.[annotation];
  const seconds = text === undefined ? Number.NaN : Number(text);
  return Number.isFinite(seconds) && seconds >= 0 ? seconds : undefined;
}

function podArgs(pod: Pod): Record<string, string> {
  return { namespace: pod.metadata.namespace ?? "", name: pod.metadata.name, uid: pod.metadata.uid };
}
