import { type UndoNote, type UndoRecord, undosAfter } from "../domain/undo-record.ts";
import { askEntity, type EntityContext, type OrchestrationContext, type Step, tellEntity } from "./durable.ts";

/** Name of the entity that keeps what a run would have to undo, by the run's id; it outlives a run that is terminated. */
export const UNDO_RECORD = "undoRecord";

/** The `undoRecord` entity: `note`, `failed`, `drop`, and `read`, which answers the record. */
export function undoRecord({ df }: EntityContext<UndoRecord>): void {
  const record = df.getState(() => ({})) ?? {};
  const operation = df.operationName ?? "";
  const after = operation === "read" ? record : undosAfter(record, operation, df.getInput<UndoNote>() ?? null);
  df.setState(after);
  if (operation === "read") df.return(after);
}

/** Notes what stands to be undone for a pool. Told, not asked: what is told is sent before what is done next. */
export function noteUndos(context: OrchestrationContext, note: UndoNote): void {
  tellEntity(context, UNDO_RECORD, note.site.runId, "note", note);
}

/** Notes what is left to undo after a try. */
export function noteFailedUndos(context: OrchestrationContext, note: UndoNote): void {
  tellEntity(context, UNDO_RECORD, note.site.runId, "failed", note);
}

/** Nothing of a run stands to be undone any longer, or its report says what does. */
export function dropUndos(context: OrchestrationContext, runId: string): void {
  tellEntity(context, UNDO_RECORD, runId, "drop", null);
}

/** What stands to be undone for the pools of a run. */
export function* readUndos(context: OrchestrationContext, runId: string): Step<UndoRecord> {
  return yield* askEntity<UndoRecord>(context, UNDO_RECORD, runId, "read");
}
