import { type AfterCommit, type EngineCore, sendToEntity } from "./core.ts";
import { type EntityName, entityIdOf, entityNameOf } from "./entity-runner.ts";
import type { ExecutionCache } from "./execution-cache.ts";
import { EventType, type HistoryEvent, historyEvent } from "./history.ts";
import {
  deleteInstance,
  type InstanceFilter,
  isFinal,
  queryInstances,
  readHistory,
  readInstance,
  sendToInstance,
} from "./instances.ts";
import { createInstance } from "./lifecycle.ts";
import { ManagementError } from "./management-error.ts";
import { rewindInstance } from "./rewind.ts";
import type { InstanceRecord, RuntimeStatus } from "./store.ts";

/** An entity as the API shows it. */
export interface EntityRecord extends EntityName {
  /** JSON text, or null. */
  readonly state: string | null;
  readonly updatedMs: number;
}

/** Everything that clients may do to instances and entities. Inputs are JSON texts. All methods throw ManagementError. */
export class Management {
  readonly #core: EngineCore;
  readonly #cache: ExecutionCache;

  constructor(core: EngineCore, cache: ExecutionCache) {
    this.#core = core;
    this.#cache = cache;
  }

  /** Whether an instance will never run again by itself. */
  isEnded(record: InstanceRecord): boolean {
    return isFinal(record.status);
  }

