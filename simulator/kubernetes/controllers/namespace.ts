import type { ClusterModel } from "../model/cluster-model.ts";
import { deleteObject } from "../model/deletion.ts";
import type { KubernetesObject, Namespace } from "../model/objects.ts";
import { withCondition } from "../model/pod-state.ts";
import type { Resource } from "../model/resources.ts";
import type { Controller } from "./controller.ts";

/** Empties a namespace that is being deleted; when nothing is left in it, takes off its `kubernetes` finalizer. */
export const namespaceController: Controller = {
  name: "namespace",

  keysOf({ type, resource, object }, cluster) {
    if (resource.plural === "namespaces") {
      return type !== "DELETED" && object.metadata.deletionTimestamp !== undefined ? [object.metadata.name] : [];
    }
    const { namespace } = object.metadata;
    if (type !== "DELETED" || namespace === undefined) return [];
    const holder = cluster.table("namespaces").find(undefined, namespace);
    return holder?.metadata.deletionTimestamp === undefined ? [] : [namespace];
  },

  reconcile(cluster, name) {
    const namespace = cluster.table("namespaces").find(undefined, name);
    if (namespace?.metadata.deletionTimestamp === undefined) return;
    for (const { resource, object } of contentOf(cluster, name)) {
      if (object.metadata.deletionTimestamp === undefined) {
        deleteObject(cluster, resource, object, { propagation: "Background" });
      }
    }
    const left = contentOf(cluster, name);
    const current = cluster.table("namespaces").find(undefined, name);
    if (!current) return;
    if (left.length > 0) {
      reportContent(cluster, current, left);
      return;
    }
    for (const event of cluster.table("events").list(name)) cluster.table("events").remove(event);
    const finalizers = (current.spec?.finalizers ?? []).filter((finalizer) => finalizer !== "kubernetes");
    cluster.table("namespaces").update({ ...current, spec: { ...current.spec, finalizers } });
  },
};

interface Content {
  readonly resource: Resource;
  readonly object: KubernetesObject;
}

function contentOf(cluster: ClusterModel, namespace: string): Content[] {
  return cluster
    .resources()
    .filter((resource) => resource.namespaced && (resource.isCustom || resource.plural !== "events"))
    .flatMap((resource) =>
      cluster
        .tableOf(resource)
        .list(namespace)
        .map((object) => ({ resource, object })),
    );
}

/** Says what a namespace still waits for, in the words of the namespace controller. */
function reportContent(cluster: ClusterModel, namespace: Namespace, left: readonly Content[]): void {
  const counts = new Map<string, number>();
  const finalizers = new Map<string, number>();
  for (const { resource, object } of left) {
    const name = `${resource.plural}.${resource.group}`;
    counts.set(name, (counts.get(name) ?? 0) + 1);
    for (const entry of object.metadata.finalizers ?? []) finalizers.set(entry, (finalizers.get(entry) ?? 0) + 1);
  }
  const now = cluster.nowText();
  let conditions = withCondition(
    namespace.status?.conditions,
    {
      type: "NamespaceContentRemaining",
      status: "True",
      reason: "SomeResourcesRemain",
      message: `Some resources are remaining: ${listing(counts, (name, count) => `${name} has ${count} resource instances`)}`,
    },
    now,
  );
  if (finalizers.size > 0) {
    const message = `Some content in the namespace has finalizers remaining: ${listing(finalizers, (name, count) => `${name} in ${count} resource instances`)}`;
    const remaining = { type: "NamespaceFinalizersRemaining", status: "True", reason: "SomeFinalizersRemain", message };
    conditions = withCondition(conditions, remaining, now);
  }
  cluster
    .table("namespaces")
    .update({ ...namespace, status: { ...namespace.status, phase: "Terminating", conditions } });
}

function listing(counts: ReadonlyMap<string, number>, say: (name: string, count: number) => string): string {
  return [...counts]
    .map(([name, count]) => say(name, count))
    .sort()
    .join(", ");
}
