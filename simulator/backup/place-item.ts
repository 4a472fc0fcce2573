import { isDeepStrictEqual } from "node:util";
import { admit } from "../kubernetes/model/admission.ts";
import type { ClusterModel } from "../kubernetes/model/cluster-model.ts";
import { isObject } from "../kubernetes/model/list-keys.ts";
import type { ObjectDraft } from "../kubernetes/model/object-table.ts";
import type { KubernetesObject } from "../kubernetes/model/objects.ts";
import { applyPatch } from "../kubernetes/model/patch.ts";
import type { ObjectOf, Resource } from "../kubernetes/model/resources.ts";
import { StatusError } from "../kubernetes/model/status-error.ts";
import { corrupted, dataAnnotations } from "../kubernetes/model/volume-data.ts";
import { guidOf } from "../resource-manager/guid.ts";
import { nameOf, type RestoreItem } from "./restore-plan.ts";

/** How a restore goes about things. */
export interface Placement {
  /** Identifies the restore; names of volumes come from it. */
  readonly restore: string;
  /** Labels that tell where an object came from. */
  readonly labels: Readonly<Record<string, string>>;
  /** What happens to an object that is there already. */
  readonly conflict: "Skip" | "Patch";
  /** Whether claims get the data they had, or an empty volume. */
  readonly withData: boolean;
  readonly namespaceMappings: Readonly<Record<string, string>>;
  /** Whether the data of a volume went bad. */
  isCorrupt(volume: NonNullable<RestoreItem["volume"]>): boolean;
}

/** What became of an object; a problem has a code of Azure Backup. */
export type Placed =
  | { readonly kind: "created" | "patched" | "there" }
  | { readonly kind: "warning" | "error"; readonly code: string; readonly message: string };

const GENERIC = "KubernetesBackupGenericWarning";

/** Puts one object into a cluster, with the volume that goes with it. Only inside a change. */
export function placeItem(cluster: ClusterModel, item: RestoreItem, how: Placement): Placed {
  const { apiVersion, kind } = item.object;
  const resource = cluster.resourceOfKind(apiVersion, kind);
  if (!resource) {
    const message = `no matches for kind "${kind}" in version "${apiVersion}" in the target cluster`;
    return { kind: "error", code: "UserErrorSourceandTargetClusterCRDVersionMismatch", message };
  }
  try {
    return place(cluster, resource, item, how);
  } catch (error) {
    if (!(error instanceof StatusError)) throw error;
    return { kind: "error", code: GENERIC, message: `could not restore ${nameOf(item)}: ${error.message}` };
  }
}

function place(cluster: ClusterModel, resource: Resource, item: RestoreItem, how: Placement): Placed {
  const draft = draftOf(item, how);
  const table = cluster.tableOf(resource);
  const current = table.find(draft.metadata.namespace, draft.metadata.name);
  if (current) return settleConflict(cluster, resource, current, draft, how);
  if (draft.metadata.namespace !== undefined) ensureNamespace(cluster, draft.metadata.namespace, how);
  const claim = item.plural === "persistentvolumeclaims" ? withVolume(cluster, draft, item, how) : { draft };
  table.create(admit(cluster, resource, claim.draft));
  return claim.warning ?? { kind: "created" };
}

/** Velero keeps what is there and warns when it differs; with an update policy it patches. */
function settleConflict(
  cluster: ClusterModel,
  resource: Resource,
  current: KubernetesObject,
  draft: ObjectDraft,
  how: Placement,
): Placed {
  // Every namespace has these from its beginning.
  const isGiven = resource.plural === "serviceaccounts" || draft.metadata.name === "kube-root-ca.crt";
  if (isGiven || resource.plural === "namespaces" || isSame(current, draft)) return { kind: "there" };
  const name = nameOf({ object: current });
  if (how.conflict === "Skip") {
    const message = `could not restore, ${name} already exists. Warning: the in-cluster version is different than the backed-up version`;
    return { kind: "warning", code: GENERIC, message };
  }
  const { apiVersion: _, kind: __, status: ___, metadata, ...content } = draft;
  const { labels = {}, annotations = {} } = metadata;
  const patch = { ...content, metadata: { labels, annotations } };
  const patched = applyPatch(current, patch, "application/merge-patch+json");
  cluster.tableOf(resource).update(cluster.tableOf(resource).check(patched));
  return { kind: "patched" };
}

function isSame(current: KubernetesObject, draft: ObjectDraft): boolean {
  const [ours, theirs] = [contentOf(current), contentOf(draft)];
  return Object.entries(theirs).every(([name, value]) => isDeepStrictEqual(Reflect.get(ours, name), value));
}

function contentOf(object: object): Record<string, unknown> {
  const { apiVersion: _, kind: __, metadata: ___, status: ____, ...content } = object as Record<string, unknown>;
  return content;
}

