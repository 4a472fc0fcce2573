import { type FlatActions, flattenActions, inputJson } from "./actions.ts";
import { type AfterCommit, type EngineCore, storeEffects, TURN_BATCH_LIMIT } from "./core.ts";
import { type Execution, eventRenames, playedText, takeBatch, unclaimedEvents } from "./execution.ts";
import type { ExecutionCache } from "./execution-cache.ts";
import { EventType, type HistoryEvent, historyEvent, isCompletion } from "./history.ts";
import { appendHistory, isFinal, readInbox, readInstance, replaceHistory, updateInstance } from "./instances.ts";
import { applyToLedger } from "./ledger.ts";
import { continueAsNew, endInstance, failureDetails, type Outcome, startChildInstance } from "./lifecycle.ts";
import { callOrchestrator, type OrchestratorAnswer } from "./orchestrator-call.ts";
import { planTurn, type TurnPlan } from "./plan-turn.ts";
import type { InstanceRecord } from "./store.ts";

/** Most that a custom status may take, in UTF-16 bytes (Durable Functions' limit). */
const CUSTOM_STATUS_LIMIT_BYTES = 16 * 1024;

/**
 * Runs one turn of an instance: takes what waits for it into the history, replays the orchestrator, and commits the new
 * events, the messages they cause and the settled inbox rows in one transaction. Killed before the commit, nothing has
 * happened; killed after it, everything that follows is owed and found again on start.
 */
export async function runTurn(core: EngineCore, cache: ExecutionCache, instanceId: string): Promise<void> {
  const { store } = core;
  const record = readInstance(store, instanceId);
  if (!record || isFinal(record.status)) {
    store.run("DELETE FROM inbox WHERE instance_id = ?", instanceId);
    return;
  }
  const rows = readInbox(store, instanceId, TURN_BATCH_LIMIT);
  if (rows.length === 0) return;
  const execution = cache.take(record);
  const batch = takeBatch(execution, rows);
  const after: AfterCommit = [];
  if (batch.terminate) {
    const reason = batch.terminate.Input ?? "null";
    const outcome: Outcome = { status: "Terminated", output: reason, reason: String(JSON.parse(reason)), details: "" };
    store.transaction(() => endInstance(core, record, execution, outcome, after));
  } else {
    const turn = await replay(core, record, execution, batch.taken);
    store.transaction(() => {
      for (const id of batch.settledRows) store.run("DELETE FROM inbox WHERE id = ?", id);
      if (turn) commitTurn(core, record, execution, turn, after);
    });
  }
  const current = readInstance(store, instanceId);
  if (current && !isFinal(current.status) && current.executionId === execution.executionId) cache.put(execution);
  for (const act of after) act();
  if (batch.more || rows.length === TURN_BATCH_LIMIT) core.wakeInstance(instanceId);
}

/** What a turn decided, before it is committed. */
interface Turn {
  readonly nowMs: number;
  readonly incoming: readonly HistoryEvent[];
  readonly reachedOrchestrator: boolean;
  readonly renamed: boolean;
  readonly answer: OrchestratorAnswer | undefined;
  readonly flat: FlatActions | undefined;
  readonly plan: TurnPlan;
  readonly outcome: Outcome | undefined;
}

async function replay(
  core: EngineCore,
  record: InstanceRecord,
  execution: Execution,
  taken: readonly HistoryEvent[],
): Promise<Turn | undefined> {
  if (taken.length === 0) return undefined;
  const lastMs = Date.parse(execution.events.at(-1)?.Timestamp ?? "1970-01-01T00:00:00Z");
  const nowMs = Math.max(Math.floor(core.clock.nowMs()), lastMs);
  const incoming = [historyEvent(EventType.OrchestratorStarted, nowMs), ...taken];
  if (execution.ledger.suspended) {
    return {
      nowMs,
      incoming,
      reachedOrchestrator: false,
      renamed: false,
      answer: undefined,
      flat: undefined,
      plan: NOTHING,
      outcome: undefined,
    };
  }
  const call = (texts: readonly string[]) =>
    callOrchestrator(core, {
      functionName: record.name,
      instanceId: record.instanceId,
      parentInstanceId: record.parent?.instanceId ?? null,
      input: record.input,
      history: texts,
      isReplaying: execution.events.length > 0,
    });
  let renamed = false;
  for (;;) {
    const answer = await call([...execution.texts, ...incoming.map((event) => JSON.stringify(event))]);
    const decided = decide(core, record, execution, incoming, nowMs, answer);
    const renames = decided.flat ? eventRenames(execution.ledger, decided.flat.waits) : new Map<string, string>();
    if (renames.size === 0) return { nowMs, incoming, reachedOrchestrator: true, renamed, answer, ...decided };
    renameEvents(execution, incoming, renames);
    renamed = true;
  }
}

const NOTHING: TurnPlan = { events: [], effects: [] };

