import { type Execution, loadExecution } from "./execution.ts";
import type { InstanceRecord, Store } from "./store.ts";

/** Events that all kept executions may hold together; beyond it the ones not used for longest are read again when needed. */
const CACHED_EVENTS_MAX = 200_000;

/** Keeps executions between turns, so that a turn does not read its whole history again. */
export class ExecutionCache {
  readonly #store: Store;
  readonly #executions = new Map<string, Execution>();
  #events = 0;

  constructor(store: Store) {
    this.#store = store;
  }

  /** Takes an execution out for a turn. If the turn fails to commit it is simply not put back. */
  take(record: InstanceRecord): Execution {
    const cached = this.#executions.get(record.instanceId);
    this.forget(record.instanceId);
    if (cached?.executionId === record.executionId) return cached;
    return loadExecution(this.#store, record);
  }

  /** Puts an execution back after its turn was committed. */
  put(execution: Execution): void {
    this.forget(execution.instanceId);
    this.#executions.set(execution.instanceId, execution);
    this.#events += execution.events.length;
    for (const [instanceId] of this.#executions) {
      if (this.#events <= CACHED_EVENTS_MAX) break;
      this.forget(instanceId);
    }
  }

  /** Drops what is kept of an instance. */
  forget(instanceId: string): void {
    const cached = this.#executions.get(instanceId);
    if (!cached) return;
    this.#executions.delete(instanceId);
    this.#events -= cached.events.length;
  }
}
