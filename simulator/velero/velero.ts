import type { BackupFaults } from "../backup/backup-faults.ts";
import type { Controller } from "../kubernetes/controllers/controller.ts";
import { createFromManifest } from "../kubernetes/model/apply.ts";
import type { ClusterModel } from "../kubernetes/model/cluster-model.ts";
import { backupController } from "./backup-controller.ts";
import { VELERO_API, VELERO_DEFINITIONS } from "./definitions.ts";
import { restoreController } from "./restore-controller.ts";
import { scheduleController } from "./schedule-controller.ts";
import { storageLocationController } from "./storage-location-controller.ts";
import type { VeleroStorage } from "./velero-storage.ts";

/** Velero's controllers, for `ClusterEnvironment.controllers`. They do nothing in a cluster that has no objects of Velero. */
export function veleroControllers(storage: VeleroStorage, faults: BackupFaults): Controller[] {
  return [
    storageLocationController(storage, faults),
    backupController(storage, faults),
    restoreController(storage, faults),
    scheduleController(storage),
  ];
}

/** Installs Velero with a default location on a bucket, and with a schedule when one is given. Only inside a change. */
export function installVelero(
  cluster: ClusterModel,
  { bucket, schedule }: { readonly bucket: string; readonly schedule?: string | undefined },
): void {
  createFromManifest(cluster, { apiVersion: "v1", kind: "Namespace", metadata: { name: "velero" } });
  for (const definition of VELERO_DEFINITIONS) createFromManifest(cluster, definition);
  createFromManifest(cluster, {
    apiVersion: VELERO_API,
    kind: "BackupStorageLocation",
    metadata: { name: "default", namespace: "velero" },
    spec: { provider: "azure", default: true, accessMode: "ReadWrite", objectStorage: { bucket } },
  });
  if (schedule === undefined) return;
  createFromManifest(cluster, {
    apiVersion: VELERO_API,
    kind: "Schedule",
    metadata: { name: "daily", namespace: "velero" },
    spec: { schedule, template: { ttl: "168h0m0s", snapshotVolumes: true } },
  });
}
