import type { ClusterModel } from "../model/cluster-model.ts";
import { keyOfObject } from "../model/object-table.ts";
import type { Pod, StatefulSet } from "../model/objects.ts";
import { deletePod } from "../model/pod-lifecycle.ts";
import { isPodReady, isPodTerminating } from "../model/pod-state.ts";
import { createPod, templateHash } from "../model/pod-template.ts";
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
    if (!set || set.metadata.deletionTimestamp !== undefined) return;
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
  const parallel = cluster.instant || set.spec.podManagementPolicy === "Parallel";
  const name = (ordinal: number) => `${set.metadata.name}-${ordinal}`;
  for (let ordinal = 0; ordinal < set.spec.replicas; ordinal += 1) {
    const pod = pods.get(name(ordinal));
    if (!pod) {
      createMember(cluster, set, name(ordinal), ordinal);
      if (!parallel) return;
    } else if (!parallel && (isPodTerminating(pod) || !isPodReady(pod))) {
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

function createMember(cluster: ClusterModel, set: StatefulSet, name: string, ordinal: number): void {
  const claims = (set.spec.volumeClaimTemplates ?? []).map((template) => ensureClaim(cluster, set, template, name));
  const others = (set.spec.template.spec.volumes ?? []).filter((volume) =>
    claims.every((claim) => claim.name !== volume.name),
  );
  const extras = {
    name,
    ownerReferences: controlledBy(set),
    labels: {
      "apps.kubernetes.io/pod-index": String(ordinal),
      "statefulset.kubernetes.io/pod-name": name,
      [REVISION]: templateHash(set.spec.template),
    },
    spec: { hostname: name, ...(claims.length === 0 ? {} : { volumes: [...others, ...claims] }) },
  };
  createPod(cluster, set, set.spec.template, extras);
}

type ClaimTemplate = NonNullable<StatefulSet["spec"]["volumeClaimTemplates"]>[number];

/** A member keeps its claim for life and beyond: one that is there already is taken up again. */
function ensureClaim(cluster: ClusterModel, set: StatefulSet, template: ClaimTemplate, podName: string) {
  const { namespace } = set.metadata;
  const claimName = `${template.metadata.name}-${podName}`;
  const table = cluster.table("persistentvolumeclaims");
  if (!table.find(namespace, claimName)) {
    table.create({
      apiVersion: "v1",
      kind: "PersistentVolumeClaim",
      metadata: {
        name: claimName,
        ...(namespace === undefined ? {} : { namespace }),
        labels: { ...set.spec.selector.matchLabels, ...template.metadata.labels },
        ...(template.metadata.annotations ? { annotations: template.metadata.annotations } : {}),
        finalizers: ["kubernetes.io/pvc-protection"],
      },
      spec: template.spec,
      status: { phase: "Pending" },
    });
  }
  return { name: template.metadata.name, persistentVolumeClaim: { claimName } };
}

function highestFirst(left: Pod, right: Pod): number {
  return ordinalOf(right) - ordinalOf(left);
}

function ordinalOf(pod: Pod): number {
  return Number(pod.metadata.name.slice(pod.metadata.name.lastIndexOf("-") + 1));
}
