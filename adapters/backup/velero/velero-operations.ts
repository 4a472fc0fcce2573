import { createHash } from "node:crypto";
import { z } from "zod";
import { DrydockError, terminal } from "../../../domain/errors.ts";
import { RUN_TAG } from "../../../domain/long-operation.ts";
import {
  type BackupInstance,
  type BackupOperation,
  NO_PROGRESS,
  type RestoreProgress,
  type RestoreRequest,
} from "../../../domain/restore/backup-provider.ts";
import type { VeleroApi, VeleroObject } from "./velero-api.ts";
import { instant, statusOf, whyOf } from "./velero-instances.ts";

const API_VERSION = "velero.io/v1";
/** Velero has no Retry-After; a look is one read of one object. */
const WAIT_SECONDS = 15;
/** Looks until a backup must have come to the target from the bucket: Velero synchronizes once a minute. */
const SYNC_POLLS = 40;

const handleSchema = z.object({
  kind: z.enum(["validation", "restores", "backups"]),
  clusterId: z.string(),
  namespace: z.string(),
  /** Of the restore or the backup; of the backup that is validated. */
  name: z.string(),
  location: z.string(),
});
type Handle = z.infer<typeof handleSchema>;

/** Where the object lies that a handle is of. */
export function clusterOf(operation: BackupOperation): string {
  return readHandle(operation).clusterId;
}

/** Begins to look for the backup in the target: Velero brings it there from the bucket by itself. */
export function validationOf({ instance, pointId, targetClusterId }: RestoreRequest): BackupOperation {
  const [namespace = "", location = ""] = instance.id.split("/");
  return running({ kind: "validation", clusterId: targetClusterId, namespace, name: pointId, location }, 0);
}

/** Makes the Restore in the target. Its name comes from what is asked for: asked twice it is made once. */
export async function makeRestore(api: VeleroApi, request: RestoreRequest): Promise<BackupOperation> {
  const { instance, pointId, targetClusterId, runId, scope } = request;
  if (scope.hooks.length > 0) {
    const message = "Velero takes no references to hooks; its hooks stand in the annotations of pods";
    throw new DrydockError(terminal("Invalid", `could not restore ${pointId}: ${message}`));
  }
  const [namespace = "", location = ""] = instance.id.split("/");
  const name = nameFor(runId, JSON.stringify([pointId, targetClusterId, scope]));
  const metadata = { name, namespace, labels: labelsOf(runId) };
  await api.make("restores", { ...{ apiVersion: API_VERSION, kind: "Restore" }, metadata, ...specOf(request) });
  return running({ kind: "restores", clusterId: targetClusterId, namespace, name, location }, 0);
}

/** Makes a Backup of what the instance's backups hold. */
export async function makeBackup(api: VeleroApi, instance: BackupInstance, askedAt: string): Promise<BackupOperation> {
  const [namespace = "", location = ""] = instance.id.split("/");
  const name = nameFor(askedAt, instance.id);
  const spec = {
    storageLocation: location,
    snapshotVolumes: instance.hasVolumeData,
    ...(instance.includedNamespaces.length > 0 ? { includedNamespaces: instance.includedNamespaces } : {}),
    ...(instance.excludedNamespaces.length > 0 ? { excludedNamespaces: instance.excludedNamespaces } : {}),
  };
  const metadata = { name, namespace, labels: { "app.kubernetes.io/managed-by": "drydock" } };
  await api.make("backups", { ...{ apiVersion: API_VERSION, kind: "Backup" }, metadata, ...{ spec } });
  return running({ kind: "backups", clusterId: instance.clusterId, namespace, name, location }, 0);
}

/** Looks once. Throws DrydockError when it could not look. */
export async function pollVelero(api: VeleroApi, operation: BackupOperation): Promise<BackupOperation> {
  const handle = readHandle(operation);
  const polls = operation.polls + 1;
  if (handle.kind === "validation") return validate(api, handle, polls);
  const object = await api.find(handle.kind, handle.namespace, handle.name);
  const what = `${handle.kind === "restores" ? "the restore" : "the backup"} ${handle.namespace}/${handle.name}`;
  if (!object) return failed(handle, polls, `${what} is gone`);
  const status = statusOf(object);
  const failure = status === "failed" ? terminal("OperationFailed", `${what} failed: ${whyOf(object)}`) : null;
  const { startTimestamp, completionTimestamp } = object.status ?? {};
  return {
    ...running(handle, polls),
    ...{ status, failure, progress: progressOf(object, handle) },
    startedAt: startTimestamp ? instant(startTimestamp) : null,
    endedAt: completionTimestamp ? instant(completionTimestamp) : null,
  };
}

