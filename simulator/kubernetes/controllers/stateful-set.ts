import type { ClusterModel } from "../model/cluster-model.ts";
import { keyOfObject } from "../model/object-table.ts";
import type { Pod, StatefulSet } from "../model/objects.ts";
import { deletePod } from "../model/pod-lifecycle.ts";
import { isPodReady, isPodTerminating } from "../model/pod-state.ts";
import { podFromTemplate, templateHash } from "../model/pod-template.ts";
import { type Controller, controlledBy, controllerKeyOf, splitKey } from "./controller.ts";

const REVISION = "controller-revision-hash";

/** Keeps a StatefulSet's numbered pods (OrderedReady): one at a time, each only when those before it are ready. */
export const statefulSetController: Controller = {
  name: "statefulset",

  keysOf({ type, resource, object }) {
    if (resource.plural === "statefulsets") return type === "DELETED" ? [] : [keyOfObject(object)];
    return resource.plural === "pods" ? controllerKeyOf(object, "StatefulSet") : [];
  },

  reconcile(cluster, key) {
    const set = cluster.table("statefulsets").find(...splitKey(key));
    if (!set) return;
    step(cluster, set);
    const pods = cluster.pods.ownedBy(set.metadata.uid).filter((pod) => !isPodTerminating(pod));
    const revision = templateHash(set.spec.template);
    cluster.table("statefulsets").update({
      ...set,
      status: {
        observedGeneration: set.metadata.generation ?? 1,
        replicas: pods.length,
        readyReplicas: pods.filter(isPodReady).length,
        availableReplicas: pods.filter(isPodReady).length,
        currentReplicas: pods.length,
        updatedReplicas: pods.filter((pod) => pod.metadata.labels?.[REVISION] === revision).length,
        updateRevision: `${set.metadata.name}-${revision}`,
      },
    });
  },
};

/** The one thing that may be done now. A name is free again only when its pod is gone, not while it terminates. */
function step(cluster: ClusterModel, set: StatefulSet): void {
  const pods = new Map(cluster.pods.ownedBy(set.metadata.uid).map((pod) => [pod.metadata.name, pod]));
  const name = (ordinal: number) => `${set.metadata.name}-${ordinal}`;
  for (let ordinal = 0; ordinal < set.spec.replicas; ordinal += 1) {
    const pod = pods.get(name(ordinal));
    if (!pod) {
      createPod(cluster, set, name(ordinal), ordinal);
      if (!cluster.instant) return;
    } else if (isPodTerminating(pod) || !isPodReady(pod)) {
      return;
    }
  }
  const surplus = [...pods.values()].filter((pod) => ordinalOf(pod) >= set.spec.replicas).sort(highestFirst);
  if (surplus.some(isPodTerminating)) return;
  const outdated = [...pods.values()]
    .filter((pod) => pod.metadata.labels?.[REVISION] !== templateHash(set.spec.template))
    .sort(highestFirst);
  const next = surplus[0] ?? outdated[0];
  if (next) deletePod(cluster, next);
}

function createPod(cluster: ClusterModel, set: StatefulSet, name: string, ordinal: number): void {
  const extras = {
    name,
    ownerReferences: controlledBy(set),
    labels: {
      "apps.kubernetes.io/pod-index": String(ordinal),
      "statefulset.kubernetes.io/pod-name": name,
      [REVISION]: templateHash(set.spec.template),
    },
    spec: { hostname: name },
  };
  cluster.table("pods").create(podFromTemplate(set, set.spec.template, extras));
}

function highestFirst(left: Pod, right: Pod): number {
  return ordinalOf(right) - ordinalOf(left);
}

function ordinalOf(pod: Pod): number {
  return Number(pod.metadata.name.slice(pod.metadata.name.lastIndexOf("-") + 1));
}
