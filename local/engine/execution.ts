import type { Action } from "./actions.ts";
import { HTTP_ACTIVITY_NAME } from "./determinism.ts";
import { completedTaskId, EventType, type HistoryEvent, isCompletion } from "./history.ts";
import { readHistory } from "./instances.ts";
import { applyToLedger, createLedger, isWanted, type Ledger, takesNumbers } from "./ledger.ts";
import type { InboxRow, InstanceRecord, Store } from "./store.ts";

/** An execution as the engine keeps it in memory between turns. The store is the truth; this only saves reading it. */
export interface Execution {
  readonly instanceId: string;
  readonly executionId: string;
  readonly events: HistoryEvent[];
  /** JSON texts of `events`, marked as played. */
  readonly texts: string[];
  readonly ledger: Ledger;
  /** The numbered actions of the last turn; unknown after a restart. */
  actions: readonly Action[] | undefined;
}

/** Reads an execution from the store. */
export function loadExecution(store: Store, record: InstanceRecord): Execution {
  const texts = readHistory(store, record.instanceId);
  const events = texts.map((text) => JSON.parse(text) as HistoryEvent);
  const ledger = createLedger();
  for (const event of events) applyToLedger(ledger, event);
  return {
    instanceId: record.instanceId,
    executionId: record.executionId,
    events,
    texts: events.map(playedText),
    ledger,
    actions: undefined,
  };
}

/** JSON text of an event as later turns see it. */
export function playedText(event: HistoryEvent): string {
  return JSON.stringify({ ...event, IsPlayed: true });
}

/** What a turn takes from an inbox. */
export interface Batch {
  /** Events that enter the history in this turn, in order. */
  readonly taken: HistoryEvent[];
  /** Rows to remove: those taken, and those that nobody wants any more. */
  readonly settledRows: number[];
  /** Set when the instance is to be terminated, whatever else is there. */
  readonly terminate: HistoryEvent | undefined;
  /** Whether wanted rows stay behind for a later turn. */
  readonly more: boolean;
}

/**
 * Chooses what enters the history in one turn. Late, doubled and foreign completions are settled without a trace. A
 * completion upon which the library takes task numbers ends a batch, unless it is the first (see `takesNumbers`). A
 * suspended instance takes nothing but resume and terminate. The ledger is brought up to date on the way.
 */
export function takeBatch(execution: Execution, rows: readonly InboxRow[]): Batch {
  const taken: HistoryEvent[] = [];
  const settledRows: number[] = [];
  const { ledger } = execution;
  for (const row of rows) {
    if (row.event.EventType === EventType.ExecutionTerminated) {
      return { taken: [], settledRows: [row.id], terminate: row.event, more: false };
    }
  }
  let more = false;
  for (const row of inOrder(execution, rows)) {
    const { event } = row;
    if ((row.executionId !== null && row.executionId !== execution.executionId) || !isWanted(ledger, event)) {
      settledRows.push(row.id);
      continue;
    }
    const isControl =
      event.EventType === EventType.ExecutionSuspended || event.EventType === EventType.ExecutionResumed;
    if (isControl && (event.EventType === EventType.ExecutionSuspended) === ledger.suspended) {
      settledRows.push(row.id);
      continue;
    }
    if (ledger.suspended && !isControl) continue;
    if (taken.length > 0 && (isControl || mayTakeNumbers(execution, event))) {
      more = true;
      break;
    }
    taken.push(event);
    settledRows.push(row.id);
    applyToLedger(ledger, event);
    // Suspend and resume are turns of their own, so that what came before and after keeps its order.
    if (isControl) {
      more = !ledger.suspended;
      break;
    }
  }
  return { taken, settledRows, terminate: undefined, more };
}

/** The start of an execution comes first, whatever arrived before it. */
function inOrder(execution: Execution, rows: readonly InboxRow[]): readonly InboxRow[] {
  if (execution.events.length > 0) return rows;
  const isStart = (row: InboxRow) => row.event.EventType === EventType.ExecutionStarted;
  return [...rows.filter(isStart), ...rows.filter((row) => !isStart(row))];
}

/** As `takesNumbers`; assumes the worst where the actions of the last turn are not known. */
function mayTakeNumbers(execution: Execution, event: HistoryEvent): boolean {
  if (!isCompletion(event)) return false;
  const task = execution.ledger.tasks.get(completedTaskId(event) ?? -1);
  if (!task) return false;
  if (execution.actions) return takesNumbers(task, event, execution.actions[task.leaf]);
  return (
    event.EventType === EventType.TimerFired ||
    event.EventType === EventType.TaskFailed ||
    event.EventType === EventType.SubOrchestrationInstanceFailed ||
    task.name === HTTP_ACTIVITY_NAME
  );
}

/**
 * Names of raised events that some wait means although their case differs; durable-functions compares exactly, while
 * event names are case-insensitive. Answers pairs of stored name and awaited name.
 */
export function eventRenames(ledger: Ledger, waits: readonly string[]): Map<string, string> {
  const exact = new Set(waits);
  const byFoldedName = new Map(waits.map((name) => [name.toLowerCase(), name]));
  const renames = new Map<string, string>();
  for (const name of ledger.raised.keys()) {
    const awaited = byFoldedName.get(name.toLowerCase());
    if (awaited !== undefined && !exact.has(name)) renames.set(name, awaited);
  }
  return renames;
}

/**
 * The external events that no wait has taken: they go over into the next execution on continue-as-new. Of each name, as
 * many events are taken as there are waits for it, oldest first.
 */
export function unclaimedEvents(events: readonly HistoryEvent[], waits: readonly string[]): HistoryEvent[] {
  const claims = new Map<string, number>();
  for (const name of waits) claims.set(name, (claims.get(name) ?? 0) + 1);
  return events.filter((event) => {
    if (event.EventType !== EventType.EventRaised || event.FromEntity) return false;
    const name = event.Name ?? "";
    const left = claims.get(name) ?? 0;
    if (left > 0) claims.set(name, left - 1);
    return left === 0;
  });
}
