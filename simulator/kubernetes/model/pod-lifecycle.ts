import type { World } from "../../world.ts";
import { type ClusterModel, timeText } from "./cluster-model.ts";
import { recordEvent } from "./events.ts";
import type { KubernetesNode, Metadata, Pod } from "./objects.ts";
import { unmetNeed } from "./pod-needs.ts";
import { exitCode, runSeconds, runsToCompletion, startSeconds, stopSeconds } from "./pod-program.ts";
import { isNodeReady, isPodFinished, isPodTerminating, withCondition } from "./pod-state.ts";
import { allReady, containerStatuses, longServing, notReady } from "./pod-status.ts";

const DEFAULT_GRACE_SECONDS = 30;
/** Share of a container's start-up after which its process runs; the rest it needs to become ready. */
const RUNNING_SHARE = 0.6;
/** How soon a kubelet that is not there is asked again. */
const KUBELET_RETRY_SECONDS = 5;
/** How soon a kubelet tries again what a pod lacked, doubling up to the longest. */
const FIRST_RETRY_SECONDS = 10;
const LONGEST_RETRY_SECONDS = 300;

type Args = Readonly<Record<string, string>>;

/** Binds a pod to a node, whose kubelet then starts it. */
export function bindPod(cluster: ClusterModel, pod: Pod, nodeName: string): Pod {
  const placed = { ...pod, spec: { ...pod.spec, nodeName } };
  if (cluster.instant && !unmetNeed(cluster, pod)) return settle(cluster, placed);
  const now = cluster.nowText();
  const conditions = withCondition(pod.status?.conditions, { type: "PodScheduled", status: "True" }, now);
  const state = { waiting: { reason: "ContainerCreating" } };
  const bound = cluster.table("pods").update({
    ...placed,
    status: {
      ...pod.status,
      phase: "Pending",
      startTime: now,
      conditions,
      containerStatuses: containerStatuses(pod, { ready: false, state }),
    },
  });
  const message = `Successfully assigned ${pod.metadata.namespace}/${pod.metadata.name} to ${nodeName}`;
  recordEvent(cluster, bound, { type: "Normal", reason: "Scheduled", message, component: "default-scheduler" });
  const seconds = startSeconds(cluster, bound);
  const readyIn = String(seconds * (1 - RUNNING_SHARE));
  cluster.schedule(seconds * RUNNING_SHARE, "pod.run", { ...podArgs(bound), readyIn });
  return bound;
}

/** A pod as it stands when it was started long ago: it serves, or it has done its work. */
function settle(cluster: ClusterModel, placed: Pod): Pod {
  const node = cluster.table("nodes").find(undefined, placed.spec.nodeName ?? "");
  const status = longServing(placed, cluster.nowText(), addressOf(node), newAddress(cluster));
  const running = cluster.table("pods").update({ ...placed, status });
  if (!runsToCompletion(running)) return running;
  finishPod(cluster, running);
  return cluster.table("pods").find(running.metadata.namespace, running.metadata.name) ?? running;
}

/** Restarts the containers of what is still on a node after its machine came back. */
export function restartPodsOn(cluster: ClusterModel, nodeName: string): void {
  for (const pod of cluster.pods.onNode(nodeName)) {
    // What has not run yet is tried again by its own item of the agenda.
    if (isPodTerminating(pod) || pod.status?.phase !== "Running") continue;
    cluster.schedule(startSeconds(cluster, pod), "pod.ready", podArgs(pod));
  }
}

/** Marks what is on a node as not ready: its kubelet has gone. */
export function loseNode(cluster: ClusterModel, nodeName: string): void {
  for (const pod of cluster.pods.onNode(nodeName)) {
    if (isPodFinished(pod)) continue;
    const conditions = notReady(pod, "NodeNotReady", cluster.nowText());
    cluster.table("pods").update({ ...pod, status: { ...pod.status, conditions } });
  }
}