async function validate(api: VeleroApi, handle: Handle, polls: number): Promise<BackupOperation> {
  const { namespace, name, location } = handle;
  const found = await api.find("backupstoragelocations", namespace, location);
  if (!found) return failed(handle, polls, `the target has no backup storage location ${namespace}/${location}`);
  const backup = await api.find("backups", namespace, name);
  const phase = found.status?.phase ?? "not checked yet";
  if (backup && phase === "Available") return { ...running(handle, polls), status: "completed" };
  if (polls < SYNC_POLLS) return running(handle, polls);
  const why =
    phase === "Available"
      ? `the backup ${name} did not come to the target`
      : `the location ${namespace}/${location} is ${phase}`;
  return failed(handle, polls, why);
}

function specOf({ pointId, scope }: RestoreRequest): { readonly spec: object } {
  const labels = scope.labelSelectors.map((selector) => selector.split("=", 2));
  return {
    spec: {
      backupName: pointId,
      ...(scope.includedNamespaces.length > 0 ? { includedNamespaces: scope.includedNamespaces } : {}),
      ...(scope.excludedNamespaces.length > 0 ? { excludedNamespaces: scope.excludedNamespaces } : {}),
      ...(scope.includedResources.length > 0 ? { includedResources: scope.includedResources } : {}),
      ...(scope.excludedResources.length > 0 ? { excludedResources: scope.excludedResources } : {}),
      ...(labels.length > 0 ? { labelSelector: { matchLabels: Object.fromEntries(labels) } } : {}),
      includeClusterResources: scope.clusterResources,
      namespaceMapping: scope.namespaceMappings,
      restorePVs: scope.volumeData,
      existingResourcePolicy: scope.conflicts === "skip" ? "none" : "update",
      ...(scope.modifier ? { resourceModifier: { kind: "configmap", name: scope.modifier.name } } : {}),
    },
  };
}

/** Velero counts what went wrong and keeps the list in its bucket. */
function progressOf(object: VeleroObject, { kind, namespace, name }: Handle): RestoreProgress {
  const { totalItems, itemsRestored, itemsBackedUp } = object.status?.progress ?? {};
  const done = itemsRestored ?? itemsBackedUp ?? 0;
  const percent = totalItems ? Math.floor((100 * done) / totalItems) : null;
  const word = kind === "restores" ? "restore" : "backup";
  const why = whyOf(object);
  const remedy = `velero ${word} describe ${name} --details -n ${namespace} names the objects.`;
  return {
    percent,
    tasks: [{ name: `${word} ${name}`, status: object.status?.phase ?? "New", percent }],
    problems: why === "" ? [] : [{ object: "", code: object.status?.phase ?? "", message: why, remedy }],
    bytes: null,
  };
}

function failed(handle: Handle, polls: number, why: string): BackupOperation {
  return { ...running(handle, polls), status: "failed", failure: terminal("OperationFailed", why) };
}

function running(handle: Handle, polls: number): BackupOperation {
  return {
    status: "running",
    failure: null,
    handle: JSON.stringify(handle),
    job: handle.kind === "validation" ? null : `${handle.namespace}/${handle.name}`,
    retryAfterSeconds: WAIT_SECONDS,
    polls,
    progress: NO_PROGRESS,
    startedAt: null,
    endedAt: null,
  };
}

function readHandle({ handle }: BackupOperation): Handle {
  return handleSchema.parse(JSON.parse(handle));
}

/** A name that Kubernetes takes, the same for the same. */
function nameFor(key: string, contents: string): string {
  return `drydock-${createHash("sha256").update(`${key}\n${contents}`).digest("hex").slice(0, 20)}`;
}

/** What a label's value may be: 63 characters. */
function labelsOf(runId: string) {
  return { "app.kubernetes.io/managed-by": "drydock", [RUN_TAG]: runId.slice(0, 63) };
}
