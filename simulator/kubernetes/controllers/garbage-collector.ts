import type { ClusterModel } from "../model/cluster-model.ts";
import { deleteObject, FOREGROUND_FINALIZER, ORPHAN_FINALIZER } from "../model/deletion.ts";
import type { KubernetesObject, Metadata } from "../model/objects.ts";
import { apiVersionOf, type Resource } from "../model/resources.ts";
import type { Controller } from "./controller.ts";

/** Kinds whose objects own others in practice; a deletion of any other kind is looked into only when it asks for it. */
const NEVER_OWNERS: ReadonlySet<string> = new Set(["events", "leases", "endpointslices", "configmaps", "secrets"]);

/** Takes away what deleted owners leave, or sets it free, and removes what ran on a node that is gone. */
export const garbageCollector: Controller = {
  name: "garbage-collector",

  keysOf({ type, resource, object }) {
    const { uid, name, deletionTimestamp, finalizers } = object.metadata;
    if (type === "DELETED") {
      if (resource.plural === "nodes") return [`node ${name}`];
      if (resource.plural === "pods") return pendingOwner(object);
      return NEVER_OWNERS.has(resource.plural) && !resource.isCustom ? [] : [`gone ${uid}`, ...pendingOwner(object)];
    }
    if (type === "ADDED" || deletionTimestamp === undefined || finalizers === undefined) return [];
    return finalizers.some((finalizer) => finalizer === ORPHAN_FINALIZER || finalizer === FOREGROUND_FINALIZER)
      ? [ownerKey(resource, object)]
      : [];
  },

  reconcile(cluster, key) {
    const [verb, first = "", second = "", third = "", fourth = ""] = key.split(" ");
    if (verb === "node") removePodsOf(cluster, first);
    else if (verb === "gone")
      for (const dependent of dependentsOf(cluster, first)) letGo(cluster, dependent, first, true);
    else settleOwner(cluster, { apiVersion: first, kind: second, namespace: third, name: fourth });
  },
};

interface Dependent {
  readonly resource: Resource;
  readonly object: KubernetesObject;
}

interface OwnerName {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
}

function ownerKey(resource: Resource, { metadata }: KubernetesObject): string {
  return `owner ${apiVersionOf(resource)} ${resource.kind} ${metadata.namespace ?? ""} ${metadata.name}`;
}

/** An owner that is deleted in the foreground may be waiting for this very dependent. */
function pendingOwner({ metadata }: KubernetesObject): string[] {
  return (metadata.ownerReferences ?? []).map(
    ({ apiVersion, kind, name }) => `owner ${apiVersion} ${kind} ${metadata.namespace ?? ""} ${name}`,
  );
}

function removePodsOf(cluster: ClusterModel, nodeName: string): void {
  if (cluster.table("nodes").find(undefined, nodeName)) return;
  for (const pod of cluster.pods.onNode(nodeName)) cluster.table("pods").remove(pod);
}

function dependentsOf(cluster: ClusterModel, uid: string): Dependent[] {
  return cluster.resources().flatMap((resource) => {
    if (resource.plural === "events" && !resource.isCustom) return [];
    return cluster
      .tableOf(resource)
      .list()
      .filter(({ metadata }) => metadata.ownerReferences?.some((owner) => owner.uid === uid))
      .map((object) => ({ resource, object }));
  });
}

/** Deletes a dependent whose owners are all gone; one with another owner, or one that is orphaned, loses the reference. */
function letGo(cluster: ClusterModel, { resource, object }: Dependent, uid: string, mayDelete: boolean): void {
  const others = object.metadata.ownerReferences?.filter((owner) => owner.uid !== uid) ?? [];
  if (mayDelete && others.length === 0) {
    deleteObject(cluster, resource, object, { propagation: "Background" });
    return;
  }
  const { ownerReferences: _, ...metadata } = object.metadata;
  const kept: Metadata = others.length === 0 ? metadata : { ...metadata, ownerReferences: others };
  cluster.tableOf(resource).update({ ...object, metadata: kept });
}

/** Brings an owner that is being deleted one step further: its dependents orphaned, or deleted and waited for. */
function settleOwner(cluster: ClusterModel, owner: OwnerName): void {
  const resource = cluster.resourceOfKind(owner.apiVersion, owner.kind);
  const object =
    resource && cluster.tableOf(resource).find(resource.namespaced ? owner.namespace : undefined, owner.name);
  if (!resource || object?.metadata.deletionTimestamp === undefined) return;
  const { uid, finalizers = [] } = object.metadata;
  if (finalizers.includes(ORPHAN_FINALIZER)) {
    for (const dependent of dependentsOf(cluster, uid)) letGo(cluster, dependent, uid, false);
    dropFinalizer(cluster, resource, object, ORPHAN_FINALIZER);
    return;
  }
  if (!finalizers.includes(FOREGROUND_FINALIZER)) return;
  for (const dependent of dependentsOf(cluster, uid)) {
    if (dependent.object.metadata.deletionTimestamp !== undefined) continue;
    deleteObject(cluster, dependent.resource, dependent.object, { propagation: "Foreground" });
  }
  const blocking = dependentsOf(cluster, uid).some(({ object: { metadata } }) =>
    metadata.ownerReferences?.some((entry) => entry.uid === uid && entry.blockOwnerDeletion === true),
  );
  if (!blocking) dropFinalizer(cluster, resource, object, FOREGROUND_FINALIZER);
}

function dropFinalizer(cluster: ClusterModel, resource: Resource, object: KubernetesObject, finalizer: string): void {
  const current = cluster.tableOf(resource).find(object.metadata.namespace, object.metadata.name);
  if (current?.metadata.uid !== object.metadata.uid) return;
  const finalizers = (current.metadata.finalizers ?? []).filter((entry) => entry !== finalizer);
  cluster.tableOf(resource).update({ ...current, metadata: { ...current.metadata, finalizers } });
}
