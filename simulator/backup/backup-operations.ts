import type { ResourceRecord } from "../azure/records.ts";
import { removeWithin } from "../azure/resources.ts";
import { scheduleBackup, startBackup } from "./backup-jobs.ts";
import type { BackupError, BackupOperation } from "./backup-records.ts";
import { type Backups, propertiesOf, vaultIdOf } from "./backups.ts";
import { clusterProblem } from "./cluster-readiness.ts";
import { instanceSchema, restoreRequestSchema } from "./kubernetes-request.ts";
import { forgetInstance } from "./recovery-points.ts";
import { restoreProblem, startRestore } from "./restore-jobs.ts";

const END = "backup.operation";

/** What an operation came to: the job that it began, or why it could not. */
type Outcome = { readonly jobId?: string } | { readonly error: BackupError };

/** Begins an operation of Microsoft.DataProtection, which ends by itself. Only inside a change. */
export function beginBackupOperation(
  { azure, operations }: Backups,
  asked: Pick<BackupOperation, "kind" | "resourceId"> & { readonly request?: unknown },
): BackupOperation {
  const id = Buffer.from(`${azure.random.uuid()};${azure.random.uuid()}`).toString("base64");
  const { nowMs } = azure.world;
  const vaultId = vaultIdOf(asked.resourceId);
  const operation: BackupOperation = { id, vaultId, ...asked, status: "Inprogress", startMs: nowMs };
  operations.put(id, operation);
  azure.world.schedule(azure.settings.resourceSeconds * 1_000, END, { id });
  return operation;
}

/** Lets the agenda end operations. */
export function handleBackupOperations(backups: Backups): void {
  backups.azure.world.handle(END, ({ id = "" }) => {
    const operation = backups.operations.get(id);
    if (operation?.status !== "Inprogress") return;
    const outcome = finish(backups, operation);
    const status = "error" in outcome ? "Failed" : "Succeeded";
    backups.operations.put(id, { ...operation, ...outcome, status, endMs: backups.azure.world.nowMs });
  });
}

function finish(backups: Backups, operation: BackupOperation): Outcome {
  const { azure } = backups;
  const resource = azure.findResource(operation.resourceId);
  switch (operation.kind) {
    case "PutVault":
      if (resource) settle(backups, resource, { provisioningState: "Succeeded" });
      return {};
    case "DeleteVault":
      removeWithin(azure, operation.resourceId);
      return {};
    case "PutInstance":
      return resource ? protect(backups, resource) : gone(operation);
    case "DeleteInstance":
      removeWithin(azure, operation.resourceId);
      forgetInstance(backups, operation.resourceId);
      return {};
    case "ValidateBackup":
      return failing(validateBackup(backups, operation));
    case "ValidateRestore": {
      if (!resource) return gone(operation);
      return failing(restoreProblem(backups, resource, restoreRequestSchema.parse(operation.request)));
    }
    case "Backup": {
      if (!resource) return gone(operation);
      const { ruleName, tag } = operation.request as { readonly ruleName: string; readonly tag?: string };
      return { jobId: startBackup(backups, resource, { byUser: true, ruleName, tag }).id };
    }
    case "Restore": {
      if (!resource) return gone(operation);
      const request = restoreRequestSchema.parse(operation.request);
      const error = restoreProblem(backups, resource, request);
      return error ? { error } : { jobId: startRestore(backups, resource, request).id };
    }
  }
}

function failing(error: BackupError | undefined): Outcome {
  return error ? { error } : {};
}

function gone({ resourceId }: BackupOperation): Outcome {
  return { error: { code: "UserErrorBackupInstanceNotFound", message: `${resourceId} was deleted meanwhile.` } };
}

function validateBackup({ azure }: Backups, { vaultId, request }: BackupOperation): BackupError | undefined {
  const { dataSourceInfo } = instanceSchema.parse(request);
  return clusterProblem(azure, dataSourceInfo.resourceID, vaultId);
}

/** Protection of a cluster is configured when the vault can work with it; then its schedule begins. */
function protect(backups: Backups, instance: ResourceRecord): Outcome {
  const { dataSourceInfo } = propertiesOf(instance);
  const error = clusterProblem(backups.azure, dataSourceInfo.resourceID, vaultIdOf(instance.id));
  const state = error ? "ConfiguringProtectionFailed" : "ProtectionConfigured";
  settle(backups, instance, {
    provisioningState: error ? "Failed" : "Succeeded",
    currentProtectionState: state,
    protectionStatus: { status: state },
  });
  if (!error) scheduleBackup(backups, instance);
  return failing(error);
}

function settle({ azure }: Backups, resource: ResourceRecord, change: Readonly<Record<string, unknown>>): void {
  azure.putResource({ ...resource, properties: { ...resource.properties, ...change } });
}
