import type { BackupFaults } from "../backup/backup-faults.ts";
import { durationSeconds } from "../flux/duration.ts";
import type { Controller } from "../kubernetes/controllers/controller.ts";
import { createFromManifest } from "../kubernetes/model/apply.ts";
import type { ClusterModel } from "../kubernetes/model/cluster-model.ts";
import { keyOfObject } from "../kubernetes/model/object-table.ts";
import type { KubernetesObject } from "../kubernetes/model/objects.ts";
import { VELERO_API } from "./definitions.ts";
import { findObject, nowText, phaseOf, veleroController, writeStatus } from "./velero-objects.ts";
import { bucketOf, placeOf, type VeleroStorage } from "./velero-storage.ts";

const NAME = "velero-location";
/** Velero's default. */
const SYNC_SECONDS = 60;

/**
 * Says whether a bucket can be reached, and brings the backups that lie in it into the cluster: also those that another
 * cluster made, or that somebody deleted here.
 */
export function storageLocationController(storage: VeleroStorage, faults: BackupFaults): Controller {
  return veleroController(NAME, "BackupStorageLocation", (cluster, resource, location) => {
    const { nowMs } = cluster.world;
    const place = placeOf(location);
    const isReachable = place !== undefined && !faults.isUnreachable(bucketOf(location), nowMs);
    const phase = isReachable ? "Available" : "Unavailable";
    const period = (location.spec as { readonly backupSyncPeriod?: string } | undefined)?.backupSyncPeriod;
    const seconds = Math.max(1, durationSeconds(period) ?? SYNC_SECONDS);
    storage.wakeAt(cluster, NAME, keyOfObject(location), nowMs + seconds * 1_000);
    const synced = isReachable ? bringIn(storage, cluster, location, place) : 0;
    // Velero writes the time of each look; here only a look that found something new is a write.
    if (phaseOf(location) === phase && synced === 0) return;
    writeStatus(cluster, resource, location, {
      phase,
      lastValidationTime: nowText(cluster),
      ...(isReachable ? { lastSyncedTime: nowText(cluster) } : {}),
      ...(isReachable ? { message: "" } : { message: `the bucket ${bucketOf(location)} could not be reached` }),
    });
  });
}

function bringIn(storage: VeleroStorage, cluster: ClusterModel, location: KubernetesObject, place: string): number {
  const { namespace = "", name: locationName } = location.metadata;
  const missing = storage
    .backupsIn(place)
    .filter(
      ({ name, expiresMs }) => expiresMs > cluster.world.nowMs && !findObject(cluster, "Backup", namespace, name),
    );
  for (const { name, labels, spec, status } of missing) {
    createFromManifest(cluster, {
      apiVersion: VELERO_API,
      kind: "Backup",
      metadata: { name, namespace, labels: { ...labels, "velero.io/storage-location": locationName } },
      spec: { ...spec, storageLocation: locationName },
      status,
    });
  }
  return missing.length;
}
