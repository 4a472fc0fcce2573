import type { TypedData } from "../worker/contract.ts";
import type { EngineCore } from "./core.ts";
import { HTTP_ACTIVITY_NAME } from "./determinism.ts";
import type { FunctionFailure } from "./function-failure.ts";
import { readFunctionFailure } from "./function-failure.ts";
import { EventType, type HistoryEvent, historyEvent } from "./history.ts";
import { performHttpRequest } from "./http-activity.ts";
import { readActivities, readInstance, sendToInstance } from "./instances.ts";
import type { ActivityRow } from "./store.ts";

/**
 * Does the work that executions are owed, at least once each: a row goes in the transaction that delivers its outcome, so
 * a crash between leaves it to be done again. At most `maxConcurrentActivityFunctions` run at once, oldest first.
 */
export class ActivityRunner {
  readonly #core: EngineCore;
  readonly #queue: ActivityRow[] = [];
  #running = 0;
  #stopped = false;
  #drained: Array<() => void> = [];

  constructor(core: EngineCore) {
    this.#core = core;
  }

  /** Takes up what an earlier process left. */
  start(): void {
    for (const row of readActivities(this.#core.store)) this.offer(row);
  }

  /** Queues work; work with a not-before moment waits for it first. */
  offer(row: ActivityRow): void {
    if (this.#stopped) return;
    const { clock } = this.#core;
    if (row.notBeforeMs !== null && row.notBeforeMs > clock.nowMs()) {
      clock.at(row.notBeforeMs, () => this.offer({ ...row, notBeforeMs: null }));
      return;
    }
    this.#queue.push(row);
    this.#pump();
  }

  /** Starts nothing more; resolves when what runs has ended. What does not end stays owed. */
  stop(): Promise<void> {
    this.#stopped = true;
    if (this.#running === 0) return Promise.resolve();
    return new Promise((resolve) => this.#drained.push(resolve));
  }

  #pump(): void {
    while (!this.#stopped && this.#running < this.#core.limits.maxConcurrentActivityFunctions) {
      const row = this.#queue.shift();
      if (!row) return;
      this.#running += 1;
      void this.#run(row).finally(() => {
        this.#running -= 1;
        if (this.#stopped && this.#running === 0) for (const resolve of this.#drained.splice(0)) resolve();
        this.#pump();
      });
    }
  }

  async #run(row: ActivityRow): Promise<void> {
    const { log } = this.#core;
    let event: HistoryEvent;
    try {
      const result = await this.#perform(row);
      event = historyEvent(EventType.TaskCompleted, this.#core.clock.nowMs(), {
        TaskScheduledId: row.taskId,
        Result: result,
      });
    } catch (error) {
      const failure = readFunctionFailure(error);
      log.warn({ instanceId: row.instanceId, activity: row.name, error: failure.message }, "activity failed");
      event = this.#failedEvent(row, failure);
    }
    try {
      this.#settle(row, event);
    } catch (error) {
      log.error(
        { instanceId: row.instanceId, activity: row.name, err: error },
        "the outcome of an activity could not be stored; it will run again",
      );
    }
  }

  #failedEvent(row: ActivityRow, failure: FunctionFailure): HistoryEvent {
    return historyEvent(EventType.TaskFailed, this.#core.clock.nowMs(), {
      TaskScheduledId: row.taskId,
      Reason: `Activity function '${row.name}' failed: ${failure.message}`,
      Details: failure.details,
      ...(failure.failureDetails ? { FailureDetails: failure.failureDetails } : {}),
    });
  }

  async #perform(row: ActivityRow): Promise<string> {
    const { clock, worker, log } = this.#core;
    log.debug({ instanceId: row.instanceId, activity: row.name }, "activity begins");
    if (row.name === HTTP_ACTIVITY_NAME) {
      const releaseRequest = clock.hold();
      return performHttpRequest(row.input).finally(releaseRequest);
    }
    // Keeps a virtual clock still until the worker has begun; from then on the invocation itself does.
    const release = clock.hold();
    setImmediate(release);
    const result = await worker.invoke({
      functionName: row.name,
      triggerData: { string: row.input },
      triggerMetadata: { instanceId: { string: row.instanceId } },
    });
    return resultJson(result.returnValue);
  }

  #settle(row: ActivityRow, event: HistoryEvent): void {
    const { store } = this.#core;
    const delivered = store.transaction(() => {
      // Without the row the work was settled before; without its execution nobody waits for the outcome.
      if (store.run("DELETE FROM activities WHERE id = ?", row.id).changes === 0) return false;
      if (readInstance(store, row.instanceId)?.executionId !== row.executionId) return false;
      sendToInstance(store, row.instanceId, row.executionId, event);
      return true;
    });
    if (delivered) this.#core.wakeInstance(row.instanceId);
  }
}

/** JSON text of what an activity returned: a string stays a string, even when it looks like JSON. */
export function resultJson(value: TypedData | null | undefined): string {
  if (value === null || value === undefined) return "null";
  if ("json" in value) return value.json;
  if ("string" in value) return JSON.stringify(value.string);
  if ("int" in value) return JSON.stringify(value.int);
  if ("double" in value) return JSON.stringify(value.double);
  if ("bytes" in value) return JSON.stringify(Buffer.from(value.bytes).toString("base64"));
  return "null";
}
