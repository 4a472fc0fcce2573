import type { ClusterModel } from "../model/cluster-model.ts";
import { keyOfObject } from "../model/object-table.ts";
import { isPodFinished } from "../model/pod-state.ts";
import type { PersistentVolumeClaim } from "../model/storage-objects.ts";
import { claimNamesOf, classOf, provision } from "../model/volumes.ts";
import { type Controller, splitKey } from "./controller.ts";

const CLAIM_PROTECTION = "kubernetes.io/pvc-protection";
const VOLUME_PROTECTION = "kubernetes.io/pv-protection";

/** Binds claims to volumes, keeps a claim that is in use, and lets a volume go (or stay) when its claim has gone. */
export const volumeController: Controller = {
  name: "volume",

  keysOf({ type, resource, object }, cluster) {
    switch (resource.plural) {
      case "persistentvolumeclaims":
        return [keyOfObject(object)];
      case "persistentvolumes":
        return type === "ADDED" ? pendingKeys(cluster) : [];
      case "storageclasses":
        return pendingKeys(cluster);
      case "pods": {
        if (type !== "DELETED") return [];
        const { namespace } = object.metadata;
        return cluster.table("persistentvolumeclaims").list(namespace).filter(isGoing).map(keyOfObject);
      }
      default:
        return [];
    }
  },

  reconcile(cluster, key) {
    const [namespace, name] = splitKey(key);
    const claim = cluster.table("persistentvolumeclaims").find(namespace, name);
    if (!claim) releaseVolumes(cluster, namespace, name);
    else if (isGoing(claim)) releaseClaim(cluster, claim);
    else if (claim.spec.volumeName === undefined) bind(cluster, claim);
    else adoptVolume(cluster, claim);
  },
};

function pendingKeys(cluster: ClusterModel): string[] {
  return cluster
    .table("persistentvolumeclaims")
    .list()
    .filter(({ status }) => status?.phase !== "Bound")
    .map(keyOfObject);
}

function isGoing({ metadata }: PersistentVolumeClaim): boolean {
  return metadata.deletionTimestamp !== undefined;
}

/** A claim that waits for nobody is provisioned at once; any other says Pending until its pod has a node. */
function bind(cluster: ClusterModel, claim: PersistentVolumeClaim): void {
  if (classOf(cluster, claim)?.volumeBindingMode === "Immediate") {
    provision(cluster, claim, undefined);
    return;
  }
  cluster.table("persistentvolumeclaims").update({ ...claim, status: { ...claim.status, phase: "Pending" } });
}

/** A claim that names its volume (a restored one does) takes it, when it is there and free. */
function adoptVolume(cluster: ClusterModel, claim: PersistentVolumeClaim): void {
  if (claim.status?.phase === "Bound") return;
  const volume = cluster.table("persistentvolumes").find(undefined, claim.spec.volumeName ?? "");
  const { uid, name, namespace } = claim.metadata;
  if (!volume || (volume.spec.claimRef?.uid !== undefined && volume.spec.claimRef.uid !== uid)) return;
  const claimRef = { apiVersion: "v1", kind: "PersistentVolumeClaim", namespace, name, uid };
  cluster
    .table("persistentvolumes")
    .update({ ...volume, spec: { ...volume.spec, claimRef }, status: { ...volume.status, phase: "Bound" } });
  cluster.table("persistentvolumeclaims").update({ ...claim, status: { ...claim.status, phase: "Bound" } });
}

function releaseClaim(cluster: ClusterModel, claim: PersistentVolumeClaim): void {
  const used = cluster
    .table("pods")
    .list(claim.metadata.namespace)
    .some((pod) => !isPodFinished(pod) && claimNamesOf(pod).includes(claim.metadata.name));
  if (used) return;
  const finalizers = (claim.metadata.finalizers ?? []).filter((finalizer) => finalizer !== CLAIM_PROTECTION);
  cluster.table("persistentvolumeclaims").update({ ...claim, metadata: { ...claim.metadata, finalizers } });
}

function releaseVolumes(cluster: ClusterModel, namespace: string, name: string): void {
  for (const volume of cluster.table("persistentvolumes").list()) {
    const { claimRef, persistentVolumeReclaimPolicy } = volume.spec;
    if (claimRef?.name !== name || claimRef.namespace !== namespace) continue;
    if (persistentVolumeReclaimPolicy === "Retain") {
      const status = { ...volume.status, phase: "Released" };
      cluster.table("persistentvolumes").update({ ...volume, status });
      continue;
    }
    const finalizers = (volume.metadata.finalizers ?? []).filter((finalizer) => finalizer !== VOLUME_PROTECTION);
    const held = cluster.table("persistentvolumes").update({ ...volume, metadata: { ...volume.metadata, finalizers } });
    cluster.table("persistentvolumes").finish(held);
  }
}
