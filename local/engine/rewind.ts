import { type AfterCommit, type EngineCore, storeEffects } from "./core.ts";
import { loadExecution } from "./execution.ts";
import { completedTaskId, EventType, type HistoryEvent, historyEvent, isCompletion } from "./history.ts";
import { readInstance, replaceHistory, sendToInstance, updateInstance } from "./instances.ts";
import { ledgerOf } from "./ledger.ts";
import { ManagementError } from "./management-error.ts";
import type { EntityRequest } from "./plan-turn.ts";
import type { InstanceRecord } from "./store.ts";

/** What a rewind makes of a failed history. */
export interface Rewound {
  readonly history: readonly HistoryEvent[];
  /** Tasks whose failure was taken back; they are to be done again under the same number. */
  readonly reopened: ReadonlySet<number>;
}

/**
 * Takes back the failures that ended an execution: those that arrived in its last turn, with the waits for further
 * attempts that followed them. Everything else stays, so that the replay comes to the same point. Pure.
 */
export function rewindHistory(history: readonly HistoryEvent[]): Rewound {
  const alive = history.filter((event) => event.EventType !== EventType.ExecutionCompleted);
  const ledger = ledgerOf(alive);
  const lastTurn = alive.findLastIndex((event) => event.EventType === EventType.OrchestratorStarted);
  const failed = new Set<number>();
  const dropped = new Set<HistoryEvent>();
  const takeBack = (event: HistoryEvent) => {
    failed.add(completedTaskId(event) ?? -1);
    dropped.add(event);
  };
  for (const event of alive.slice(lastTurn)) {
    if (isFailure(event)) takeBack(event);
    const timer = event.EventType === EventType.TimerFired ? ledger.tasks.get(event.TimerId ?? -1) : undefined;
    if (timer?.role !== "retryTimer") continue;
    // The wait after the last attempt: it goes, and so does the failure before it.
    dropped.add(event);
    for (const other of alive) {
      const isItsStart = other.EventType === EventType.TimerCreated && other.EventId === timer.id;
      const task = isFailure(other) ? ledger.tasks.get(completedTaskId(other) ?? -1) : undefined;
      if (isItsStart) dropped.add(other);
      if (task?.leaf === timer.leaf && task.attempt === timer.attempt) takeBack(other);
    }
  }
  return { history: alive.filter((event) => !dropped.has(event)), reopened: failed };
}

function isFailure(event: HistoryEvent): boolean {
  return event.EventType === EventType.TaskFailed || event.EventType === EventType.SubOrchestrationInstanceFailed;
}

/**
 * Brings a failed instance back to where it failed: the failed activities run again, failed sub-orchestrations are rewound
 * in turn, and every other task that has no outcome yet is taken up again.
 *
 * Throws ManagementError: InstanceNotFound, InstanceFinished (ended otherwise), NotFailed (still runs).
 */
export function rewindInstance(core: EngineCore, instanceId: string, reason: string): void {
  const record = readInstance(core.store, instanceId);
  if (!record) throw new ManagementError("InstanceNotFound", `There is no instance '${instanceId}'.`);
  if (record.status === "Completed" || record.status === "Terminated" || record.status === "Canceled") {
    throw new ManagementError(
      "InstanceFinished",
      `Instance '${instanceId}' is ${record.status}; only a failed one can be rewound.`,
    );
  }
  if (record.status !== "Failed") {
    throw new ManagementError(
      "NotFailed",
      `Instance '${instanceId}' is ${record.status}; only a failed one can be rewound.`,
    );
  }
  const after: AfterCommit = [];
  core.store.transaction(() => rewindRecord(core, record, reason, after));
  for (const act of after) act();
}

function rewindRecord(core: EngineCore, record: InstanceRecord, reason: string, after: AfterCommit): void {
  const { store } = core;
  const nowMs = Math.floor(core.clock.nowMs());
  const before = loadExecution(store, record).events;
  const { history } = rewindHistory(before);
  replaceHistory(store, record.instanceId, history);
  updateInstance(store, record.instanceId, { status: "Running", output: null, updatedMs: nowMs });
  reopenTasks(core, record, history, reason, after);
  const note = historyEvent(EventType.GenericEvent, nowMs, { Reason: `Rewound: ${reason}` });
  sendToInstance(store, record.instanceId, record.executionId, note);
  after.push(() => core.wakeInstance(record.instanceId));
}

/** Offers again what a history has scheduled and that has no outcome; the rows may be gone with the failure. */
function reopenTasks(
  core: EngineCore,
  record: InstanceRecord,
  history: readonly HistoryEvent[],
  reason: string,
  after: AfterCommit,
): void {
  const { store } = core;
  const ended = new Set(history.filter(isCompletion).map(completedTaskId));
  const owner = { instanceId: record.instanceId, executionId: record.executionId };
  for (const event of history) {
    if (ended.has(event.EventId) || event.EventId < 0) continue;
    const taskId = event.EventId;
    if (event.EventType === EventType.TaskScheduled) {
      const owed = store.get(
        "SELECT id FROM activities WHERE execution_id = ? AND task_id = ?",
        record.executionId,
        taskId,
      );
      const input = (event.Input ?? "[null]").slice(1, -1);
      if (!owed)
        storeEffects(core, owner, [{ kind: "activity", taskId, name: event.Name ?? "", input }], after, noChild);
    } else if (event.EventType === EventType.TimerCreated) {
      storeEffects(core, owner, [{ kind: "timer", taskId, fireAtMs: Date.parse(event.FireAt ?? "") }], after, noChild);
    } else if (event.EventType === EventType.SubOrchestrationInstanceCreated) {
      const child = readInstance(store, event.InstanceId ?? "");
      if (child?.status === "Failed") rewindRecord(core, child, reason, after);
    } else if (event.EventType === EventType.EventSent) {
      reopenEntityCall(core, owner, event, history, after);
    }
  }
}

function reopenEntityCall(
  core: EngineCore,
  owner: { instanceId: string; executionId: string },
  event: HistoryEvent,
  history: readonly HistoryEvent[],
  after: AfterCommit,
): void {
  const request = JSON.parse(event.Input ?? "{}") as EntityRequest;
  const answered = history.some((other) => other.EventType === EventType.EventRaised && other.Name === request.id);
  const entityId = event.InstanceId ?? "";
  const waiting = core.store
    .all("SELECT request FROM entity_inbox WHERE entity_id = ?", entityId)
    .some((row) => (JSON.parse(String(row.request)) as EntityRequest).id === request.id);
  if (request.signal || answered || waiting) return;
  storeEffects(core, owner, [{ kind: "entity", entityId, request }], after, noChild);
}

function noChild(): never {
  throw new Error("A rewind starts no sub-orchestration.");
}
