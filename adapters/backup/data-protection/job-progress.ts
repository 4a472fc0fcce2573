import { terminal } from "../../../domain/errors.ts";
import type { BackupOperation, RestoreProblem, RestoreProgress } from "../../../domain/restore/backup-provider.ts";
import type { AzureBackupJob, UserFacingError } from "./models.ts";

type Status = BackupOperation["status"];

/** What the service says of ended jobs; the string is open, and what is not here still runs. */
const ENDED: Readonly<Record<string, Status>> = {
  completed: "completed",
  completedwithwarnings: "partial",
  failed: "failed",
  cancelled: "cancelled",
  canceled: "cancelled",
};
/** Members of a sub-task's details that hold how much was moved. */
const BYTES = ["DataTransferredInBytes", "OriginalDatasourceSizeInBytes"];

/** How a job stands, as far as the job itself tells. */
export type JobState = Pick<BackupOperation, "status" | "failure" | "progress" | "startedAt" | "endedAt">;

/** Reads a job of the service; `what` as in `the restore of prod-weu`. */
export function jobState(job: AzureBackupJob, what: string): JobState {
  const status = ENDED[job.status.toLowerCase()] ?? "running";
  const progress = progressOf(job);
  const isLost = status === "failed" || status === "cancelled";
  const why = (job.errorDetails ?? []).map(sentence).join("; ");
  return {
    status,
    failure: isLost
      ? terminal("OperationFailed", `${what} ${job.status.toLowerCase()}: ${why || "no reason given"}`)
      : null,
    progress,
    startedAt: job.startTime,
    endedAt: status === "running" ? null : (job.endTime ?? null),
  };
}

/** What an error of the service says, with its code first. */
export function sentence({ code, message }: UserFacingError): string {
  return [code, message].filter((part) => part).join(": ");
}

function progressOf({ errorDetails, extendedInfo }: AzureBackupJob): RestoreProgress {
  const tasks = (extendedInfo?.subTasks ?? []).map((task) => ({
    name: task.taskName,
    status: task.taskStatus,
    percent: percentOf(task.taskProgress),
  }));
  const warnings = (extendedInfo?.warningDetails ?? []).map((one) => problem(one.warning, one.resourceName ?? ""));
  const errors = (errorDetails ?? []).map((error) => problem(error, ""));
  const known = tasks.flatMap(({ percent }) => (percent === null ? [] : [percent]));
  return {
    percent: known.length === 0 ? null : Math.floor(known.reduce((sum, one) => sum + one, 0) / known.length),
    tasks,
    problems: [...errors, ...warnings],
    bytes: bytesOf(extendedInfo),
  };
}

function problem({ code, message, recommendedAction }: UserFacingError, object: string): RestoreProblem {
  return { object, code: code ?? "", message: message ?? "", remedy: (recommendedAction ?? []).join(" ") };
}

/** The service writes `40%`, and once `40`. */
function percentOf(text: string | null | undefined): number | null {
  const value = Number.parseFloat(text ?? "");
  return Number.isFinite(value) ? Math.min(100, Math.max(0, value)) : null;
}

function bytesOf(info: AzureBackupJob["extendedInfo"]): number | null {
  const details = (info?.subTasks ?? []).map(({ additionalDetails }) => additionalDetails ?? {});
  const found = details
    .flatMap((detail) => BYTES.map((name) => Number.parseInt(detail[name] ?? "", 10)))
    .filter(Number.isFinite);
  return found.length === 0 ? null : Math.max(...found);
}
