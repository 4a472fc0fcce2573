import type { BackupFaults } from "../backup/backup-faults.ts";
import { takeContents } from "../backup/cluster-contents.ts";
import { durationSeconds } from "../flux/duration.ts";
import type { Controller } from "../kubernetes/controllers/controller.ts";
import { type ClusterModel, timeText } from "../kubernetes/model/cluster-model.ts";
import { keyOfObject } from "../kubernetes/model/object-table.ts";
import type { KubernetesObject } from "../kubernetes/model/objects.ts";
import type { Resource } from "../kubernetes/model/resources.ts";
import {
  backupSpecSchema,
  findObject,
  nowText,
  phaseOf,
  selectionOf,
  veleroController,
  writeStatus,
} from "./velero-objects.ts";
import { placeOf, type VeleroStorage } from "./velero-storage.ts";

const NAME = "velero-backup";
const GIB = 1024 ** 3;
/** Velero's default. */
const TTL_SECONDS = 30 * 86_400;

/** Makes backups, and takes them away when their time to live is over. */
export function backupController(storage: VeleroStorage, faults: BackupFaults): Controller {
  return veleroController(NAME, "Backup", (cluster, resource, backup) => {
    switch (phaseOf(backup)) {
      case "":
      case "New":
        begin({ storage, faults, cluster, resource }, backup);
        return;
      case "InProgress":
        finish({ storage, faults, cluster, resource }, backup);
        return;
      default:
        expire({ storage, faults, cluster, resource }, backup);
    }
  });
}

interface Surroundings {
  readonly storage: VeleroStorage;
  readonly faults: BackupFaults;
  readonly cluster: ClusterModel;
  readonly resource: Resource;
}

function begin({ storage, faults, cluster, resource }: Surroundings, backup: KubernetesObject): void {
  const { namespace = "", name, labels = {} } = backup.metadata;
  const parsed = backupSpecSchema.safeParse(backup.spec ?? {});
  const problems = parsed.success
    ? []
    : parsed.error.issues.map(({ path, message }) => `spec.${path.join(".")}: ${message}`);
  const locationName = parsed.data?.storageLocation ?? "default";
  const location = findObject(cluster, "BackupStorageLocation", namespace, locationName);
  const place = location && placeOf(location);
  if (!location || place === undefined) {
    problems.push(
      `an existing backup storage location wasn't specified at backup creation time and the location '${locationName}' wasn't found`,
    );
  } else if (phaseOf(location) !== "Available") {
    problems.push(`backup can't be created because BackupStorageLocation ${locationName} is in Unavailable status`);
  }
  if (!parsed.success || place === undefined || problems.length > 0) {
    writeStatus(cluster, resource, backup, { phase: "FailedValidation", validationErrors: problems, version: 1 });
    return;
  }
  const { nowMs } = cluster.world;
  const expiresMs = nowMs + (durationSeconds(parsed.data.ttl ?? undefined) ?? TTL_SECONDS) * 1_000;
  const taken = takeContents(cluster, selectionOf(parsed.data), nowMs);
  const contents = parsed.data.snapshotVolumes === false ? { ...taken, volumes: [] } : taken;
  const bytes = contents.volumes.reduce((sum, volume) => sum + volume.bytes, 0);
  storage.put({ place, name, labels, spec: { ...parsed.data }, expiresMs, bytes }, contents);
  const { backupSeconds, objectSeconds, gibSeconds } = faults.pace;
  const seconds = backupSeconds + contents.items.length * objectSeconds + (bytes / GIB) * gibSeconds;
  storage.wakeAt(cluster, NAME, keyOfObject(backup), Math.round(nowMs + seconds * 1_000));
  writeStatus(cluster, resource, backup, {
    phase: "InProgress",
    version: 1,
    formatVersion: "1.1.0",
    startTimestamp: nowText(cluster),
    expiration: timeText(expiresMs),
    progress: { totalItems: contents.items.length, itemsBackedUp: 0 },
  });
}

function finish({ storage, faults, cluster, resource }: Surroundings, backup: KubernetesObject): void {
  const stored = storedOf(storage, cluster, backup);
  const contents = stored && storage.contentsOf(stored);
  if (!stored || !contents) {
    writeStatus(cluster, resource, backup, { phase: "Failed", failureReason: "the backup storage location went away" });
    return;
  }
  const { backupSeconds, objectSeconds, gibSeconds } = faults.pace;
  const total = contents.items.length;
  const seconds = backupSeconds + total * objectSeconds + (stored.bytes / GIB) * gibSeconds;
  if (cluster.world.nowMs < Math.round(contents.takenMs + seconds * 1_000)) return;
  const written = writeStatus(cluster, resource, backup, {
    phase: "Completed",
    completionTimestamp: nowText(cluster),
    progress: { totalItems: total, itemsBackedUp: total },
  });
  storage.put({ ...stored, status: { ...(written.status as Record<string, unknown>) } });
  expire({ storage, faults, cluster, resource }, written);
}

/** Each cluster takes its own object away when the time is over; the first one to do so empties the bucket. */
function expire({ storage, cluster, resource }: Surroundings, backup: KubernetesObject): void {
  const { expiration } = (backup.status ?? {}) as { readonly expiration?: unknown };
  const expiresMs = Date.parse(String(expiration));
  if (Number.isNaN(expiresMs)) return;
  if (cluster.world.nowMs < expiresMs) {
    storage.wakeAt(cluster, NAME, keyOfObject(backup), expiresMs);
    return;
  }
  const stored = storedOf(storage, cluster, backup);
  if (stored) storage.remove(stored.place, stored.name);
  cluster.tableOf(resource).remove(backup);
}

function storedOf(storage: VeleroStorage, cluster: ClusterModel, { metadata, spec }: KubernetesObject) {
  const name = backupSpecSchema.safeParse(spec ?? {}).data?.storageLocation ?? "default";
  const location = findObject(cluster, "BackupStorageLocation", metadata.namespace ?? "", name);
  const place = location && placeOf(location);
  return place === undefined ? undefined : storage.find(place, metadata.name);
}
