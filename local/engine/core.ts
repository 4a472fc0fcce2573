import type { Clock } from "../clock/clock.ts";
import type { HostLog } from "../log.ts";
import type { AppWorker } from "../worker/contract.ts";
import type { Effect } from "./plan-turn.ts";
import type { ActivityRow, Store, TimerRow } from "./store.ts";

/** What the engine's parts share. */
export interface EngineCore {
  readonly store: Store;
  readonly worker: AppWorker;
  readonly clock: Clock;
  readonly log: HostLog;
  readonly limits: EngineLimits;
  readonly replayGuard: boolean;
  /** Called after a commit: there is something in this instance's inbox. */
  wakeInstance(instanceId: string): void;
  /** Called after a commit: there is something in this entity's inbox. */
  wakeEntity(entityId: string): void;
  /** Called after a commit: this work is owed. */
  offerActivity(row: ActivityRow): void;
  /** Called after a commit: this moment is waited for. */
  armTimer(row: TimerRow): void;
  /** Called after a commit: nobody waits for this moment any more. */
  disarmTimer(row: Pick<TimerRow, "instanceId" | "executionId" | "taskId">): void;
  /** Called after a commit: an instance ended, or was removed. */
  instanceEnded(instanceId: string): void;
}

/** Concurrency limits and payload sizes, from host.json's `extensions.durableTask`. */
export interface EngineLimits {
  readonly maxConcurrentActivityFunctions: number;
  readonly maxConcurrentOrchestratorFunctions: number;
  readonly maxConcurrentEntityFunctions: number;
  readonly maxEntityOperationBatchSize: number;
}

/** Most that one turn takes from an inbox; the rest follows in the next. */
export const TURN_BATCH_LIMIT = 1_000;

/** Work that a committed transaction leaves to be done, in order. */
export type AfterCommit = Array<() => void>;

/** Puts a turn's effects into the store; what must be told to running parts is added to `after`. Call in a transaction. */
export function storeEffects(
  core: EngineCore,
  owner: { instanceId: string; executionId: string },
  effects: readonly Effect[],
  after: AfterCommit,
  startChild: (effect: Extract<Effect, { kind: "subOrchestration" }>) => void,
): void {
  const { store } = core;
  const { instanceId, executionId } = owner;
  for (const effect of effects) {
    switch (effect.kind) {
      case "activity": {
        const { taskId, name, input } = effect;
        const notBeforeMs = effect.notBeforeMs ?? null;
        const { lastId } = store.run(
          "INSERT INTO activities (instance_id, execution_id, task_id, name, input, not_before_ms) VALUES (?, ?, ?, ?, ?, ?)",
          instanceId,
          executionId,
          taskId,
          name,
          input,
          notBeforeMs,
        );
        after.push(() => core.offerActivity({ id: lastId, instanceId, executionId, taskId, name, input, notBeforeMs }));
        break;
      }
      case "timer": {
        const row: TimerRow = { instanceId, executionId, taskId: effect.taskId, fireMs: effect.fireAtMs };
        store.run(
          "INSERT OR REPLACE INTO timers (instance_id, execution_id, task_id, fire_ms) VALUES (?, ?, ?, ?)",
          instanceId,
          executionId,
          row.taskId,
          row.fireMs,
        );
        after.push(() => core.armTimer(row));
        break;
      }
      case "cancelTimer": {
        const row = { instanceId, executionId, taskId: effect.taskId };
        store.run(
          "DELETE FROM timers WHERE instance_id = ? AND execution_id = ? AND task_id = ?",
          instanceId,
          executionId,
          row.taskId,
        );
        after.push(() => core.disarmTimer(row));
        break;
      }
      case "subOrchestration":
        startChild(effect);
        break;
      case "entity":
        sendToEntity(core, effect.entityId, effect.request, effect.dueMs, after);
        break;
    }
  }
}

/** Puts a request into an entity's inbox. Call in a transaction. */
export function sendToEntity(
  core: EngineCore,
  entityId: string,
  request: object,
  dueMs: number | undefined,
  after: AfterCommit,
): void {
  core.store.run(
    "INSERT INTO entity_inbox (entity_id, request, due_ms) VALUES (?, ?, ?)",
    entityId,
    JSON.stringify(request),
    dueMs ?? null,
  );
  after.push(() => core.wakeEntity(entityId));
}
