import type { RestoreProgressView } from "../api/restore-view.ts";
import type { BackupOperation } from "./backup-provider.ts";
import type { LongStep, StepState } from "./long-step.ts";

/** Sub-tasks that a status shows: hosts keep 16 KB of it. */
const SHOWN_TASKS = 20;

/** Custom status of what follows a step: how far the service is with a restore, as far as it says so. */
export function stepProgress({ kind }: Pick<LongStep, "kind">, { seen }: StepState): RestoreProgressView {
  if (kind !== "restore") return { percent: null, tasks: [] };
  const { percent, tasks } = (seen as BackupOperation).progress;
  return { percent, tasks: tasks.slice(0, SHOWN_TASKS) };
}
