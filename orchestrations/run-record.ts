import type { Cancellation, FoldedEvent, RunRecord } from "../domain/run-status.ts";
import type { RingPlan } from "../domain/upgrade-plan.ts";
import { askEntity, type EntityContext, type OrchestrationContext, type Step, tellEntity } from "./durable.ts";

/** Name of the entity that keeps what the API shows of a run and what operators and events asked of it. */
export const RUN_RECORD = "runRecord";

/** Folded events that a record names; those beyond are one with them, and are not named. */
export const NAMED_EVENTS = 100;

/**
 * The `runRecord` entity: `plan` keeps the plan, `cancel` the first cancellation, `fold` an event, `read` answers both, and
 * `close` as well, for the report. A closed record takes no more events: they would be in no report.
 */
export function runRecord(context: EntityContext<RunRecord>): void {
  const empty: RunRecord = { rings: [], cancellation: null, folded: [], closed: false };
  const state = context.df.getState(() => empty) ?? empty;
  const input = context.df.getInput<unknown>();
  switch (context.df.operationName) {
    case "plan":
      context.df.setState({ ...state, rings: input as RingPlan[] });
      break;
    case "cancel":
      context.df.setState({ ...state, cancellation: state.cancellation ?? (input as Cancellation) });
      break;
    case "fold":
      if (!state.closed) context.df.setState({ ...state, folded: withEvent(state.folded, input as FoldedEvent) });
      break;
    case "close":
      context.df.setState({ ...state, closed: true });
      context.df.return({ cancellation: state.cancellation, folded: state.folded });
      break;
    case "read":
      context.df.return({ cancellation: state.cancellation, folded: state.folded });
      break;
  }
}

function withEvent(folded: readonly FoldedEvent[], event: FoldedEvent): readonly FoldedEvent[] {
  const isKnown = folded.some(({ id, source }) => id === event.id && source === event.source);
  return isKnown || folded.length >= NAMED_EVENTS ? folded : [...folded, event];
}

/** Keeps a run's plan where the API finds it. */
export function recordPlan(context: OrchestrationContext, runId: string, rings: readonly RingPlan[]): void {
  tellEntity(context, RUN_RECORD, runId, "plan", rings);
}

type Asked = Pick<RunRecord, "cancellation" | "folded">;

/** What operators and events asked of the run, for its report; events that come later are not taken in. */
export function* closeRecord(context: OrchestrationContext, runId: string): Step<Asked> {
  return yield* askEntity(context, RUN_RECORD, runId, "close");
}

/** Whether the run was cancelled. Asked at points where stopping leaves nothing half done. */
export function* isCancelled(context: OrchestrationContext, runId: string): Step<boolean> {
  const { cancellation } = yield* askEntity<Asked>(context, RUN_RECORD, runId, "read");
  return cancellation !== null;
}
