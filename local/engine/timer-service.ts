import type { ClockTimer } from "../clock/clock.ts";
import type { EngineCore } from "./core.ts";
import { EventType, historyEvent } from "./history.ts";
import { readTimers, sendToInstance } from "./instances.ts";
import type { TimerRow } from "./store.ts";

type TimerKey = Pick<TimerRow, "instanceId" | "executionId" | "taskId">;

function keyOf(row: TimerKey): string {
  return `${row.executionId}/${row.taskId}/${row.instanceId}`;
}

/** Fires durable timers: when one is due, its row becomes an event in the instance's inbox, in one transaction. */
export class TimerService {
  readonly #core: EngineCore;
  readonly #armed = new Map<string, ClockTimer>();
  #stopped = false;

  constructor(core: EngineCore) {
    this.#core = core;
  }

  /** Takes up what an earlier process left; timers due meanwhile fire at once, in the order they were due. */
  start(): void {
    for (const row of readTimers(this.#core.store)) this.arm(row);
  }

  /** Waits for a timer. */
  arm(row: TimerRow): void {
    if (this.#stopped) return;
    const key = keyOf(row);
    this.#armed.get(key)?.cancel();
    this.#armed.set(
      key,
      this.#core.clock.at(row.fireMs, () => this.#fire(row)),
    );
  }

  /** Stops waiting for a timer. */
  disarm(row: TimerKey): void {
    const key = keyOf(row);
    this.#armed.get(key)?.cancel();
    this.#armed.delete(key);
  }

  /** Fires nothing more; the timers stay in the store. */
  stop(): void {
    this.#stopped = true;
    for (const timer of this.#armed.values()) timer.cancel();
    this.#armed.clear();
  }

  #fire(row: TimerRow): void {
    this.#armed.delete(keyOf(row));
    if (this.#stopped) return;
    const { store, clock } = this.#core;
    const { instanceId, executionId, taskId } = row;
    const event = historyEvent(EventType.TimerFired, clock.nowMs(), {
      TimerId: taskId,
      FireAt: new Date(row.fireMs).toISOString(),
    });
    store.transaction(() => {
      const { changes } = store.run(
        "DELETE FROM timers WHERE instance_id = ? AND execution_id = ? AND task_id = ?",
        instanceId,
        executionId,
        taskId,
      );
      if (changes > 0) sendToInstance(store, instanceId, executionId, event);
    });
    this.#core.wakeInstance(instanceId);
  }
}