/**
 * Asks for a pod's deletion, as DELETE and eviction do. A pod on a node is given its grace period (or the shorter time
 * its program needs) and stays visible, terminating, until then; one with finalizers stays until they are taken off.
 */
export function deletePod(cluster: ClusterModel, pod: Pod, graceSeconds?: number): void {
  const grace = graceSeconds ?? pod.spec.terminationGracePeriodSeconds ?? DEFAULT_GRACE_SECONDS;
  const running = pod.spec.nodeName !== undefined && !isPodFinished(pod);
  if (grace === 0 || !running) {
    cluster.table("pods").finish(pod);
    return;
  }
  const deadlineMs = cluster.nowMs + grace * 1_000;
  const current = pod.metadata.deletionTimestamp;
  if (current !== undefined && Date.parse(current) <= deadlineMs) return;
  const metadata: Metadata = {
    ...pod.metadata,
    deletionTimestamp: timeText(deadlineMs),
    deletionGracePeriodSeconds: grace,
  };
  const going = cluster.table("pods").update({ ...pod, metadata });
  for (const { name } of pod.spec.containers) {
    kubeletEvent(cluster, going, "Normal", "Killing", `Stopping container ${name}`);
  }
  cluster.schedule(Math.min(grace, stopSeconds(cluster, pod)), "pod.gone", podArgs(pod));
}

/** Lets the agenda run the lives of pods and wake controllers, for whichever cluster an item names. */
export function handlePodLives(world: World, clusterOf: (name: string) => ClusterModel): void {
  for (const [kind, act] of Object.entries(POD_ACTIONS)) {
    world.handle(kind, (args) => {
      const cluster = clusterOf(args.cluster ?? "");
      const pod = cluster.table("pods").find(args.namespace, args.name ?? "");
      // The name may have been taken by a successor since.
      if (pod && pod.metadata.uid === args.uid) act(cluster, pod, args);
    });
  }
  world.handle("controller.wake", ({ cluster = "", controller = "", key = "" }) =>
    clusterOf(cluster).wake(controller, key),
  );
}

type PodAction = (cluster: ClusterModel, pod: Pod, args: Args) => void;

/** What each kind of agenda item does to its pod. */
const POD_ACTIONS: Readonly<Record<string, PodAction>> = {
  "pod.run": (cluster, pod, args) => whenKubeletThere(cluster, pod, args, "pod.run", tryToRun),
  "pod.ready": (cluster, pod, args) => whenKubeletThere(cluster, pod, args, "pod.ready", becomeReady),
  "pod.finish": (cluster, pod, args) => whenKubeletThere(cluster, pod, args, "pod.finish", finishPod),
  "pod.gone": (cluster, pod) => {
    cluster.table("pods").finish(pod);
  },
};

function whenKubeletThere(cluster: ClusterModel, pod: Pod, args: Args, kind: string, act: PodAction): void {
  if (isPodTerminating(pod) || isPodFinished(pod)) return;
  const node = cluster.table("nodes").find(undefined, pod.spec.nodeName ?? "");
  if (node && isNodeReady(node)) act(cluster, pod, args);
  else cluster.schedule(KUBELET_RETRY_SECONDS, kind, { ...podArgs(pod), ...retryArgs(args) });
}

