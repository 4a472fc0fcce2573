import { completedTaskId, EVENT_TYPE_NAMES, EventType, type HistoryEvent } from "./history.ts";

/** What stays out of the history that the management API shows: the engine's bookkeeping. */
const HIDDEN = new Set<number>([EventType.OrchestratorStarted, EventType.OrchestratorCompleted]);

const SCHEDULING = new Set<number>([
  EventType.TaskScheduled,
  EventType.SubOrchestrationInstanceCreated,
  EventType.TimerCreated,
]);

/**
 * The history as `showHistory=true` shows it: type names, times, and each outcome with what it is the outcome of; the events
 * that scheduled finished tasks are folded into their outcomes, as Azure's extension does.
 */
export function historyView(history: readonly HistoryEvent[], withOutput: boolean): object[] {
  const scheduled = new Map<number, HistoryEvent>();
  const finished = new Set<number | undefined>();
  for (const event of history) {
    if (SCHEDULING.has(event.EventType)) scheduled.set(event.EventId, event);
    else finished.add(completedTaskId(event));
  }
  const view: object[] = [];
  for (const event of history) {
    if (HIDDEN.has(event.EventType)) continue;
    if (SCHEDULING.has(event.EventType) && finished.has(event.EventId)) continue;
    const start = scheduled.get(completedTaskId(event) ?? -1);
    const name = start?.Name ?? event.Name;
    view.push({
      EventType: EVENT_TYPE_NAMES.get(event.EventType) ?? String(event.EventType),
      Timestamp: event.Timestamp,
      ...(name && event.EventType !== EventType.EventRaised ? { FunctionName: name } : {}),
      ...(event.EventType === EventType.EventRaised ? { Name: event.Name } : {}),
      ...(start ? { ScheduledTime: start.Timestamp } : {}),
      ...(event.FireAt ? { FireAt: event.FireAt } : {}),
      ...(event.Reason ? { Reason: event.Reason } : {}),
      ...(event.Details ? { Details: event.Details } : {}),
      ...(withOutput && event.Result !== undefined ? { Result: JSON.parse(event.Result ?? "null") } : {}),
      ...(withOutput && event.EventType === EventType.EventRaised ? { Input: JSON.parse(event.Input ?? "null") } : {}),
    });
  }
  return view;
}
