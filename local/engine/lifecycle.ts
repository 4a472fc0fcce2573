import type { AfterCommit, EngineCore } from "./core.ts";
import type { Execution } from "./execution.ts";
import { EventType, type HistoryEvent, historyEvent } from "./history.ts";
import {
  appendHistory,
  insertInstance,
  isFinal,
  readInstance,
  replaceHistory,
  sendToInstance,
  updateInstance,
} from "./instances.ts";
import type { Effect } from "./plan-turn.ts";
import type { InstanceRecord, ParentLink, RuntimeStatus } from "./store.ts";

/** How an execution ended. `output` is JSON text; `reason` and `details` are for the parent when it did not complete. */
export interface Outcome {
  readonly status: Extract<RuntimeStatus, "Completed" | "Failed" | "Terminated">;
  readonly output: string;
  readonly reason: string;
  readonly details: string;
}

/** Most of a stack trace that is worth keeping in a history. */
const DETAILS_LIMIT = 2_000;

/** Cuts the details of a failure to a size that a history can carry. */
export function failureDetails(details: string): string {
  return details.length > DETAILS_LIMIT ? `${details.slice(0, DETAILS_LIMIT)}…` : details;
}

/** What a new instance is made of. */
export interface NewInstance {
  readonly instanceId: string;
  readonly name: string;
  readonly version: string;
  readonly input: string;
  readonly parent: ParentLink | undefined;
}

/** Makes an instance, over a finished one of the same id, with its start in its inbox. Call in a transaction. */
export function createInstance(core: EngineCore, start: NewInstance, nowMs: number, after: AfterCommit): void {
  const executionId = crypto.randomUUID().replaceAll("-", "");
  insertInstance(core.store, {
    ...start,
    executionId,
    status: "Pending",
    output: null,
    customStatus: null,
    createdMs: nowMs,
    updatedMs: nowMs,
  });
  sendToInstance(core.store, start.instanceId, executionId, startEvent(start, executionId, nowMs));
  after.push(() => core.wakeInstance(start.instanceId));
}

function startEvent(start: NewInstance, executionId: string, nowMs: number): HistoryEvent {
  return historyEvent(EventType.ExecutionStarted, nowMs, {
    Name: start.name,
    Version: start.version,
    Input: start.input,
    OrchestrationInstance: { InstanceId: start.instanceId, ExecutionId: executionId },
    ParentInstance: start.parent ? { InstanceId: start.parent.instanceId, Name: start.parent.name } : null,
  });
}

/** Starts a sub-orchestration; when its id belongs to one that runs, the parent's task fails. Call in a transaction. */
export function startChildInstance(
  core: EngineCore,
  parent: InstanceRecord,
  effect: Extract<Effect, { kind: "subOrchestration" }>,
  nowMs: number,
  after: AfterCommit,
): void {
  const existing = readInstance(core.store, effect.instanceId);
  if (existing && !isFinal(existing.status)) {
    const reason = `An Orchestration instance with the status ${existing.status} already exists: '${effect.instanceId}'.`;
    const event = historyEvent(EventType.SubOrchestrationInstanceFailed, nowMs, {
      TaskScheduledId: effect.taskId,
      Reason: reason,
      Details: "",
    });
    sendToInstance(core.store, parent.instanceId, parent.executionId, event);
    after.push(() => core.wakeInstance(parent.instanceId));
    return;
  }
  const link: ParentLink = {
    instanceId: parent.instanceId,
    executionId: parent.executionId,
    taskId: effect.taskId,
    name: parent.name,
  };
  const { instanceId, name, version, input } = effect;
  createInstance(core, { instanceId, name, version, input, parent: link }, nowMs, after);
}

/** Ends an instance: its last event, its status, the answer to its parent. Call in a transaction. */
export function endInstance(
  core: EngineCore,
  record: InstanceRecord,
  execution: Execution,
  outcome: Outcome,
  after: AfterCommit,
): void {
  const { store } = core;
  const nowMs = Math.floor(core.clock.nowMs());
  const type = outcome.status === "Terminated" ? EventType.ExecutionTerminated : EventType.ExecutionCompleted;
  appendHistory(store, record.instanceId, execution.events.length, [
    historyEvent(type, nowMs, { Result: outcome.output }),
  ]);
  updateInstance(store, record.instanceId, { status: outcome.status, output: outcome.output, updatedMs: nowMs });
  clearTimers(core, record.instanceId, after);
  store.run("DELETE FROM inbox WHERE instance_id = ?", record.instanceId);
  const { parent } = record;
  if (parent) {
    const body =
      outcome.status === "Completed"
        ? { TaskScheduledId: parent.taskId, Result: outcome.output }
        : { TaskScheduledId: parent.taskId, Reason: outcome.reason, Details: outcome.details };
    const answer =
      outcome.status === "Completed"
        ? EventType.SubOrchestrationInstanceCompleted
        : EventType.SubOrchestrationInstanceFailed;
    sendToInstance(store, parent.instanceId, parent.executionId, historyEvent(answer, nowMs, body));
    after.push(() => core.wakeInstance(parent.instanceId));
  }
  after.push(() => core.instanceEnded(record.instanceId));
}

/**
 * Begins a new execution of the same instance: empty history, no timers, and first of all the events that the old one had
 * not used, ahead of those that came since. Call in a transaction.
 */
export function continueAsNew(
  core: EngineCore,
  record: InstanceRecord,
  input: string,
  carriedOver: readonly HistoryEvent[],
  nowMs: number,
  after: AfterCommit,
): void {
  const { store } = core;
  const { instanceId } = record;
  const executionId = crypto.randomUUID().replaceAll("-", "");
  const waiting = store.all(
    "SELECT event FROM inbox WHERE instance_id = ? AND execution_id IS NULL ORDER BY id",
    instanceId,
  );
  store.run("DELETE FROM inbox WHERE instance_id = ?", instanceId);
  replaceHistory(store, instanceId, []);
  clearTimers(core, instanceId, after);
  updateInstance(store, instanceId, { executionId, input, status: "Running", updatedMs: nowMs });
  sendToInstance(store, instanceId, executionId, startEvent({ ...record, input }, executionId, nowMs));
  for (const event of carriedOver) sendToInstance(store, instanceId, null, event);
  for (const row of waiting) sendToInstance(store, instanceId, null, JSON.parse(String(row.event)) as HistoryEvent);
  after.push(() => core.wakeInstance(instanceId));
}

function clearTimers(core: EngineCore, instanceId: string, after: AfterCommit): void {
  const rows = core.store.all("SELECT execution_id, task_id FROM timers WHERE instance_id = ?", instanceId);
  if (rows.length === 0) return;
  core.store.run("DELETE FROM timers WHERE instance_id = ?", instanceId);
  for (const row of rows) {
    const timer = { instanceId, executionId: String(row.execution_id), taskId: Number(row.task_id) };
    after.push(() => core.disarmTimer(timer));
  }
}