function tryToRun(cluster: ClusterModel, pod: Pod, args: Args): void {
  if (pod.status?.phase === "Running") return;
  const need = unmetNeed(cluster, pod);
  const readyIn = args.readyIn ?? "0";
  if (!need) {
    runPod(cluster, pod);
    cluster.schedule(Number(readyIn), "pod.ready", podArgs(pod));
    return;
  }
  const tries = Number(args.tries ?? 0);
  const backsOff = need.waitingReason === "ErrImagePull" && tries > 0;
  const waiting = backsOff
    ? { reason: "ImagePullBackOff", message: need.message.replace("Failed to pull", "Back-off pulling") }
    : { reason: need.waitingReason, message: need.message };
  const statuses = containerStatuses(pod, { ready: false, state: { waiting } });
  const conditions = notReady(pod, "ContainersNotReady", cluster.nowText());
  const held = cluster.table("pods").update({
    ...pod,
    status: { ...pod.status, phase: "Pending", conditions, containerStatuses: statuses },
  });
  kubeletEvent(cluster, held, "Warning", need.event.reason, need.event.message);
  const seconds = Math.min(LONGEST_RETRY_SECONDS, FIRST_RETRY_SECONDS * 2 ** tries);
  cluster.schedule(seconds, "pod.run", { ...podArgs(pod), readyIn, tries: String(tries + 1) });
}

function runPod(cluster: ClusterModel, pod: Pod): void {
  const node = cluster.table("nodes").find(undefined, pod.spec.nodeName ?? "");
  const state = { running: { startedAt: cluster.nowText() } };
  const running = cluster.table("pods").update({
    ...pod,
    status: {
      ...pod.status,
      phase: "Running",
      hostIP: addressOf(node),
      podIP: pod.status?.podIP ?? newAddress(cluster),
      containerStatuses: containerStatuses(pod, { ready: false, state }),
    },
  });
  for (const { name } of pod.spec.containers) {
    kubeletEvent(cluster, running, "Normal", "Started", `Started container ${name}`);
  }
}

function becomeReady(cluster: ClusterModel, pod: Pod): void {
  const now = cluster.nowText();
  const restarted = pod.status?.conditions?.some(({ type, reason }) => type === "Ready" && reason === "NodeNotReady");
  const startedAt = pod.status?.containerStatuses?.[0]?.state?.running?.startedAt;
  const state = { running: { startedAt: restarted ? now : (startedAt ?? now) } };
  const ready = cluster.table("pods").update({
    ...pod,
    status: {
      ...pod.status,
      phase: "Running",
      conditions: allReady(pod, now),
      containerStatuses: containerStatuses(pod, { ready: true, state, restarted: restarted === true }),
    },
  });
  if (runsToCompletion(pod)) cluster.schedule(runSeconds(pod), "pod.finish", podArgs(ready));
}

function finishPod(cluster: ClusterModel, pod: Pod): void {
  const now = cluster.nowText();
  const code = exitCode(pod);
  const reason = code === 0 ? "Completed" : "Error";
  const startedAt = pod.status?.containerStatuses?.[0]?.state?.running?.startedAt ?? now;
  const state = { terminated: { exitCode: code, reason, startedAt, finishedAt: now } };
  cluster.table("pods").update({
    ...pod,
    status: {
      ...pod.status,
      phase: code === 0 ? "Succeeded" : "Failed",
      conditions: notReady(pod, code === 0 ? "PodCompleted" : "PodFailed", now),
      containerStatuses: containerStatuses(pod, { ready: false, state }),
    },
  });
}

function kubeletEvent(cluster: ClusterModel, pod: Pod, type: "Normal" | "Warning", reason: string, message: string) {
  recordEvent(cluster, pod, { type, reason, message, component: "kubelet" });
}

function newAddress(cluster: ClusterModel): string {
  return `10.244.${cluster.random.between(0, 255)}.${cluster.random.between(2, 254)}`;
}

function addressOf(node: KubernetesNode | undefined): string {
  const addresses = node?.status.addresses;
  const first: unknown = Array.isArray(addresses) ? addresses[0] : undefined;
  return typeof first === "object" && first !== null && "address" in first ? String(first.address) : "";
}

function retryArgs({ readyIn, tries }: Args): Record<string, string> {
  return { ...(readyIn === undefined ? {} : { readyIn }), ...(tries === undefined ? {} : { tries }) };
}

function podArgs(pod: Pod): Record<string, string> {
  return { namespace: pod.metadata.namespace ?? "", name: pod.metadata.name, uid: pod.metadata.uid };
}
