import { recordEvent } from "../model/events.ts";
import type { Controller } from "./controller.ts";

const CORDON_TAINT = { key: "node.kubernetes.io/unschedulable", effect: "NoSchedule" };

/** Keeps a node's cordon taint in line with its `spec.unschedulable`, whoever changes that. */
export const nodeLifecycleController: Controller = {
  name: "node-lifecycle",

  keysOf: ({ type, resource, object }) =>
    resource.plural === "nodes" && type !== "DELETED" ? [object.metadata.name] : [],

  reconcile(cluster, name) {
    const node = cluster.table("nodes").find(undefined, name);
    if (!node) return;
    const { taints = [], ...spec } = node.spec;
    const tainted = taints.some(({ key }) => key === CORDON_TAINT.key);
    if (tainted === (spec.unschedulable === true)) return;
    const next = tainted ? taints.filter(({ key }) => key !== CORDON_TAINT.key) : [...taints, CORDON_TAINT];
    const changed = { ...node, spec: { ...spec, ...(next.length === 0 ? {} : { taints: next }) } };
    const reason = tainted ? "NodeSchedulable" : "NodeNotSchedulable";
    const message = `Node ${name} status is now: ${reason}`;
    recordEvent(cluster, cluster.table("nodes").update(changed), {
      type: "Normal",
      reason,
      message,
      component: "kubelet",
    });
  },
};
