import { type Action, ActionType } from "./actions.ts";
import { completedTaskId, EventType, type HistoryEvent, isCompletion, type TaskRole } from "./history.ts";

/** What kind of event scheduled a task. */
export type TaskKind = "activity" | "subOrchestration" | "timer" | "entity";

/** One numbered task of an execution. */
export interface LedgerTask {
  readonly id: number;
  readonly kind: TaskKind;
  readonly role: TaskRole;
  /** Ordinal of the action it belongs to. */
  readonly leaf: number;
  readonly attempt: number;
  readonly name: string;
  readonly fireAtMs: number;
  outcome: "open" | "done" | "cancelled";
}

/** What an execution has scheduled so far, read off its history. */
export interface Ledger {
  readonly tasks: Map<number, LedgerTask>;
  /** First task of each action, by ordinal. */
  readonly leaves: LedgerTask[];
  /** External events raised, by name as stored, oldest first. */
  readonly raised: Map<string, number>;
  /** The next free task number. */
  nextId: number;
  suspended: boolean;
}

const KIND_BY_EVENT: ReadonlyMap<number, TaskKind> = new Map([
  [EventType.TaskScheduled, "activity"],
  [EventType.SubOrchestrationInstanceCreated, "subOrchestration"],
  [EventType.TimerCreated, "timer"],
  [EventType.EventSent, "entity"],
]);

/** An empty ledger, for an execution without a history. */
export function createLedger(): Ledger {
  return { tasks: new Map(), leaves: [], raised: new Map(), nextId: 0, suspended: false };
}

/** Reads a ledger off a history. */
export function ledgerOf(history: readonly HistoryEvent[]): Ledger {
  const ledger = createLedger();
  for (const event of history) applyToLedger(ledger, event);
  return ledger;
}

/** Takes one more event into the ledger. */
export function applyToLedger(ledger: Ledger, event: HistoryEvent): void {
  const kind = KIND_BY_EVENT.get(event.EventType);
  if (kind) {
    const task: LedgerTask = {
      id: event.EventId,
      kind,
      role: event.Role ?? "call",
      leaf: event.Leaf ?? -1,
      attempt: event.Attempt ?? 1,
      name: event.Name ?? "",
      fireAtMs: event.FireAt ? Date.parse(event.FireAt) : 0,
      outcome: "open",
    };
    ledger.tasks.set(task.id, task);
    if (task.role === "call") ledger.leaves[task.leaf] = task;
    ledger.nextId = Math.max(ledger.nextId, task.id + 1);
  } else if (isCompletion(event)) {
    const task = ledger.tasks.get(completedTaskId(event) ?? -1);
    if (task) task.outcome = "done";
  } else if (event.EventType === EventType.EventRaised && !event.FromEntity) {
    const name = event.Name ?? "";
    ledger.raised.set(name, (ledger.raised.get(name) ?? 0) + 1);
  } else if (event.EventType === EventType.ExecutionSuspended) {
    ledger.suspended = true;
  } else if (event.EventType === EventType.ExecutionResumed) {
    ledger.suspended = false;
  }
}

/** Whether a message may still enter the history: completions of unknown, finished or cancelled tasks may not. */
export function isWanted(ledger: Ledger, event: HistoryEvent): boolean {
  if (!isCompletion(event)) return true;
  return ledger.tasks.get(completedTaskId(event) ?? -1)?.outcome === "open";
}

/**
 * Whether durable-functions takes new task numbers at the very moment it sees this completion: after a failed attempt,
 * after the wait that follows it, at the end of a leg of a long timer, and on a 202 of a polled HTTP call. Such an event
 * must stand first in its turn, because the numbers it takes come before those of the actions that the turn adds.
 */
export function takesNumbers(task: LedgerTask, event: HistoryEvent, action: Action | undefined): boolean {
  switch (event.EventType) {
    case EventType.TaskFailed:
    case EventType.SubOrchestrationInstanceFailed:
      return action?.retryOptions !== undefined;
    case EventType.TimerFired:
      return task.role === "retryTimer" || isTimerLeg(task, action);
    case EventType.TaskCompleted:
      return isPollAnswer(action, event);
    default:
      return false;
  }
}

/** Whether a timer task ends before the moment its action asks for. */
export function isTimerLeg(task: LedgerTask, action: Action | undefined): boolean {
  if (action?.actionType !== ActionType.CreateTimer || action.fireAt === undefined) return false;
  return task.fireAtMs < new Date(action.fireAt).getTime();
}

/** Whether an HTTP call of an orchestrator was answered with 202 and a place to ask again. */
export function isPollAnswer(action: Action | undefined, event: HistoryEvent): boolean {
  if (action?.actionType !== ActionType.CallHttp || !action.httpRequest?.asynchronousPatternEnabled) return false;
  return pollTarget(event.Result) !== undefined;
}

/** Where and when to ask again after a 202, or undefined when the answer is final. */
export function pollTarget(result: string | null | undefined): { uri: string; retryAfterSeconds?: number } | undefined {
  const answer: unknown = JSON.parse(result ?? "null");
  if (typeof answer !== "object" || answer === null) return undefined;
  const { statusCode, headers } = answer as { statusCode?: unknown; headers?: Record<string, string> };
  if (statusCode !== 202) return undefined;
  const header = (name: string) => Object.entries(headers ?? {}).find(([key]) => key.toLowerCase() === name)?.[1];
  const uri = header("location");
  if (!uri) return undefined;
  const retryAfter = Number(header("retry-after"));
  return Number.isFinite(retryAfter) && retryAfter > 0 ? { uri, retryAfterSeconds: retryAfter } : { uri };
}
