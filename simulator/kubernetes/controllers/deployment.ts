import { scaledValue } from "../model/budget.ts";
import type { ClusterModel } from "../model/cluster-model.ts";
import { keyOfObject } from "../model/object-table.ts";
import type { Deployment, ReplicaSet } from "../model/objects.ts";
import { withCondition } from "../model/pod-state.ts";
import { templateHash } from "../model/pod-template.ts";
import { type Controller, controlledBy, controllerKeyOf, splitKey } from "./controller.ts";

/** Moves a Deployment's pods to the ReplicaSet of its present template, within its surge and unavailability. */
export const deploymentController: Controller = {
  name: "deployment",

  keysOf({ type, resource, object }) {
    if (resource.plural === "deployments") return type === "DELETED" ? [] : [keyOfObject(object)];
    return resource.plural === "replicasets" ? controllerKeyOf(object, "Deployment") : [];
  },

  reconcile(cluster, key) {
    const deployment = cluster.table("deployments").find(...splitKey(key));
    if (!deployment || deployment.metadata.deletionTimestamp !== undefined) return;
    const current = ensureReplicaSet(cluster, deployment);
    const old = replicaSetsOf(cluster, deployment).filter(({ metadata }) => metadata.uid !== current.metadata.uid);
    if (deployment.spec.paused !== true) roll(cluster, deployment, current, old);
    writeStatus(cluster, deployment, current.metadata.uid);
  },
};

function replicaSetsOf(cluster: ClusterModel, deployment: Deployment): ReplicaSet[] {
  return cluster
    .table("replicasets")
    .list(deployment.metadata.namespace)
    .filter(({ metadata }) => metadata.ownerReferences?.some(({ uid }) => uid === deployment.metadata.uid));
}

function ensureReplicaSet(cluster: ClusterModel, deployment: Deployment): ReplicaSet {
  const hash = templateHash(deployment.spec.template);
  const { namespace } = deployment.metadata;
  const name = `${deployment.metadata.name}-${hash}`;
  const known = cluster.table("replicasets").find(namespace, name);
  if (known) return known;
  const template = deployment.spec.template;
  const label = { "pod-template-hash": hash };
  return cluster.table("replicasets").create({
    apiVersion: "apps/v1",
    kind: "ReplicaSet",
    metadata: {
      name,
      namespace,
      labels: { ...template.metadata?.labels, ...label },
      ownerReferences: controlledBy(deployment),
    },
    spec: {
      replicas: replicaSetsOf(cluster, deployment).length === 0 ? deployment.spec.replicas : 0,
      selector: { ...deployment.spec.selector, matchLabels: { ...deployment.spec.selector.matchLabels, ...label } },
      template: {
        ...template,
        metadata: { ...template.metadata, labels: { ...template.metadata?.labels, ...label } },
      },
    },
  });
}

/** One step of a rolling update; the pods that it sets in motion bring the next one. */
function roll(cluster: ClusterModel, deployment: Deployment, current: ReplicaSet, old: readonly ReplicaSet[]): void {
  const wanted = deployment.spec.replicas;
  const { maxSurge = "25%", maxUnavailable = "25%" } = deployment.spec.strategy?.rollingUpdate ?? {};
  const recreate = deployment.spec.strategy?.type === "Recreate";
  const surge = recreate ? 0 : scaledValue(maxSurge, wanted);
  const unavailable = typeof maxUnavailable === "number" ? maxUnavailable : floorShare(maxUnavailable, wanted);
  const oldTotal = old.reduce((sum, { spec }) => sum + spec.replicas, 0);
  if (oldTotal === 0) {
    setReplicas(cluster, current, wanted);
    return;
  }
  const available = [current, ...old].reduce((sum, set) => sum + availableOf(set), 0);
  // Surge rounds up and unavailability down; if both were nought nothing would ever move.
  const floor = recreate ? 0 : wanted - Math.max(unavailable, surge === 0 ? 1 : 0);
  let mayStop = recreate ? oldTotal : available - floor;
  for (const set of old) {
    const broken = set.spec.replicas - availableOf(set);
    const stop = Math.min(set.spec.replicas, Math.max(0, mayStop) + Math.max(0, broken));
    if (stop === 0) continue;
    mayStop -= Math.max(0, stop - broken);
    setReplicas(cluster, set, set.spec.replicas - stop);
  }
  const oldLeft = replicaSetsOf(cluster, deployment).reduce(
    (sum, set) => (set.metadata.uid === current.metadata.uid ? sum : sum + set.spec.replicas),
    0,
  );
  if (recreate && oldLeft > 0) return;
  setReplicas(cluster, current, Math.max(current.spec.replicas, Math.min(wanted, wanted + surge - oldLeft)));
}

function floorShare(percent: string, total: number): number {
  return Math.floor((Number(percent.slice(0, -1)) * total) / 100);
}

function setReplicas(cluster: ClusterModel, replicaSet: ReplicaSet, replicas: number): void {
  cluster.table("replicasets").update({ ...replicaSet, spec: { ...replicaSet.spec, replicas } });
}

function availableOf(replicaSet: ReplicaSet): number {
  return replicaSet.status?.availableReplicas ?? 0;
}

function writeStatus(cluster: ClusterModel, deployment: Deployment, currentUid: string): void {
  const sets = replicaSetsOf(cluster, deployment);
  const sum = (field: "replicas" | "readyReplicas" | "availableReplicas", of = sets) =>
    of.reduce((total, set) => total + (set.status?.[field] ?? 0), 0);
  const available = sum("availableReplicas");
  const { maxUnavailable = "25%" } = deployment.spec.strategy?.rollingUpdate ?? {};
  const enough = available >= deployment.spec.replicas - scaledValue(maxUnavailable, deployment.spec.replicas);
  const status = {
    observedGeneration: deployment.metadata.generation ?? 1,
    replicas: sum("replicas"),
    updatedReplicas: sum(
      "replicas",
      sets.filter(({ metadata }) => metadata.uid === currentUid),
    ),
    readyReplicas: sum("readyReplicas"),
    availableReplicas: available,
    unavailableReplicas: Math.max(0, deployment.spec.replicas - available),
    conditions: withCondition(
      deployment.status?.conditions,
      {
        type: "Available",
        status: enough ? "True" : "False",
        reason: enough ? "MinimumReplicasAvailable" : "MinimumReplicasUnavailable",
      },
      cluster.nowText(),
    ),
  };
  const latest = cluster.table("deployments").find(deployment.metadata.namespace, deployment.metadata.name);
  if (latest) cluster.table("deployments").update({ ...latest, status });
}
