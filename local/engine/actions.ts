/**
 * What an orchestrator function asks for: the actions of durable-functions' state (`IOrchestratorState`), flattened into
 * the order in which the library numbers their tasks.
 */
export const ActionType = {
  CallActivity: 0,
  CallActivityWithRetry: 1,
  CallSubOrchestrator: 2,
  CallSubOrchestratorWithRetry: 3,
  ContinueAsNew: 4,
  CreateTimer: 5,
  WaitForExternalEvent: 6,
  CallEntity: 7,
  CallHttp: 8,
  SignalEntity: 9,
  ScheduledSignalEntity: 10,
  WhenAny: 11,
  WhenAll: 12,
  LockEntities: 13,
  ReleaseEntities: 14,
} as const;

/** Retry settings of an action, milliseconds throughout. */
export interface RetrySettings {
  readonly firstRetryIntervalInMilliseconds: number;
  readonly maxNumberOfAttempts: number;
  readonly backoffCoefficient?: number;
  readonly maxRetryIntervalInMilliseconds?: number;
  readonly retryTimeoutInMilliseconds?: number;
}

/** An HTTP request that an orchestrator made with `callHttp`. */
export interface DurableHttpRequest {
  readonly method: string;
  readonly uri: string;
  readonly content?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly tokenSource?: { readonly resource: string };
  readonly asynchronousPatternEnabled?: boolean;
}

/** One action; which members are set depends on `actionType`. */
export interface Action {
  readonly actionType: number;
  readonly functionName?: string;
  readonly input?: unknown;
  readonly retryOptions?: RetrySettings;
  readonly instanceId?: string;
  readonly version?: string;
  readonly fireAt?: string | Date;
  readonly isCanceled?: boolean;
  readonly externalEventName?: string;
  readonly operation?: string;
  readonly httpRequest?: DurableHttpRequest;
  readonly compoundActions?: readonly Action[];
}

/** What an orchestrator function returned, or carried in the error it threw. */
export interface OrchestratorState {
  readonly isDone: boolean;
  readonly actions: readonly (readonly Action[])[];
  readonly output?: unknown;
  readonly error?: string;
  readonly customStatus?: unknown;
}

/** The actions of a state, ready to be compared with the history. */
export interface FlatActions {
  /** Actions whose task has a number, in the order of numbering. */
  readonly numbered: readonly Action[];
  /** Names of awaited external events, one entry per wait. */
  readonly waits: readonly string[];
  /** The continue-as-new action, when it is the last one. */
  readonly continueAsNew: Action | undefined;
}

/** A task was handed to a second `Task.any` or `Task.all`; Azure's host would number later tasks differently. */
export class ReusedTaskError extends Error {
  override readonly name = "ReusedTaskError";
}

/**
 * Flattens the actions. Compound actions number their children from left to right; waits for external events have no
 * number.
 *
 * Throws ReusedTaskError when one action object stands in two places: the library then gives the task one number, but
 * Azure's host (OutOfProcOrchestrationShim) replays the action twice and gives it two, after which every later task gets
 * another one's result. The embedded host refuses what production would garble.
 */
export function flattenActions(state: OrchestratorState): FlatActions {
  const numbered: Action[] = [];
  const waits: string[] = [];
  const seen = new Set<Action>();
  let continueAsNew: Action | undefined;
  const visit = (action: Action): void => {
    switch (action.actionType) {
      case ActionType.WhenAny:
      case ActionType.WhenAll:
        for (const child of action.compoundActions ?? []) visit(child);
        return;
      case ActionType.WaitForExternalEvent:
        waits.push(action.externalEventName ?? "");
        return;
      case ActionType.ContinueAsNew:
        continueAsNew = action;
        return;
      default:
        if (seen.has(action)) throw new ReusedTaskError(reuseMessage(action));
        seen.add(action);
        numbered.push(action);
    }
  };
  for (const action of state.actions[0] ?? []) visit(action);
  return { numbered, waits, continueAsNew };
}

function reuseMessage(action: Action): string {
  const what =
    action.actionType === ActionType.CreateTimer
      ? "A timer"
      : `The task for '${action.functionName ?? action.operation ?? action.httpRequest?.uri ?? "unknown"}'`;
  return (
    `${what} is part of more than one Task.any or Task.all. Azure's host numbers such a task twice and then mixes up the ` +
    "results of later tasks. Create a new task for each Task.any or Task.all (external events may be awaited anew)."
  );
}

/**
 * The JSON text of an action's input. durable-functions turns a *string* input of activities and of continue-as-new
 * into JSON itself and leaves everything else, and the inputs of sub-orchestrations and entities, as raw values.
 */
export function inputJson(action: Action): string {
  const { input } = action;
  if (input === undefined || input === null) return "null";
  const preEncoded =
    action.actionType === ActionType.CallActivity ||
    action.actionType === ActionType.CallActivityWithRetry ||
    action.actionType === ActionType.ContinueAsNew;
  if (preEncoded && typeof input === "string") return input;
  return JSON.stringify(input);
}

/** Moment, in milliseconds since the epoch, at which a timer action is due. */
export function fireAtMs(action: Action): number {
  const value = action.fireAt instanceof Date ? action.fireAt.getTime() : Date.parse(action.fireAt ?? "");
  if (Number.isNaN(value)) throw new Error("A timer was created without a valid time.");
  return value;
}
