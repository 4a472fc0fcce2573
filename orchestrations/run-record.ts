import {
  cancellationOf,
  type Gate,
  keepRefusal,
  NO_CONTROL,
  openGate,
  type RunControl,
  type Signal,
  shutGate,
  takeSignal,
} from "../domain/run-control.ts";
import type { FoldedEvent, RunRecord } from "../domain/run-status.ts";
import { askEntity, type EntityContext, type OrchestrationContext, type Step, tellEntity } from "./durable.ts";

/** Name of the entity that keeps what operators and events asked of a run, and what it asks of them. */
export const RUN_RECORD = "runRecord";

/** Folded events that a record names; those beyond are one with them, and are not named. */
export const NAMED_EVENTS = 100;

const EMPTY: RunRecord = { control: NO_CONTROL, folded: [], waiters: [] };

/**
 * Decides what an operation makes of a record, and what it answers. Pure.
 *
 * `signal` takes a signal in or keeps why not; `openGate` and `shutGate` put a question and take it back; `fold` notes an
 * event; `wait` notes an orchestration that is to be woken by signals, `leave` that it waits no longer; `read` and all that
 * answer give the record as it then is. `close` is for the report: a closed record takes nothing more, for it would be in no
 * report.
 */
export function recordAfter(
  record: RunRecord,
  operation: string,
  input: unknown,
): { readonly record: RunRecord; readonly answers: boolean } {
  const { control, folded, waiters } = record;
  const to = (change: Partial<RunRecord>, answers = false) => ({ record: { ...record, ...change }, answers });
  switch (operation) {
    case "signal": {
      const signal = input as Signal;
      const taken = takeSignal(control, signal);
      return to({ control: "refused" in taken ? keepRefusal(control, signal.id, taken.refused) : taken.control });
    }
    case "openGate":
      return to({ control: openGate(control, input as Gate) }, true);
    case "shutGate":
      return to({ control: shutGate(control, input as string) }, true);
    case "fold":
      return to(control.closed ? {} : { folded: withEvent(folded, input as FoldedEvent) });
    case "wait":
      return to({ waiters: [...waiters.filter((id) => id !== input), input as string] }, true);
    case "leave":
      return to({ waiters: waiters.filter((id) => id !== input) });
    case "close":
      return to({ control: { ...control, gates: [], closed: true } }, true);
    default:
      return to({}, true);
  }
}

/** The `runRecord` entity. */
export function runRecord(context: EntityContext<RunRecord>): void {
  const state = context.df.getState(() => EMPTY) ?? EMPTY;
  const { record, answers } = recordAfter(state, context.df.operationName ?? "", context.df.getInput<unknown>());
  context.df.setState(record);
  if (answers) context.df.return(record);
}

function withEvent(folded: readonly FoldedEvent[], event: FoldedEvent): readonly FoldedEvent[] {
  const isKnown = folded.some(({ id, source }) => id === event.id && source === event.source);
  return isKnown || folded.length >= NAMED_EVENTS ? folded : [...folded, event];
}

/** What operators asked of the run so far. */
export function* readControl(context: OrchestrationContext, runId: string): Step<RunControl> {
  const { control } = yield* askEntity<RunRecord>(context, RUN_RECORD, runId, "read");
  return control;
}

/** Puts a question to people; answers how the run stands then. */
export function* putGate(context: OrchestrationContext, runId: string, gate: Gate): Step<RunControl> {
  const { control } = yield* askEntity<RunRecord>(context, RUN_RECORD, runId, "openGate", gate);
  return control;
}

/** Takes a question back; answers how the run stands then: an answer may have come in the last moment. */
export function* withdrawGate(context: OrchestrationContext, runId: string, gate: string): Step<RunControl> {
  const { control } = yield* askEntity<RunRecord>(context, RUN_RECORD, runId, "shutGate", gate);
  return control;
}

/** From now on signals wake this orchestration; answers what came before. */
export function* listen(context: OrchestrationContext, runId: string): Step<RunControl> {
  const { control } = yield* askEntity<RunRecord>(context, RUN_RECORD, runId, "wait", context.df.instanceId);
  return control;
}

/** Signals need not wake this orchestration any longer. */
export function stopListening(context: OrchestrationContext, runId: string): void {
  tellEntity(context, RUN_RECORD, runId, "leave", context.df.instanceId);
}

/** What operators and events asked of the run, for its report; what comes later is refused. */
export function* closeRecord(context: OrchestrationContext, runId: string): Step<RunRecord> {
  return yield* askEntity<RunRecord>(context, RUN_RECORD, runId, "close");
}

/** Whether the run was cancelled. Asked at points where stopping leaves nothing half done. */
export function* isCancelled(context: OrchestrationContext, runId: string): Step<boolean> {
  return cancellationOf(yield* readControl(context, runId)) !== undefined;
}
