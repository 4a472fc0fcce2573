import type { ClusterModel } from "../model/cluster-model.ts";
import { recordEvent } from "../model/events.ts";
import type { KubernetesNode, Pod } from "../model/objects.ts";
import { bindPod } from "../model/pod-lifecycle.ts";
import { isPodFinished, isPodTerminating, withCondition } from "../model/pod-state.ts";
import { topologyObjections } from "../model/pod-topology.ts";
import { type NodeLoad, type Placement, placePod } from "../model/scheduling.ts";
import { provisionFor, volumeObjections } from "../model/volumes.ts";
import type { Controller } from "./controller.ts";

const KEY = ["waiting pods"];

/** Finds a node for each pod that has none, whenever something changed in a way that may help. */
export const scheduler: Controller = {
  name: "scheduler",

  keysOf(change, cluster) {
    if (!cluster.pods.hasWaiting) return [];
    const { plural, isCustom } = change.resource;
    if (isCustom) return [];
    if (plural === "nodes" || plural === "persistentvolumeclaims" || plural === "persistentvolumes") return KEY;
    if (plural !== "pods") return [];
    const freesRoom = change.type === "DELETED" || change.before?.status !== change.object.status;
    return change.type === "ADDED" || freesRoom ? KEY : [];
  },

  reconcile(cluster) {
    const waiting = cluster.pods.onNode("").filter((pod) => !isPodTerminating(pod) && !isPodFinished(pod));
    if (waiting.length === 0) return;
    const nodes = cluster.table("nodes").list();
    const byName = new Map(nodes.map((node) => [node.metadata.name, node]));
    for (const pod of waiting) {
      const loads = nodes.map((node) => ({ node, use: cluster.pods.useOf(node.metadata.name) }));
      const placement = place(cluster, pod, loads, byName);
      if (placement.kind === "none") {
        refuse(cluster, pod, placement.message);
        continue;
      }
      provisionFor(cluster, pod, byName.get(placement.nodeName));
      bindPod(cluster, pod, placement.nodeName);
    }
  },
};

function place(
  cluster: ClusterModel,
  pod: Pod,
  loads: readonly NodeLoad[],
  nodes: ReadonlyMap<string, KubernetesNode>,
): Placement {
  const volumes = pod.spec.volumes === undefined ? [] : volumeObjections(cluster, pod);
  if (typeof volumes === "string") {
    return { kind: "none", message: `0/${nodes.size} nodes are available: ${volumes}.` };
  }
  return placePod(pod, loads, [...volumes, ...topologyObjections(pod, nodes, cluster.pods)]);
}

function refuse(cluster: ClusterModel, pod: Pod, message: string): void {
  const unschedulable = { type: "PodScheduled", status: "False", reason: "Unschedulable", message };
  const conditions = withCondition(pod.status?.conditions, unschedulable, cluster.nowText());
  const before = pod.status?.conditions?.find(({ type }) => type === "PodScheduled")?.message;
  const refused = cluster.table("pods").update({ ...pod, status: { ...pod.status, phase: "Pending", conditions } });
  if (before === message) return;
  recordEvent(cluster, refused, {
    type: "Warning",
    reason: "FailedScheduling",
    message,
    component: "default-scheduler",
  });
}
