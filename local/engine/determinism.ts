import { type Action, ActionType } from "./actions.ts";
import type { LedgerTask, TaskKind } from "./ledger.ts";

/**
 * A replay asked for other things than the history holds. Same class and the same wording as DurableTask.Core's
 * NonDeterministicOrchestrationException, so that what people search for is found.
 */
export class NonDeterministicOrchestrationError extends Error {
  override readonly name = "NonDeterministicOrchestrationException";

  constructor(details: string) {
    super(`Non-Deterministic workflow detected: ${details}`);
  }
}

const KIND_BY_ACTION: ReadonlyMap<number, TaskKind> = new Map([
  [ActionType.CallActivity, "activity"],
  [ActionType.CallActivityWithRetry, "activity"],
  [ActionType.CallHttp, "activity"],
  [ActionType.CallSubOrchestrator, "subOrchestration"],
  [ActionType.CallSubOrchestratorWithRetry, "subOrchestration"],
  [ActionType.CreateTimer, "timer"],
  [ActionType.CallEntity, "entity"],
  [ActionType.SignalEntity, "entity"],
  [ActionType.ScheduledSignalEntity, "entity"],
]);

const KIND_WORDS: Readonly<Record<TaskKind, string>> = {
  activity: "an activity task",
  subOrchestration: "a sub-orchestration task",
  timer: "a timer task",
  entity: "a send event task",
};

const REMEDY = "Was a change made to the orchestrator code after this instance had already started running?";

/** Name of the activity that performs an orchestrator's HTTP requests, as Azure's extension calls it. */
export const HTTP_ACTIVITY_NAME = "BuiltIn::HttpActivity";

/** The name under which an action's task stands in the history. */
export function taskName(action: Action): string {
  switch (action.actionType) {
    case ActionType.CallHttp:
      return HTTP_ACTIVITY_NAME;
    case ActionType.CallEntity:
    case ActionType.SignalEntity:
    case ActionType.ScheduledSignalEntity:
      return "op";
    case ActionType.CreateTimer:
      return "";
    default:
      return action.functionName ?? "";
  }
}

/**
 * Compares what the history holds with what this replay asked for; throws NonDeterministicOrchestrationError at the first
 * difference in number, kind or name (names without regard to case, as DurableTask.Core does).
 */
export function checkDeterminism(leaves: readonly LedgerTask[], numbered: readonly Action[]): void {
  for (const [index, task] of leaves.entries()) {
    const action = numbered[index];
    const before = `A previous execution of this orchestration scheduled ${KIND_WORDS[task.kind]} with sequence ID ${task.id}`;
    const named = task.name ? ` and name '${task.name}'` : "";
    if (!action) {
      throw new NonDeterministicOrchestrationError(
        `${before}${named}, but the current replay execution hasn't (yet?) scheduled this task. ${REMEDY}`,
      );
    }
    const kind = KIND_BY_ACTION.get(action.actionType);
    if (kind !== task.kind) {
      throw new NonDeterministicOrchestrationError(
        `${before}${named}, but the current orchestration replay instead scheduled ${kind ? KIND_WORDS[kind] : "something else"} with this sequence number. ${REMEDY}`,
      );
    }
    if (taskName(action).toLowerCase() !== task.name.toLowerCase()) {
      throw new NonDeterministicOrchestrationError(
        `${before}${named}, but the current orchestration replay instead scheduled ${KIND_WORDS[task.kind]} named '${taskName(action)}' with this sequence number. ${REMEDY}`,
      );
    }
  }
}
