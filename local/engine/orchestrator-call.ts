import type { OrchestratorState } from "./actions.ts";
import type { EngineCore } from "./core.ts";
import { HTTP_POLL_DEFAULT_MS, LONG_TIMER_LEG_MS, LONG_TIMER_LIMIT_MS } from "./plan-turn.ts";
import { guardReplay } from "./replay-guard.ts";

/** Stands between the text and the state in the message of a failed orchestrator (durable-functions, OrchestrationFailureError). */
const STATE_LABEL = "\n\n$OutOfProcData$:";

/** What an orchestrator function is called with. */
export interface OrchestratorCall {
  readonly functionName: string;
  readonly instanceId: string;
  readonly parentInstanceId: string | null;
  /** JSON text. */
  readonly input: string;
  /** JSON texts of the events, oldest first; the last OrchestratorStarted begins this turn. */
  readonly history: readonly string[];
  readonly isReplaying: boolean;
}

/** What came back: the state, and the failure if the orchestrator threw. */
export interface OrchestratorAnswer {
  readonly state: OrchestratorState;
  readonly failure: { readonly message: string; readonly details: string } | undefined;
}

/** `d.hh:mm:ss`, as .NET writes durations. */
function timeSpan(durationMs: number): string {
  const days = Math.floor(durationMs / 86_400_000);
  const rest = new Date(durationMs % 86_400_000).toISOString().slice(11, 19);
  return `${days}.${rest}`;
}

function payload(call: OrchestratorCall): string {
  const envelope = JSON.stringify({
    instanceId: call.instanceId,
    isReplaying: call.isReplaying,
    parentInstanceId: call.parentInstanceId,
    // V3 at most: entity locks, which V4 adds, are not supported.
    upperSchemaVersion: 1,
    upperSchemaVersionNew: 2,
    longRunningTimerIntervalDuration: timeSpan(LONG_TIMER_LEG_MS),
    maximumShortTimerDuration: timeSpan(LONG_TIMER_LIMIT_MS),
    defaultHttpAsyncRequestSleepTimeMillseconds: HTTP_POLL_DEFAULT_MS,
  });
  return `{"history":[${call.history.join(",")}],"input":${call.input},${envelope.slice(1)}`;
}

/** Replays an orchestrator function over a history and reads the state it returns or throws. */
export async function callOrchestrator(core: EngineCore, call: OrchestratorCall): Promise<OrchestratorAnswer> {
  const triggerData = { string: payload(call) };
  try {
    const invoke = () => core.worker.invoke({ functionName: call.functionName, triggerData });
    const result = await (core.replayGuard ? guardReplay(call.functionName, invoke) : invoke());
    const { rawResult, returnValue } = result;
    if (isState(rawResult)) return { state: rawResult, failure: undefined };
    const parsed: unknown = returnValue && "json" in returnValue ? JSON.parse(returnValue.json) : undefined;
    if (isState(parsed)) return { state: parsed, failure: undefined };
    throw new Error("The function returned no orchestrator state. Register it with df.app.orchestration.");
  } catch (error) {
    return readFailure(error);
  }
}

function isState(value: unknown): value is OrchestratorState {
  return (
    typeof value === "object" &&
    value !== null &&
    "isDone" in value &&
    "actions" in value &&
    Array.isArray(value.actions)
  );
}

function readFailure(error: unknown): OrchestratorAnswer {
  const message = error instanceof Error ? error.message : String(error);
  const at = message.indexOf(STATE_LABEL);
  if (at >= 0) {
    const state: unknown = JSON.parse(message.slice(at + STATE_LABEL.length));
    if (isState(state)) return { state, failure: { message: state.error ?? message.slice(0, at), details: "" } };
  }
  const details = error instanceof Error ? (error.stack ?? "") : "";
  return { state: { isDone: false, actions: [[]] }, failure: { message, details } };
}
