import { bindPod } from "../model/pod-lifecycle.ts";
import { isPodFinished, isPodTerminating, withCondition } from "../model/pod-state.ts";
import { placePod } from "../model/scheduling.ts";
import type { Controller } from "./controller.ts";

/** Finds a node for each pod that has none, whenever a pod or a node changed in a way that may help. */
export const scheduler: Controller = {
  name: "scheduler",

  keysOf(change, cluster) {
    if (change.resource.plural === "nodes") return waitingKeys(cluster.pods.onNode("").length);
    if (change.resource.plural !== "pods") return [];
    const isNew = change.type === "ADDED";
    const freesRoom = change.type === "DELETED" || change.before?.status !== change.object.status;
    return isNew || freesRoom ? waitingKeys(cluster.pods.onNode("").length) : [];
  },

  reconcile(cluster) {
    for (const pod of cluster.pods.onNode("")) {
      if (isPodTerminating(pod) || isPodFinished(pod)) continue;
      const loads = cluster
        .table("nodes")
        .list()
        .map((node) => ({
          node,
          pods: cluster.pods.onNode(node.metadata.name).filter((other) => !isPodFinished(other)),
        }));
      const placement = placePod(pod, loads);
      if (placement.kind === "bind") {
        bindPod(cluster, pod, placement.nodeName);
        continue;
      }
      const unschedulable = {
        type: "PodScheduled",
        status: "False",
        reason: "Unschedulable",
        message: placement.message,
      };
      const conditions = withCondition(pod.status?.conditions, unschedulable, cluster.nowText());
      cluster.table("pods").update({ ...pod, status: { ...pod.status, phase: "Pending", conditions } });
    }
  },
};

function waitingKeys(waiting: number): string[] {
  return waiting > 0 ? ["waiting pods"] : [];
}