  /** Starts an instance; answers its id. An id may be used again when its instance has ended. */
  start(options: {
    name: string;
    instanceId?: string | undefined;
    input: string;
    version?: string | undefined;
  }): string {
    const { worker, store } = this.#core;
    const found = worker.functions.get(options.name.toLowerCase());
    if (found?.trigger.type !== "orchestrationTrigger") {
      throw new ManagementError(
        "InvalidArgument",
        `The function '${options.name}' doesn't exist, is disabled, or is not an orchestrator function.`,
      );
    }
    const instanceId = options.instanceId || crypto.randomUUID().replaceAll("-", "");
    checkInstanceId(instanceId);
    const after: AfterCommit = [];
    store.transaction(() => {
      const existing = readInstance(store, instanceId);
      if (existing && !isFinal(existing.status)) {
        throw new ManagementError(
          "InstanceExists",
          `An Orchestration instance with the status ${existing.status} already exists: '${instanceId}'.`,
        );
      }
      this.#cache.forget(instanceId);
      const start = {
        instanceId,
        name: found.name,
        version: options.version ?? "",
        input: options.input,
        parent: undefined,
      };
      createInstance(this.#core, start, Math.floor(this.#core.clock.nowMs()), after);
    });
    for (const act of after) act();
    return instanceId;
  }

  /** One instance, or undefined. */
  get(instanceId: string): InstanceRecord | undefined {
    return readInstance(this.#core.store, instanceId);
  }

  /** An instance's history, oldest event first. */
  history(instanceId: string): HistoryEvent[] {
    return readHistory(this.#core.store, instanceId).map((text) => JSON.parse(text) as HistoryEvent);
  }

  /** Instances by filter, in pages. */
  query(filter: InstanceFilter): { instances: InstanceRecord[]; continuation: string | undefined } {
    try {
      return queryInstances(this.#core.store, filter);
    } catch (error) {
      if (error instanceof RangeError) throw new ManagementError("InvalidArgument", error.message);
      throw error;
    }
  }

  /** Raises an external event for whatever execution of the instance is current when it arrives. */
  raiseEvent(instanceId: string, name: string, input: string): void {
    this.#requireRunning(instanceId);
    this.#send(instanceId, historyEvent(EventType.EventRaised, this.#core.clock.nowMs(), { Name: name, Input: input }));
  }

  /** Ends an instance at once. Activities and sub-orchestrations that run go on; nobody waits for them any more. */
  terminate(instanceId: string, reason: string): void {
    this.#requireRunning(instanceId);
    const body = { Input: JSON.stringify(reason) };
    this.#send(instanceId, historyEvent(EventType.ExecutionTerminated, this.#core.clock.nowMs(), body));
  }

  /** Lets an instance take nothing in until it is resumed. */
  suspend(instanceId: string, reason: string): void {
    this.#requireRunning(instanceId);
    this.#send(instanceId, historyEvent(EventType.ExecutionSuspended, this.#core.clock.nowMs(), { Reason: reason }));
  }

  /** Lets a suspended instance go on. */
  resume(instanceId: string, reason: string): void {
    this.#requireRunning(instanceId);
    this.#send(instanceId, historyEvent(EventType.ExecutionResumed, this.#core.clock.nowMs(), { Reason: reason }));
  }

  /** Brings a failed instance back to where it failed. */
  rewind(instanceId: string, reason: string): void {
    this.#cache.forget(instanceId);
    rewindInstance(this.#core, instanceId, reason);
  }

  /** Starts the same orchestration with the same input again; under the same id only when the instance has ended. */
  restart(instanceId: string, withNewId: boolean): string {
    const record = this.#require(instanceId);
    return this.start({
      name: record.name,
      version: record.version,
      input: record.input,
      instanceId: withNewId ? undefined : instanceId,
    });
  }

  /** Removes an ended instance with its history; answers how many were removed. */
  purge(instanceId: string): number {
    const { store } = this.#core;
    if (instanceId.startsWith("@")) {
      const { changes } = store.run("DELETE FROM entities WHERE entity_id = ?", entityIdOf(entityNameOf(instanceId)));
      if (changes === 0) throw new ManagementError("InstanceNotFound", `There is no entity '${instanceId}'.`);
      return changes;
    }
    const record = this.#require(instanceId);
    if (!isFinal(record.status)) {
      throw new ManagementError(
        "InvalidArgument",
        `Instance '${instanceId}' is ${record.status}; terminate it before purging it.`,
      );
    }
    store.transaction(() => deleteInstance(store, instanceId));
    this.#cache.forget(instanceId);
    return 1;
  }

  /** Removes ended instances by time of creation and status; answers how many were removed. */
  purgeBy(filter: { createdFromMs: number; createdToMs: number; statuses: readonly RuntimeStatus[] }): number {
    const statuses: RuntimeStatus[] = ["Completed", "Failed", "Terminated", "Canceled"];
    const wanted =
      filter.statuses.length > 0 ? statuses.filter((status) => filter.statuses.includes(status)) : statuses;
    if (wanted.length === 0) return 0;
    let purged = 0;
    for (;;) {
      const { instances } = this.query({ ...filter, statuses: wanted, limit: 500 });
      if (instances.length === 0) return purged;
      for (const record of instances) purged += this.purge(record.instanceId);
    }
  }

  /** Sends an operation to an entity without waiting for its answer. */
  signalEntity(entity: EntityName, operation: string, input: string | undefined): void {
    const found = this.#core.worker.functions.get(entity.name.toLowerCase());
    if (found?.trigger.type !== "entityTrigger") {
      throw new ManagementError(
        "InvalidArgument",
        `The function '${entity.name}' doesn't exist, is disabled, or is not an entity function.`,
      );
    }
    const after: AfterCommit = [];
    const request = { op: operation, id: crypto.randomUUID(), signal: true, ...(input === undefined ? {} : { input }) };
    this.#core.store.transaction(() => sendToEntity(this.#core, entityIdOf(entity), request, undefined, after));
    for (const act of after) act();
  }

  /** An entity's state as JSON text; undefined when it does not exist. */
  readEntity(entity: EntityName): string | null | undefined {
    const row = this.#core.store.get("SELECT state FROM entities WHERE entity_id = ?", entityIdOf(entity));
    return row && (row.state as string | null);
  }

  /** Entities by name and time of last operation. */
  listEntities(filter: { name?: string | undefined; fromMs?: number; toMs?: number; limit: number }): EntityRecord[] {
    const prefix = filter.name ? `@${filter.name.toLowerCase()}@` : "@";
    return this.#core.store
      .all(
        "SELECT * FROM entities WHERE substr(entity_id, 1, length(?)) = ? AND updated_ms >= ? AND updated_ms <= ? ORDER BY entity_id LIMIT ?",
        prefix,
        prefix,
        filter.fromMs ?? -1e15,
        filter.toMs ?? 1e15,
        filter.limit,
      )
      .map((row) => ({
        ...entityNameOf(String(row.entity_id)),
        state: row.state as string | null,
        updatedMs: Number(row.updated_ms),
      }));
  }

  #send(instanceId: string, event: HistoryEvent): void {
    this.#core.store.transaction(() => sendToInstance(this.#core.store, instanceId, null, event));
    this.#core.wakeInstance(instanceId);
  }

  #require(instanceId: string): InstanceRecord {
    const record = this.get(instanceId);
    if (!record) throw new ManagementError("InstanceNotFound", `There is no instance '${instanceId}'.`);
    return record;
  }

  #requireRunning(instanceId: string): void {
    const record = this.#require(instanceId);
    if (isFinal(record.status)) {
      throw new ManagementError(
        "InstanceFinished",
        `Instance '${instanceId}' is ${record.status} and takes no more messages.`,
      );
    }
  }
}

/** Checks an instance id: 1 to 256 characters, no leading @, none of / \ # ? and no control characters. */
function checkInstanceId(instanceId: string): void {
  if (instanceId.length > 256)
    throw new ManagementError("InvalidArgument", "Instance ids have at most 256 characters.");
  if (instanceId.startsWith("@")) throw new ManagementError("InvalidArgument", "Instance ids must not start with @.");
  const bad = [...instanceId].find(
    (character) => "/\\#?".includes(character) || character < " " || character === "\u007f",
  );
  if (bad !== undefined) {
    throw new ManagementError("InvalidArgument", `Instance ids must not contain ${JSON.stringify(bad)}.`);
  }
}
