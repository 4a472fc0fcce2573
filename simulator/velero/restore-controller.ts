import { z } from "zod";
import type { BackupFaults } from "../backup/backup-faults.ts";
import type { Contents } from "../backup/cluster-contents.ts";
import { placeItem } from "../backup/place-item.ts";
import { bytesOf, nameOf, planRestore, type RestoreItem } from "../backup/restore-plan.ts";
import type { Controller } from "../kubernetes/controllers/controller.ts";
import type { ClusterModel } from "../kubernetes/model/cluster-model.ts";
import { keyOfObject } from "../kubernetes/model/object-table.ts";
import type { KubernetesObject } from "../kubernetes/model/objects.ts";
import type { Resource } from "../kubernetes/model/resources.ts";
import { VELERO_API } from "./definitions.ts";
import {
  backupSpecSchema,
  findObject,
  nowText,
  phaseOf,
  restoreSpecSchema,
  selectionOf,
  veleroController,
  writeStatus,
} from "./velero-objects.ts";
import { placeOf, type RestoreRun, type StoredBackup, type VeleroStorage } from "./velero-storage.ts";

const NAME = "velero-restore";
const GIB = 1024 ** 3;
/** A restore goes on in so many steps, each with its share of the objects. */
const STEPS = 10;

type Spec = z.infer<typeof restoreSpecSchema>;

const statusSchema = z.looseObject({
  warnings: z.number().default(0),
  errors: z.number().default(0),
  progress: z.looseObject({ totalItems: z.number(), itemsRestored: z.number() }).optional(),
});

interface Surroundings {
  readonly storage: VeleroStorage;
  readonly faults: BackupFaults;
  readonly cluster: ClusterModel;
  readonly resource: Resource;
}

/** Restores backups, step by step. */
export function restoreController(storage: VeleroStorage, faults: BackupFaults): Controller {
  return veleroController(NAME, "Restore", (cluster, resource, restore) => {
    const around = { storage, faults, cluster, resource };
    if (["", "New"].includes(phaseOf(restore))) begin(around, restore);
    else if (phaseOf(restore) === "InProgress") advance(around, restore);
  });
}

function begin({ storage, faults, cluster, resource }: Surroundings, restore: KubernetesObject): void {
  const parsed = restoreSpecSchema.safeParse(restore.spec ?? {});
  const problem = parsed.success
    ? undefined
    : parsed.error.issues.map(({ path, message }) => `spec.${path.join(".")}: ${message}`).join("; ");
  const source = parsed.success ? sourceOf(storage, cluster, restore, parsed.data) : (problem ?? "");
  if (!parsed.success || typeof source === "string") {
    writeStatus(cluster, resource, restore, { phase: "FailedValidation", validationErrors: [source] });
    return;
  }
  const items = itemsOf(faults, source.contents, parsed.data);
  const { restoreSeconds, objectSeconds, gibSeconds } = faults.pace;
  const bytes = parsed.data.restorePVs === false ? 0 : bytesOf(items);
  const seconds = restoreSeconds + items.length * objectSeconds + (bytes / GIB) * gibSeconds;
  const {
    fail,
    leaveOut = [],
    stuckHours,
  } = faults.restore({ source: source.contents.cluster, target: cluster.name }) ?? {};
  const { nowMs } = cluster.world;
  const stepMs = Math.round((seconds * 1_000) / stepsOf(items.length));
  const run: RestoreRun = {
    ...{ startMs: nowMs, stepMs, source: source.stored.name, leaveOut, nextMs: nowMs + stepMs },
    ...(fail ? { fail } : {}),
    ...(stuckHours === undefined ? {} : { stuckHours }),
  };
  keepRun({ storage, cluster }, restore, run);
  writeStatus(cluster, resource, restore, {
    phase: "InProgress",
    startTimestamp: nowText(cluster),
    progress: { totalItems: items.length, itemsRestored: 0 },
  });
}

function advance(around: Surroundings, restore: KubernetesObject): void {
  const { storage, cluster, resource } = around;
  const run = storage.runs.get(runKey(cluster, restore));
  const { nowMs } = cluster.world;
  if (!run || nowMs < run.nextMs) return;
  const spec = restoreSpecSchema.parse(restore.spec);
  const source = sourceOf(storage, cluster, restore, { ...spec, backupName: run.source, scheduleName: null });
  if (typeof source === "string") {
    end(around, restore, { phase: "Failed", failureReason: source });
    return;
  }
  const items = itemsOf(around.faults, source.contents, spec);
  const { progress, warnings, errors } = statusSchema.parse(restore.status);
  const done = progress?.itemsRestored ?? 0;
  if (run.stuckHours !== undefined && done >= items.length / 2) {
    const { stuckHours, ...rest } = run;
    keepRun(around, restore, { ...rest, nextMs: nowMs + stuckHours * 3_600_000 });
    return;
  }
  const reached = Math.min(items.length, done + Math.max(1, Math.ceil(items.length / STEPS)));
  const isLast = reached === items.length;
  const until = isLast && run.fail ? Math.max(done, reached - 1) : reached;
  const found = placeAll(around, restore, { spec, run, contents: source.contents, items: items.slice(done, until) });
  const counts = {
    progress: { totalItems: items.length, itemsRestored: until },
    ...(warnings + found.warnings > 0 ? { warnings: warnings + found.warnings } : {}),
    ...(errors + found.errors > 0 ? { errors: errors + found.errors } : {}),
  };
  if (!isLast) {
    keepRun(around, restore, { ...run, nextMs: nowMs + run.stepMs });
    writeStatus(cluster, resource, restore, counts);
  } else if (run.fail) end(around, restore, { ...counts, phase: "Failed", failureReason: run.fail.message });
  else end(around, restore, { ...counts, phase: errors + found.errors > 0 ? "PartiallyFailed" : "Completed" });
}