/** An object as it is made anew: of its metadata only names, labels and annotations live on. */
function draftOf({ object, namespace, plural }: RestoreItem, how: Placement): ObjectDraft {
  const { status: _, metadata: was, ...content } = object;
  const name = plural === "namespaces" ? (how.namespaceMappings[was.name] ?? was.name) : was.name;
  const { "kubernetes.io/metadata.name": __, ...labels } = was.labels ?? {};
  const metadata = {
    name,
    ...(namespace === undefined ? {} : { namespace }),
    labels: { ...labels, ...how.labels },
    ...(was.annotations ? { annotations: was.annotations } : {}),
  };
  const spec = freshSpec(plural, content.spec);
  return { ...content, metadata, ...(spec === undefined ? {} : { spec }) };
}

/** A spec without what the old cluster gave it. */
function freshSpec(plural: string, spec: unknown): unknown {
  if (!isObject(spec)) return spec;
  if (plural === "services" && spec.clusterIP !== "None") {
    const { clusterIP: _, clusterIPs: __, ...rest } = spec;
    return rest;
  }
  if (plural === "pods") {
    const { nodeName: _, ...rest } = spec;
    return rest;
  }
  if (plural === "persistentvolumeclaims") {
    const { volumeName: _, ...rest } = spec;
    return rest;
  }
  if (plural === "jobs") {
    const { selector: _, manualSelector: __, ...rest } = spec;
    return rest;
  }
  return spec;
}

function ensureNamespace(cluster: ClusterModel, name: string, { labels }: Placement): void {
  if (cluster.table("namespaces").find(undefined, name)) return;
  const resource = cluster.resourceOfKind("v1", "Namespace");
  const draft = { apiVersion: "v1", kind: "Namespace", metadata: { name, labels } };
  if (resource) cluster.tableOf(resource).create(admit(cluster, resource, draft));
}

/** A claim with a volume of its own that holds the data; without data it is provisioned like any new one. */
function withVolume(
  cluster: ClusterModel,
  draft: ObjectDraft,
  { volume }: RestoreItem,
  how: Placement,
): { readonly draft: ObjectDraft; readonly warning?: Placed } {
  const {
    "pv.kubernetes.io/bind-completed": _,
    "pv.kubernetes.io/bound-by-controller": __,
    ...annotations
  } = draft.metadata.annotations ?? {};
  const claim = { ...draft, metadata: { ...draft.metadata, annotations } };
  const { namespace = "", name } = draft.metadata;
  const spec = isObject(draft.spec) ? draft.spec : {};
  const storageClassName = String(spec.storageClassName ?? "default");
  const storageClass = cluster.table("storageclasses").find(undefined, storageClassName);
  if (!storageClass) {
    const message = `storage class ${storageClassName} of claim ${namespace}/${name} is missing in the target cluster`;
    return { draft: claim, warning: { kind: "warning", code: "UserErrorStorageClassMissingForPVC", message } };
  }
  if (!volume || !how.withData) return { draft: claim };
  const volumeName = makeVolume(cluster, { namespace, name, spec, volume, storageClass }, how);
  return { draft: { ...claim, spec: { ...spec, volumeName } } };
}

interface VolumeWanted {
  readonly namespace: string;
  readonly name: string;
  readonly spec: Readonly<Record<string, unknown>>;
  readonly volume: NonNullable<RestoreItem["volume"]>;
  readonly storageClass: ObjectOf<"storageclasses">;
}

/** A volume out of a snapshot, reserved for its claim. Answers its name. */
function makeVolume(cluster: ClusterModel, wanted: VolumeWanted, how: Placement): string {
  const { namespace, name, spec, volume, storageClass } = wanted;
  const data = how.isCorrupt(volume) ? corrupted(volume) : volume;
  const volumeName = `pvc-${guidOf(`${how.restore}/${cluster.name}/${namespace}/${name}`)}`;
  cluster.table("persistentvolumes").create({
    apiVersion: "v1",
    kind: "PersistentVolume",
    metadata: {
      name: volumeName,
      labels: how.labels,
      annotations: { "pv.kubernetes.io/provisioned-by": storageClass.provisioner, ...dataAnnotations(data) },
      finalizers: ["kubernetes.io/pv-protection"],
    },
    spec: {
      capacity: { storage: String(volume.bytes) },
      accessModes: spec.accessModes ?? ["ReadWriteOnce"],
      persistentVolumeReclaimPolicy: storageClass.reclaimPolicy ?? "Delete",
      storageClassName: storageClass.metadata.name,
      volumeMode: "Filesystem",
      claimRef: { apiVersion: "v1", kind: "PersistentVolumeClaim", namespace, name },
      csi: { driver: storageClass.provisioner, volumeHandle: `snapshots/${volumeName}` },
    },
    status: { phase: "Available" },
  });
  return volumeName;
}