function decide(
  core: EngineCore,
  record: InstanceRecord,
  execution: Execution,
  incoming: readonly HistoryEvent[],
  nowMs: number,
  answer: OrchestratorAnswer,
): { flat: FlatActions | undefined; plan: TurnPlan; outcome: Outcome | undefined } {
  try {
    const flat = flattenActions(answer.state);
    const context = {
      instanceId: record.instanceId,
      executionId: record.executionId,
      nowMs,
      newId: () => crypto.randomUUID(),
    };
    const failed = answer.failure !== undefined;
    const first = incoming.find(isCompletion);
    // A failing orchestrator may stop short of what an earlier turn did; its own error says more than the difference.
    const plan =
      failed && flat.numbered.length < execution.ledger.leaves.length
        ? NOTHING
        : planTurn(context, execution.ledger, first, flat);
    requireFunctions(core, plan);
    return { flat, plan, outcome: outcomeOf(record, answer) };
  } catch (error) {
    const { name, message } = error as Error;
    return { flat: undefined, plan: NOTHING, outcome: failedOutcome(record, message, name) };
  }
}

function outcomeOf(record: InstanceRecord, answer: OrchestratorAnswer): Outcome | undefined {
  const { state, failure } = answer;
  if (failure) return failedOutcome(record, failure.message, failure.details);
  const status = JSON.stringify(state.customStatus ?? null);
  if (status.length * 2 > CUSTOM_STATUS_LIMIT_BYTES) {
    const kilobytes = Math.ceil((status.length * 2) / 1024);
    return failedOutcome(
      record,
      `The custom status takes ${kilobytes} KB; at most 16 KB (as UTF-16 JSON) may be set.`,
      "",
    );
  }
  if (!state.isDone) return undefined;
  return { status: "Completed", output: JSON.stringify(state.output ?? null), reason: "", details: "" };
}

function failedOutcome(record: InstanceRecord, message: string, details: string): Outcome {
  const reason = `Orchestrator function '${record.name}' failed: ${message}`;
  return { status: "Failed", output: JSON.stringify(reason), reason, details: failureDetails(details) };
}

/** Fails the orchestration, as Azure's extension does, when it asks for a function that is not there. */
function requireFunctions(core: EngineCore, plan: TurnPlan): void {
  for (const effect of plan.effects) {
    if (effect.kind === "activity" && effect.name.startsWith("BuiltIn::")) continue;
    if (effect.kind !== "activity" && effect.kind !== "subOrchestration") continue;
    const wanted = effect.kind === "activity" ? "activityTrigger" : "orchestrationTrigger";
    const found = core.worker.functions.get(effect.name.toLowerCase());
    if (found?.trigger.type === wanted) continue;
    const what = effect.kind === "activity" ? "an activity function" : "an orchestrator function";
    throw new Error(`The function '${effect.name}' doesn't exist, is disabled, or is not ${what}.`);
  }
}

function renameEvents(execution: Execution, incoming: HistoryEvent[], renames: ReadonlyMap<string, string>): void {
  const rename = (event: HistoryEvent): HistoryEvent => {
    const name =
      event.EventType === EventType.EventRaised && !event.FromEntity ? renames.get(event.Name ?? "") : undefined;
    return name === undefined ? event : { ...event, Name: name };
  };
  for (const [index, event] of incoming.entries()) incoming[index] = rename(event);
  for (const [index, event] of execution.events.entries()) {
    const next = rename(event);
    if (next === event) continue;
    execution.events[index] = next;
    execution.texts[index] = playedText(next);
  }
  for (const [from, to] of renames) {
    const count = execution.ledger.raised.get(from) ?? 0;
    execution.ledger.raised.delete(from);
    execution.ledger.raised.set(to, (execution.ledger.raised.get(to) ?? 0) + count);
  }
}

function commitTurn(
  core: EngineCore,
  record: InstanceRecord,
  execution: Execution,
  turn: Turn,
  after: AfterCommit,
): void {
  const { store } = core;
  const { instanceId } = record;
  const closing = historyEvent(EventType.OrchestratorCompleted, turn.nowMs);
  const added = [...turn.incoming, ...turn.plan.events, closing];
  const offset = execution.events.length;
  for (const event of added) {
    execution.events.push(event);
    execution.texts.push(playedText(event));
  }
  for (const event of turn.plan.events) applyToLedger(execution.ledger, event);
  for (const effect of turn.plan.effects) {
    const task = effect.kind === "cancelTimer" ? execution.ledger.tasks.get(effect.taskId) : undefined;
    if (task) task.outcome = "cancelled";
  }
  execution.actions = turn.flat?.numbered ?? execution.actions;
  if (turn.renamed) replaceHistory(store, instanceId, execution.events);
  else appendHistory(store, instanceId, offset, added);
  storeEffects(core, record, turn.plan.effects, after, (effect) =>
    startChildInstance(core, record, effect, turn.nowMs, after),
  );
  const status = turn.answer?.state.customStatus;
  const customStatus = status === undefined || status === null ? {} : { customStatus: JSON.stringify(status) };
  updateInstance(store, instanceId, {
    status: execution.ledger.suspended ? "Suspended" : "Running",
    updatedMs: turn.nowMs,
    ...(turn.outcome?.status === "Failed" ? {} : customStatus),
  });
  if (!turn.outcome) return;
  const next = turn.outcome.status === "Completed" ? turn.flat?.continueAsNew : undefined;
  if (next) {
    continueAsNew(
      core,
      record,
      inputJson(next),
      unclaimedEvents(execution.events, turn.flat?.waits ?? []),
      turn.nowMs,
      after,
    );
  } else {
    endInstance(core, record, execution, turn.outcome, after);
  }
}
