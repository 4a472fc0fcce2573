import { z } from "zod";
import { selectionSchema } from "./selection.ts";

const errorSchema = z.object({ code: z.string(), message: z.string() });
const storeType = z.enum(["OperationalStore", "VaultStore"]);

/** A recovery point: what it is called, when it was taken, how long it lives, and where its contents are kept. */
export const pointSchema = z.object({
  /** 32 hexadecimal digits. */
  id: z.string(),
  /** In lower case. */
  instanceId: z.string(),
  atMs: z.number(),
  /** When the backup that made it began. */
  startMs: z.number(),
  tag: z.string(),
  policyName: z.string(),
  stores: z.array(z.object({ type: storeType, expiresMs: z.number() })),
  /** Key of its contents; those of older points are no longer kept on their own. */
  contents: z.string(),
});

/** What of a backup goes where in a restore, as the request said. */
export const restoreScopeSchema = z.object({
  selection: selectionSchema,
  namespaceMappings: z.record(z.string(), z.string()),
  conflict: z.enum(["Skip", "Patch"]),
  withData: z.boolean(),
});

export const jobSchema = z.object({
  id: z.string(),
  /** In lower case. */
  vaultId: z.string(),
  instanceId: z.string(),
  kind: z.enum(["Backup", "Restore"]),
  status: z.enum(["InProgress", "Completed", "CompletedWithWarnings", "Failed"]),
  byUser: z.boolean(),
  startMs: z.number(),
  endMs: z.number().optional(),
  pointId: z.string(),
  pointMs: z.number(),
  ruleName: z.string().optional(),
  tag: z.string().optional(),
  /** The cluster that is restored into, by its resource id. */
  target: z.string().optional(),
  store: storeType.optional(),
  scope: restoreScopeSchema.optional(),
  /** How many objects there are, and how many have been looked at. */
  total: z.number(),
  done: z.number(),
  bytes: z.number(),
  /** Key of the contents that a backup took down. */
  contents: z.string().optional(),
  fault: z
    .object({
      fail: errorSchema.optional(),
      leaveOut: z.array(z.string()).optional(),
      stuckHours: z.number().optional(),
    })
    .optional(),
  error: errorSchema.optional(),
  warnings: z.array(errorSchema.extend({ resource: z.string() })),
});

/** A long-running operation of Microsoft.DataProtection. */
export const backupOperationSchema = z.object({
  /** Base64 of two GUIDs. */
  id: z.string(),
  kind: z.enum([
    "PutVault",
    "DeleteVault",
    "PutInstance",
    "DeleteInstance",
    "ValidateBackup",
    "ValidateRestore",
    "Backup",
    "Restore",
  ]),
  vaultId: z.string(),
  /** What it works on: a vault or an instance. */
  resourceId: z.string(),
  status: z.enum(["Inprogress", "Succeeded", "Failed"]),
  startMs: z.number(),
  endMs: z.number().optional(),
  error: errorSchema.optional(),
  jobId: z.string().optional(),
  request: z.unknown().optional(),
});

export type RecoveryPoint = z.infer<typeof pointSchema>;
export type BackupJob = z.infer<typeof jobSchema>;
export type BackupOperation = z.infer<typeof backupOperationSchema>;
/** Why something ended as it did, with a code of Azure Backup. */
export type BackupError = z.infer<typeof errorSchema>;
