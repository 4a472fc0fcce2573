import type { ClusterModel } from "./cluster-model.ts";
import type { KubernetesNode, Metadata, Pod } from "./objects.ts";
import type { Objection } from "./scheduling.ts";
import { matchesTerms } from "./scheduling.ts";
import type { PersistentVolumeClaim } from "./storage-objects.ts";

const DISK_ZONE = "topology.disk.csi.azure.com/zone";
const DEFAULT_CLASS = "storageclass.kubernetes.io/is-default-class";

/** The claims a pod mounts, by name. */
export function claimNamesOf({ spec }: Pod): string[] {
  return (spec.volumes ?? []).flatMap(({ persistentVolumeClaim: claim }) => (claim ? [claim.claimName] : []));
}

/** What keeps a pod from all nodes, in the scheduler's words, or what its volumes hold against single ones. */
export function volumeObjections(cluster: ClusterModel, pod: Pod): string | readonly Objection[] {
  const objections: Objection[] = [];
  for (const name of claimNamesOf(pod)) {
    const claim = cluster.table("persistentvolumeclaims").find(pod.metadata.namespace, name);
    if (!claim) return `persistentvolumeclaim "${name}" not found`;
    if (claim.metadata.deletionTimestamp !== undefined) return `persistentvolumeclaim "${name}" is being deleted`;
    const { volumeName } = claim.spec;
    if (volumeName === undefined) {
      if (waitsForConsumer(cluster, claim)) continue;
      return "pod has unbound immediate PersistentVolumeClaims";
    }
    const terms = cluster.table("persistentvolumes").find(undefined, volumeName)?.spec.nodeAffinity
      ?.required?.nodeSelectorTerms;
    if (!terms) continue;
    objections.push((node) => (matchesTerms(terms, node) ? undefined : "node(s) had volume node affinity conflict"));
  }
  return objections;
}

/** The storage class that a claim uses: its own, or the cluster's default. */
export function classOf(cluster: ClusterModel, claim: PersistentVolumeClaim) {
  const { storageClassName } = claim.spec;
  const classes = cluster.table("storageclasses");
  if (storageClassName !== undefined) return classes.find(undefined, storageClassName);
  return classes.list().find(({ metadata }) => metadata.annotations?.[DEFAULT_CLASS] === "true");
}

function waitsForConsumer(cluster: ClusterModel, claim: PersistentVolumeClaim): boolean {
  return classOf(cluster, claim)?.volumeBindingMode === "WaitForFirstConsumer";
}

/** Provisions what a pod waits for where it was placed, as the CSI driver does for the first consumer. */
export function provisionFor(cluster: ClusterModel, pod: Pod, node: KubernetesNode | undefined): void {
  for (const name of claimNamesOf(pod)) {
    const claim = cluster.table("persistentvolumeclaims").find(pod.metadata.namespace, name);
    if (claim && claim.spec.volumeName === undefined) provision(cluster, claim, node?.metadata.labels?.[DISK_ZONE]);
  }
}

/** Makes a volume for a claim and binds the two; a disk stays in its zone. Nothing happens without a storage class. */
export function provision(cluster: ClusterModel, claim: PersistentVolumeClaim, zone: string | undefined): void {
  const storageClass = classOf(cluster, claim);
  if (!storageClass) return;
  const { uid, name, namespace, resourceVersion } = claim.metadata;
  const volumeName = `pvc-${uid}`;
  const isDisk = storageClass.provisioner === "disk.csi.azure.com";
  const { provisioner, reclaimPolicy = "Delete" } = storageClass;
  const requested = claim.spec.resources?.requests?.storage ?? "1Gi";
  const affinity = { key: DISK_ZONE, operator: "In", values: [zone ?? ""] };
  const metadata = {
    name: volumeName,
    annotations: { "pv.kubernetes.io/provisioned-by": provisioner },
    finalizers: ["kubernetes.io/pv-protection"],
  };
  cluster.table("persistentvolumes").add(metadata, (full) => ({
    apiVersion: "v1",
    kind: "PersistentVolume",
    metadata: full,
    spec: {
      capacity: { storage: requested },
      accessModes: claim.spec.accessModes ?? ["ReadWriteOnce"],
      persistentVolumeReclaimPolicy: reclaimPolicy,
      storageClassName: storageClass.metadata.name,
      volumeMode: "Filesystem",
      claimRef: { apiVersion: "v1", kind: "PersistentVolumeClaim", namespace, name, uid, resourceVersion },
      csi: { driver: provisioner, volumeHandle: `${isDisk ? "disks" : "shares"}/${volumeName}` },
      ...(isDisk && zone !== undefined
        ? { nodeAffinity: { required: { nodeSelectorTerms: [{ matchExpressions: [affinity] }] } } }
        : {}),
    },
    status: { phase: "Bound" },
  }));
  bindClaim(cluster, claim, volumeName, storageClass.metadata.name, requested);
}

function bindClaim(
  cluster: ClusterModel,
  claim: PersistentVolumeClaim,
  volumeName: string,
  storageClassName: string,
  storage: string | number,
): void {
  const bound = { "pv.kubernetes.io/bind-completed": "yes", "pv.kubernetes.io/bound-by-controller": "yes" };
  const metadata: Metadata = { ...claim.metadata, annotations: { ...claim.metadata.annotations, ...bound } };
  cluster.table("persistentvolumeclaims").update({
    ...claim,
    metadata,
    spec: { ...claim.spec, volumeName, storageClassName },
    status: { phase: "Bound", accessModes: claim.spec.accessModes ?? ["ReadWriteOnce"], capacity: { storage } },
  });
}
