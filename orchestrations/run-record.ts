import type { RingPlan } from "../domain/upgrade-plan.ts";
import { askEntity, type OrchestrationContext, type Step, tellEntity } from "./durable.ts";

/** Name of the entity that keeps what the API shows of a run and what operators asked of it. */
export const RUN_RECORD = "runRecord";

/** Who cancelled a run, and why. */
export interface Cancellation {
  readonly by: string;
  readonly reason: string;
  readonly at: string;
}

/** State of the run record. */
export interface RunRecord {
  readonly rings: readonly RingPlan[];
  readonly cancellation: Cancellation | null;
}

/** What the entity's context offers that the record uses. */
interface RecordContext {
  readonly df: {
    readonly operationName?: string;
    getState(initializer?: () => unknown): unknown;
    setState(state: unknown): void;
    getInput(): unknown;
    return(result: unknown): void;
  };
}

/** The `runRecord` entity: `plan` keeps the plan, `cancel` the first cancellation, `cancellation` answers it. */
export function runRecord(context: RecordContext): void {
  const empty: RunRecord = { rings: [], cancellation: null };
  const state = (context.df.getState(() => empty) ?? empty) as RunRecord;
  switch (context.df.operationName) {
    case "plan":
      context.df.setState({ ...state, rings: context.df.getInput() as RingPlan[] });
      break;
    case "cancel":
      context.df.setState({ ...state, cancellation: state.cancellation ?? (context.df.getInput() as Cancellation) });
      break;
    case "cancellation":
      context.df.return(state.cancellation);
      break;
  }
}

/** Keeps a run's plan where the API finds it. */
export function recordPlan(context: OrchestrationContext, runId: string, rings: readonly RingPlan[]): void {
  tellEntity(context, RUN_RECORD, runId, "plan", rings);
}

/** Who cancelled the run, if somebody did. Asked at points where stopping leaves nothing half done. */
export function* cancellationOf(context: OrchestrationContext, runId: string): Step<Cancellation | null> {
  return yield* askEntity<Cancellation | null>(context, RUN_RECORD, runId, "cancellation");
}

/** Whether the run was cancelled. */
export function* isCancelled(context: OrchestrationContext, runId: string): Step<boolean> {
  return (yield* cancellationOf(context, runId)) !== null;
}
