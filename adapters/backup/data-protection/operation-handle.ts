import { z } from "zod";
import { terminal } from "../../../domain/errors.ts";
import { type BackupOperation, NO_PROGRESS } from "../../../domain/restore/backup-provider.ts";
import type { DataProtectionClient, OperationLinks } from "./data-protection-client.ts";
import { jobState } from "./job-progress.ts";
import { azureBackupJobResourceSchema, operationJobExtendedInfoSchema, operationResourceSchema } from "./models.ts";

/** The service mostly gives no Retry-After; what the az command line waits. */
const DEFAULT_WAIT_SECONDS = 10;

const handleSchema = z.discriminatedUnion("kind", [
  z.object({
    kind: z.literal("operation"),
    what: z.string(),
    vaultId: z.string(),
    /** A validation ends with its operation; a restore and a backup then go on as a job. */
    hasJob: z.boolean(),
    statusUrl: z.string(),
    resultUrl: z.string().nullable(),
  }),
  z.object({ kind: z.literal("job"), what: z.string(), jobId: z.string() }),
]);
type Handle = z.infer<typeof handleSchema>;
type OperationHandle = Extract<Handle, { kind: "operation" }>;
type JobHandle = Extract<Handle, { kind: "job" }>;

/** What an operation is of. */
export interface Begun {
  /** As in `the restore of prod-weu`. */
  readonly what: string;
  readonly vaultId: string;
  readonly hasJob: boolean;
}

/** An operation that the service has accepted. */
export function operationBegun(
  begun: Begun,
  { statusUrl, resultUrl, retryAfterSeconds }: OperationLinks,
): BackupOperation {
  return running({ kind: "operation", ...begun, statusUrl, resultUrl }, { retryAfterSeconds, polls: 0 });
}

/** An operation whose job is known already. */
export function jobBegun(what: string, jobId: string): BackupOperation {
  return running({ kind: "job", what, jobId }, { retryAfterSeconds: 1, polls: 0 });
}

/** Looks once. Throws DrydockError when it could not look. */
export async function pollHandle(client: DataProtectionClient, operation: BackupOperation): Promise<BackupOperation> {
  if (operation.status !== "running") return operation;
  const handle = handleSchema.parse(JSON.parse(operation.handle));
  const polls = operation.polls + 1;
  return handle.kind === "job" ? pollJob(client, handle, polls) : pollStatus(client, handle, polls);
}

async function pollStatus(
  client: DataProtectionClient,
  handle: OperationHandle,
  polls: number,
): Promise<BackupOperation> {
  const asked = `follow ${handle.what}`;
  const look = await client.get({ path: handle.statusUrl, schema: operationResourceSchema, asked });
  const { status, error } = look.value;
  const word = (status ?? "").toLowerCase();
  if (word === "failed" || word === "canceled" || word === "cancelled") {
    const why = [error?.code, error?.message].filter((part) => part).join(": ") || "no reason given";
    const failure = terminal("OperationFailed", `${handle.what} ${word}: ${why}`);
    const problems = [{ object: "", code: error?.code ?? "", message: error?.message ?? "", remedy: "" }];
    const ended = word === "failed" ? ("failed" as const) : ("cancelled" as const);
    const base = running(handle, { retryAfterSeconds: null, polls });
    return { ...base, status: ended, failure, progress: { ...NO_PROGRESS, problems } };
  }
  if (word !== "succeeded") return running(handle, { retryAfterSeconds: look.retryAfterSeconds, polls });
  if (!handle.hasJob) return { ...running(handle, { retryAfterSeconds: null, polls }), status: "completed" };
  return afterOperation(client, handle, polls);
}

/** The operation's success means that the job was accepted: the job says how it goes. */
async function afterOperation(
  client: DataProtectionClient,
  handle: OperationHandle,
  polls: number,
): Promise<BackupOperation> {
  const asked = `read the job of ${handle.what}`;
  const { resultUrl, what } = handle;
  const result =
    resultUrl === null
      ? null
      : await client.get({ path: resultUrl, schema: operationJobExtendedInfoSchema.nullish(), asked });
  if (result?.status === 202) return running(handle, { retryAfterSeconds: result.retryAfterSeconds, polls });
  // A whole resource id, or the bare name of the job.
  const name = result?.value?.jobId?.split("/").at(-1);
  if (name) return pollJob(client, { kind: "job", what, jobId: `${handle.vaultId}/backupJobs/${name}` }, polls);
  const failure = terminal("OperationFailed", `${what} was accepted, but the service names no job for it`);
  return { ...running(handle, { retryAfterSeconds: null, polls }), status: "failed", failure };
}

async function pollJob(client: DataProtectionClient, handle: JobHandle, polls: number): Promise<BackupOperation> {
  const { jobId, what } = handle;
  const look = await client.get({ path: jobId, schema: azureBackupJobResourceSchema, asked: `follow ${what}` });
  const base = running(handle, { retryAfterSeconds: look.retryAfterSeconds, polls });
  return look.value.properties ? { ...base, ...jobState(look.value.properties, what) } : base;
}

function running(
  handle: Handle,
  { retryAfterSeconds, polls }: { readonly retryAfterSeconds: number | null; readonly polls: number },
): BackupOperation {
  return {
    status: "running",
    failure: null,
    handle: JSON.stringify(handle),
    job: handle.kind === "job" ? handle.jobId : null,
    retryAfterSeconds: Math.max(1, retryAfterSeconds ?? DEFAULT_WAIT_SECONDS),
    polls,
    progress: NO_PROGRESS,
    startedAt: null,
    endedAt: null,
  };
}