function end({ storage, cluster, resource }: Surroundings, restore: KubernetesObject, status: object): void {
  storage.runs.delete(runKey(cluster, restore));
  writeStatus(cluster, resource, restore, { ...status, completionTimestamp: nowText(cluster) });
}

function keepRun(
  { storage, cluster }: Pick<Surroundings, "storage" | "cluster">,
  restore: KubernetesObject,
  run: RestoreRun,
) {
  storage.runs.put(runKey(cluster, restore), run);
  storage.wakeAt(cluster, NAME, keyOfObject(restore), run.nextMs);
}

/** Two restores of one name, one after the other, are not the same. */
function runKey(cluster: ClusterModel, { metadata }: KubernetesObject): string {
  return `${cluster.name}/${metadata.uid}`;
}

function stepsOf(total: number): number {
  return Math.max(1, Math.ceil(total / Math.max(1, Math.ceil(total / STEPS))));
}

function itemsOf(faults: BackupFaults, contents: Contents, spec: Spec): RestoreItem[] {
  const { cluster, takenMs } = contents;
  const items = contents.items.filter(({ object }) => !faults.lacks({ cluster }, nameOf({ object }), takenMs));
  return planRestore(
    { ...contents, items },
    { selection: selectionOf(spec), namespaceMappings: spec.namespaceMapping ?? {} },
  );
}

interface Placing {
  readonly spec: Spec;
  readonly run: RestoreRun;
  readonly contents: Contents;
  readonly items: readonly RestoreItem[];
}

function placeAll(
  { faults, cluster }: Surroundings,
  restore: KubernetesObject,
  { spec, run, contents, items }: Placing,
) {
  const how = {
    restore: restore.metadata.uid,
    labels: { "velero.io/backup-name": run.source, "velero.io/restore-name": restore.metadata.name },
    conflict: spec.existingResourcePolicy === "update" ? ("Patch" as const) : ("Skip" as const),
    withData: spec.restorePVs !== false,
    namespaceMappings: spec.namespaceMapping ?? {},
    isCorrupt: ({ namespace, claim }: NonNullable<RestoreItem["volume"]>) =>
      faults.isCorrupt({ cluster: contents.cluster, namespace, claim }, contents.takenMs),
  };
  const leaveOut = run.leaveOut.map((pattern) => new RegExp(`^(?:${pattern})$`, "i"));
  const kinds = items.map((item) =>
    leaveOut.some((pattern) => pattern.test(nameOf(item))) ? "error" : placeItem(cluster, item, how).kind,
  );
  const count = (kind: string) => kinds.filter((one) => one === kind).length;
  return { warnings: count("warning"), errors: count("error") };
}

/** The backup that a restore is of, or why there is none, in Velero's words. */
function sourceOf(
  storage: VeleroStorage,
  cluster: ClusterModel,
  { metadata: { namespace = "" } }: KubernetesObject,
  { backupName, scheduleName }: Spec,
): { readonly stored: StoredBackup; readonly contents: Contents } | string {
  if (backupName && scheduleName)
    return "Either a backup or schedule must be specified as a source for the restore, but not both";
  const backup = backupName
    ? findObject(cluster, "Backup", namespace, backupName)
    : newestOf(cluster, namespace, scheduleName ?? "");
  if (!backup && scheduleName) return "No completed backups found for schedule";
  if (!backup) return `Error retrieving backup: backup.velero.io "${backupName ?? ""}" not found`;
  const phase = phaseOf(backup);
  if (!["Completed", "PartiallyFailed"].includes(phase))
    return `the backup ${backup.metadata.name} is ${phase}: it cannot be restored`;
  const locationName = backupSpecSchema.safeParse(backup.spec ?? {}).data?.storageLocation ?? "default";
  const location = findObject(cluster, "BackupStorageLocation", namespace, locationName);
  const place = location && placeOf(location);
  if (!location || place === undefined || phaseOf(location) !== "Available") {
    return `the backup storage location ${locationName} is not available`;
  }
  const stored = storage.find(place, backup.metadata.name);
  const contents = stored && storage.contentsOf(stored);
  return stored && contents ? { stored, contents } : `the backup ${backup.metadata.name} is not in its bucket`;
}

function newestOf(cluster: ClusterModel, namespace: string, schedule: string): KubernetesObject | undefined {
  const resource = cluster.resourceOfKind(VELERO_API, "Backup");
  if (!resource || schedule === "") return undefined;
  const startOf = ({ status }: KubernetesObject) => String((status as { startTimestamp?: unknown }).startTimestamp);
  return cluster
    .tableOf(resource)
    .list(namespace)
    .filter(
      (backup) => backup.metadata.labels?.["velero.io/schedule-name"] === schedule && phaseOf(backup) === "Completed",
    )
    .sort((left, right) => (startOf(left) < startOf(right) ? 1 : -1))[0];
}
