/**
 * The events of an orchestration's history, as durable-functions reads them: PascalCase members, numbers for types
 * (DurableTask.Core, `EventType`). Members that the library ignores carry what the engine needs to tell tasks apart.
 */
export const EventType = {
  ExecutionStarted: 0,
  ExecutionCompleted: 1,
  ExecutionFailed: 2,
  ExecutionTerminated: 3,
  TaskScheduled: 4,
  TaskCompleted: 5,
  TaskFailed: 6,
  SubOrchestrationInstanceCreated: 7,
  SubOrchestrationInstanceCompleted: 8,
  SubOrchestrationInstanceFailed: 9,
  TimerCreated: 10,
  TimerFired: 11,
  OrchestratorStarted: 12,
  OrchestratorCompleted: 13,
  EventSent: 14,
  EventRaised: 15,
  ContinueAsNew: 16,
  GenericEvent: 17,
  ExecutionSuspended: 19,
  ExecutionResumed: 20,
} as const;

/** Names of event types, as the management API spells them. */
export const EVENT_TYPE_NAMES: ReadonlyMap<number, string> = new Map(
  Object.entries(EventType).map(([name, value]) => [value, name]),
);

/**
 * Why a numbered task exists. `call` is the task an action stands for; the others are the further tasks that
 * durable-functions numbers on its own: the wait after a failed attempt, the next attempt, a further leg of a long
 * timer, and the wait and the next request of a polled HTTP call.
 */
export type TaskRole = "call" | "retryTimer" | "attempt" | "timerLeg" | "pollTimer" | "pollRequest";

/** One event of a history. */
export interface HistoryEvent {
  readonly EventType: number;
  readonly EventId: number;
  readonly IsPlayed: boolean;
  readonly Timestamp: string;
  readonly Name?: string;
  readonly Version?: string;
  readonly Input?: string | null;
  readonly Result?: string | null;
  readonly Reason?: string;
  readonly Details?: string;
  readonly FailureDetails?: FailureDetails;
  readonly TaskScheduledId?: number;
  readonly TimerId?: number;
  readonly FireAt?: string;
  readonly InstanceId?: string;
  readonly OrchestrationInstance?: { readonly InstanceId: string; readonly ExecutionId: string };
  readonly ParentInstance?: { readonly InstanceId: string; readonly Name: string } | null;
  /** Ordinal, among the numbered actions, of the action that this task belongs to. */
  readonly Leaf?: number;
  readonly Role?: TaskRole;
  /** Which attempt of a retried call this is, from 1. */
  readonly Attempt?: number;
  /** Marks an EventRaised that is an entity's answer, not an external event. */
  readonly FromEntity?: true;
}

/** A failure with its parts, as newer hosts send it beside Reason and Details. */
export interface FailureDetails {
  readonly ErrorType: string;
  readonly ErrorMessage: string;
  readonly StackTrace: string | null;
  readonly InnerFailure: null;
  readonly IsNonRetriable: boolean;
  readonly Properties?: Readonly<Record<string, unknown>>;
}

/** Members of an event beyond those that every event has. */
export type EventBody = Omit<HistoryEvent, "EventType" | "EventId" | "IsPlayed" | "Timestamp">;

/** Makes an event. `eventId` is -1 for everything but the events that schedule a task. */
export function historyEvent(type: number, timestampMs: number, body: EventBody = {}, eventId = -1): HistoryEvent {
  return {
    EventType: type,
    EventId: eventId,
    IsPlayed: false,
    Timestamp: new Date(timestampMs).toISOString(),
    ...body,
  };
}

/** Whether an event gives a numbered task its outcome. */
export function isCompletion(event: HistoryEvent): boolean {
  switch (event.EventType) {
    case EventType.TaskCompleted:
    case EventType.TaskFailed:
    case EventType.SubOrchestrationInstanceCompleted:
    case EventType.SubOrchestrationInstanceFailed:
    case EventType.TimerFired:
      return true;
    default:
      return false;
  }
}

/** The number of the task that a completion belongs to. */
export function completedTaskId(event: HistoryEvent): number | undefined {
  return event.EventType === EventType.TimerFired ? event.TimerId : event.TaskScheduledId;
}
