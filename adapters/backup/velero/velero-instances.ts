import type {
  BackupInstance,
  BackupOperation,
  LastBackup,
  PointQuery,
  Protection,
  RecoveryPoint,
} from "../../../domain/restore/backup-provider.ts";
import type { VeleroApi, VeleroObject } from "./velero-api.ts";

type Status = BackupOperation["status"];

/** Phases that are ends (velero.io/docs: api-types/backup, restore-reference); every other one goes on. */
const ENDED: Readonly<Record<string, Status>> = {
  Completed: "completed",
  PartiallyFailed: "partial",
  Failed: "failed",
  FailedValidation: "failed",
};

/** How a backup or a restore of Velero stands. */
export function statusOf({ status }: VeleroObject): Status {
  return ENDED[status?.phase ?? ""] ?? "running";
}

/** What Velero says went wrong; "" when nothing did. */
export function whyOf({ status }: VeleroObject): string {
  const counts = [
    ...(status?.errors ? [`${status.errors} errors`] : []),
    ...(status?.warnings ? [`${status.warnings} warnings`] : []),
  ];
  const said = [...(status?.validationErrors ?? []), ...(status?.failureReason ? [status.failureReason] : [])];
  return [...said, counts.join(", ")].filter((part) => part !== "").join("; ");
}

/** Each storage location of Velero's in a cluster is an instance. None without Velero. */
export async function listVeleroInstances(api: VeleroApi, clusterId: string): Promise<BackupInstance[]> {
  const locations = (await api.list("backupstoragelocations")) ?? [];
  if (locations.length === 0) return [];
  const schedules = (await api.list("schedules")) ?? [];
  const backups = (await api.list("backups")) ?? [];
  return locations.map((location) => {
    const { name, namespace } = location.metadata;
    const isIn = (object: VeleroObject, chosen: string | null | undefined) =>
      object.metadata.namespace === namespace && (chosen ? chosen === name : location.spec?.default === true);
    const own = schedules.filter((schedule) => isIn(schedule, schedule.spec?.template?.storageLocation));
    const [newest] = backups.filter((backup) => isIn(backup, backup.spec?.storageLocation)).sort(newestFirst);
    const contents = own[0]?.spec?.template ?? newest?.spec;
    return {
      provider: "velero",
      id: `${namespace}/${name}`,
      name,
      clusterId,
      location: null,
      ...protectionOf(location, own),
      lastBackup: newest ? lastBackupOf(newest) : null,
      includedNamespaces: (contents?.includedNamespaces ?? []).filter((one) => one !== "*"),
      excludedNamespaces: contents?.excludedNamespaces ?? [],
      hasVolumeData: contents?.snapshotVolumes !== false,
    };
  });
}

/** The backups in a location that can be restored, newest first. */
export async function listVeleroPoints(
  api: VeleroApi,
  instance: BackupInstance,
  { fromAt, untilAt }: PointQuery,
): Promise<RecoveryPoint[]> {
  const [namespace, name] = instance.id.split("/");
  const locations = (await api.list("backupstoragelocations")) ?? [];
  const isDefault = locations.some(
    ({ metadata, spec }) => metadata.namespace === namespace && metadata.name === name && spec?.default === true,
  );
  const backups = (await api.list("backups")) ?? [];
  return backups
    .filter(({ metadata }) => metadata.namespace === namespace)
    .filter(({ spec }) => (spec?.storageLocation ? spec.storageLocation === name : isDefault))
    .filter((backup) => ["completed", "partial"].includes(statusOf(backup)))
    .flatMap(pointOf)
    .filter(({ takenAt }) => fromAt === undefined || Date.parse(takenAt) >= Date.parse(fromAt))
    .filter(({ takenAt }) => untilAt === undefined || Date.parse(takenAt) <= Date.parse(untilAt))
    .sort((left, right) => Date.parse(right.takenAt) - Date.parse(left.takenAt));
}

function pointOf(backup: VeleroObject): RecoveryPoint[] {
  const { metadata, status } = backup;
  if (!status?.startTimestamp) return [];
  return [
    {
      id: metadata.name,
      takenAt: instant(status.startTimestamp),
      expiresAt: status.expiration ? instant(status.expiration) : null,
      isComplete: statusOf(backup) === "completed",
      tiers: ["object-store"],
    },
  ];
}

function protectionOf(
  location: VeleroObject,
  schedules: readonly VeleroObject[],
): { readonly protection: Protection; readonly protectionDetail: string } {
  const { phase, message } = location.status ?? {};
  const { name } = location.metadata;
  if (!phase) return { protection: "pending", protectionDetail: `location ${name} was not checked yet` };
  if (phase !== "Available") {
    const detail = `location ${name} is ${phase}${message ? `: ${message}` : ""}`;
    return { protection: "error", protectionDetail: detail };
  }
  const active = schedules.filter(({ spec, status }) => spec?.paused !== true && status?.phase !== "FailedValidation");
  if (active.length === 0) {
    const detail = schedules.length === 0 ? "no schedule makes backups" : "every schedule is paused or not valid";
    return { protection: "stopped", protectionDetail: `${detail} into location ${name}` };
  }
  return { protection: "protected", protectionDetail: active.map(({ metadata }) => metadata.name).join(", ") };
}

function lastBackupOf(backup: VeleroObject): LastBackup {
  return {
    status: statusOf(backup),
    startedAt: instant(backup.status?.startTimestamp ?? "1970-01-01T00:00:00Z"),
    message: whyOf(backup),
  };
}

function newestFirst(left: VeleroObject, right: VeleroObject): number {
  return startMs(right) - startMs(left);
}

function startMs({ status }: VeleroObject): number {
  return status?.startTimestamp ? Date.parse(status.startTimestamp) : 0;
}

/** Reports have one form of an instant. */
export function instant(text: string): string {
  return new Date(Date.parse(text)).toISOString();
}
