import { keyOfObject } from "../model/object-table.ts";
import type { Pod } from "../model/objects.ts";
import { deletePod } from "../model/pod-lifecycle.ts";
import { isPodActive, isPodReady } from "../model/pod-state.ts";
import { createPod } from "../model/pod-template.ts";
import { type Controller, controlledBy, controllerKeyOf, splitKey } from "./controller.ts";

/** Keeps as many pods of a ReplicaSet as it asks for. */
export const replicaSetController: Controller = {
  name: "replicaset",

  keysOf({ type, resource, object }) {
    if (resource.plural === "replicasets") return type === "DELETED" ? [] : [keyOfObject(object)];
    return resource.plural === "pods" ? controllerKeyOf(object, "ReplicaSet") : [];
  },

  reconcile(cluster, key) {
    const replicaSet = cluster.table("replicasets").find(...splitKey(key));
    if (!replicaSet || replicaSet.metadata.deletionTimestamp !== undefined) return;
    const active = cluster.pods.ownedBy(replicaSet.metadata.uid).filter(isPodActive);
    const extras = { ownerReferences: controlledBy(replicaSet) };
    for (let missing = replicaSet.spec.replicas - active.length; missing > 0; missing -= 1) {
      createPod(cluster, replicaSet, replicaSet.spec.template, extras);
    }
    const surplus = Math.max(0, active.length - replicaSet.spec.replicas);
    for (const pod of [...active].sort(deleteFirst).slice(0, surplus)) deletePod(cluster, pod);
    const pods = cluster.pods.ownedBy(replicaSet.metadata.uid).filter(isPodActive);
    const ready = pods.filter(isPodReady).length;
    cluster.table("replicasets").update({
      ...replicaSet,
      status: {
        replicas: pods.length,
        fullyLabeledReplicas: pods.length,
        readyReplicas: ready,
        availableReplicas: ready,
        observedGeneration: replicaSet.metadata.generation ?? 1,
      },
    });
  },
};

/** Pods that do the least go first: without a node, then not ready, then the youngest. */
function deleteFirst(left: Pod, right: Pod): number {
  return (
    Number(left.spec.nodeName !== undefined) - Number(right.spec.nodeName !== undefined) ||
    Number(isPodReady(left)) - Number(isPodReady(right)) ||
    Number(right.metadata.resourceVersion) - Number(left.metadata.resourceVersion)
  );
}
