import type { ClusterModel } from "../model/cluster-model.ts";
import { keyOfObject } from "../model/object-table.ts";
import type { DaemonSet, KubernetesNode, Pod } from "../model/objects.ts";
import { deletePod } from "../model/pod-lifecycle.ts";
import { isPodActive, isPodReady } from "../model/pod-state.ts";
import { createPod } from "../model/pod-template.ts";
import { isWantedNode, matchesTaint } from "../model/scheduling.ts";
import { type Controller, controlledBy, controllerKeyOf, splitKey } from "./controller.ts";

/** What every DaemonSet pod puts up with (pkg/controller/daemon/util of Kubernetes). */
const DAEMON_TOLERATIONS = [
  { key: "node.kubernetes.io/not-ready", operator: "Exists", effect: "NoExecute" },
  { key: "node.kubernetes.io/unreachable", operator: "Exists", effect: "NoExecute" },
  { key: "node.kubernetes.io/disk-pressure", operator: "Exists", effect: "NoSchedule" },
  { key: "node.kubernetes.io/memory-pressure", operator: "Exists", effect: "NoSchedule" },
  { key: "node.kubernetes.io/pid-pressure", operator: "Exists", effect: "NoSchedule" },
  { key: "node.kubernetes.io/unschedulable", operator: "Exists", effect: "NoSchedule" },
];

/** Keeps one pod of a DaemonSet on every node it is for. */
export const daemonSetController: Controller = {
  name: "daemonset",

  keysOf({ type, resource, object }, cluster) {
    if (resource.plural === "daemonsets") return type === "DELETED" ? [] : [keyOfObject(object)];
    if (resource.plural === "pods") return controllerKeyOf(object, "DaemonSet");
    return resource.plural === "nodes" ? cluster.table("daemonsets").list().map(keyOfObject) : [];
  },

  reconcile(cluster, key) {
    const set = cluster.table("daemonsets").find(...splitKey(key));
    if (!set || set.metadata.deletionTimestamp !== undefined) return;
    const eligible = cluster
      .table("nodes")
      .list()
      .filter((node) => isFor(set, node));
    const pods = cluster.pods.ownedBy(set.metadata.uid);
    const covered = new Set(pods.map(targetOf));
    const wanted = new Set(eligible.map((node) => node.metadata.name));
    for (const node of eligible) {
      if (!covered.has(node.metadata.name)) createOn(cluster, set, node);
    }
    for (const pod of pods.filter(isPodActive)) {
      if (!wanted.has(targetOf(pod) ?? "")) deletePod(cluster, pod);
    }
    const now = cluster.pods.ownedBy(set.metadata.uid).filter(isPodActive);
    const ready = now.filter(isPodReady).length;
    cluster.table("daemonsets").update({
      ...set,
      status: {
        observedGeneration: set.metadata.generation ?? 1,
        desiredNumberScheduled: eligible.length,
        currentNumberScheduled: now.length,
        updatedNumberScheduled: now.length,
        numberReady: ready,
        numberAvailable: ready,
        numberUnavailable: eligible.length - ready,
        numberMisscheduled: 0,
      },
    });
  },
};

function isFor(set: DaemonSet, node: KubernetesNode): boolean {
  const { spec } = set.spec.template;
  const tolerations = [...DAEMON_TOLERATIONS, ...(spec.tolerations ?? [])];
  const tolerated = (node.spec.taints ?? []).every(
    (taint) => taint.effect === "PreferNoSchedule" || tolerations.some((toleration) => matchesTaint(toleration, taint)),
  );
  return tolerated && isWantedNode({ spec }, node);
}

function createOn(cluster: ClusterModel, set: DaemonSet, node: KubernetesNode): void {
  const { spec } = set.spec.template;
  const extras = {
    ownerReferences: controlledBy(set),
    spec: {
      tolerations: [...(spec.tolerations ?? []), ...DAEMON_TOLERATIONS],
      affinity: {
        nodeAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: {
            nodeSelectorTerms: [
              { matchFields: [{ key: "metadata.name", operator: "In", values: [node.metadata.name] }] },
            ],
          },
        },
      },
    },
  };
  createPod(cluster, set, set.spec.template, extras);
}

function targetOf(pod: Pod): string | undefined {
  const terms = pod.spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms;
  return terms?.[0]?.matchFields?.[0]?.values?.[0] ?? pod.spec.nodeName;
}
