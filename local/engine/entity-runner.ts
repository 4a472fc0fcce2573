import { z } from "zod";
import { type AfterCommit, type EngineCore, sendToEntity } from "./core.ts";
import { readFunctionFailure } from "./function-failure.ts";
import { EventType, historyEvent } from "./history.ts";
import { sendToInstance } from "./instances.ts";
import { KeyedRunner } from "./keyed-runner.ts";
import type { EntityRequest } from "./plan-turn.ts";
import type { EntityInboxRow } from "./store.ts";

/** What an entity function answers for a batch (durable-functions, EntityState). */
const entityAnswerSchema = z.object({
  results: z.array(z.object({ isError: z.boolean(), result: z.string().optional() }).loose()),
  signals: z.array(
    z
      .object({
        target: z.object({ name: z.string(), key: z.string() }),
        name: z.string(),
        input: z.string().optional(),
      })
      .loose(),
  ),
  entityExists: z.boolean(),
  entityState: z.string().nullish(),
});
type EntityAnswer = z.infer<typeof entityAnswerSchema>;

/** Name and key of an entity; names are case-insensitive and kept in lower case. */
export interface EntityName {
  readonly name: string;
  readonly key: string;
}

/** The instance id under which an entity is known: `@name@key`. */
export function entityIdOf(entity: EntityName): string {
  return `@${entity.name.toLowerCase()}@${entity.key}`;
}

/** Splits `@name@key`. Keys may hold further @ signs. */
export function entityNameOf(entityId: string): EntityName {
  const at = entityId.indexOf("@", 1);
  return { name: entityId.slice(1, at), key: entityId.slice(at + 1) };
}

/**
 * Runs entity operations: one batch at a time per entity, in the order of arrival; state, answers, signals and the settled
 * operations are committed together.
 */
export class EntityRunner {
  readonly #core: EngineCore;
  readonly #runner: KeyedRunner<string>;

  constructor(core: EngineCore, run: (key: string, work: () => Promise<void>) => Promise<void>) {
    this.#core = core;
    this.#runner = new KeyedRunner(core.limits.maxConcurrentEntityFunctions, (entityId) =>
      run(entityId, () => this.#runBatch(entityId)),
    );
  }

  /** Takes up what an earlier process left. */
  start(): void {
    for (const row of this.#core.store.all("SELECT DISTINCT entity_id FROM entity_inbox"))
      this.wake(String(row.entity_id));
  }

  /** Says that operations wait for an entity. */
  wake(entityId: string): void {
    this.#runner.wake(entityId);
  }

  /** Starts nothing more; resolves when what runs has ended. */
  stop(): Promise<void> {
    return this.#runner.stop();
  }

  #dueRows(entityId: string): EntityInboxRow[] {
    const { store, clock, limits } = this.#core;
    const nowMs = clock.nowMs();
    const next = store.get(
      "SELECT min(due_ms) AS due FROM entity_inbox WHERE entity_id = ? AND due_ms > ?",
      entityId,
      nowMs,
    )?.due;
    if (typeof next === "number") clock.at(next, () => this.wake(entityId));
    return store
      .all(
        "SELECT id, request, due_ms FROM entity_inbox WHERE entity_id = ? AND (due_ms IS NULL OR due_ms <= ?) ORDER BY id LIMIT ?",
        entityId,
        nowMs,
        limits.maxEntityOperationBatchSize,
      )
      .map((row) => ({
        id: Number(row.id),
        entityId,
        request: JSON.parse(String(row.request)) as EntityRequest,
        dueMs: row.due_ms as number | null,
      }));
  }

  async #runBatch(entityId: string): Promise<void> {
    const { store } = this.#core;
    const rows = this.#dueRows(entityId);
    if (rows.length === 0) return;
    const state = store.get("SELECT state FROM entities WHERE entity_id = ?", entityId);
    const answer = await this.#call(entityId, rows, state ? (state.state as string | null) : undefined);
    const after: AfterCommit = [];
    store.transaction(() => this.#commit(entityId, rows, answer, after));
    for (const act of after) act();
    if (rows.length === this.#core.limits.maxEntityOperationBatchSize) this.wake(entityId);
  }

  async #call(
    entityId: string,
    rows: readonly EntityInboxRow[],
    state: string | null | undefined,
  ): Promise<EntityAnswer | Error> {
    const { worker, log } = this.#core;
    const self = entityNameOf(entityId);
    const found = worker.functions.get(self.name);
    if (found?.trigger.type !== "entityTrigger") {
      return new Error(`The function '${self.name}' doesn't exist, is disabled, or is not an entity function.`);
    }
    const payload = {
      self,
      exists: state !== undefined,
      state: state ?? null,
      batch: rows.map(({ request }) => ({
        id: request.id,
        name: request.op,
        input: request.input ?? null,
        isSignal: request.signal === true,
      })),
    };
    try {
      const result = await worker.invoke({
        functionName: found.name,
        triggerData: { string: JSON.stringify(payload) },
      });
      const returned =
        result.returnValue && "json" in result.returnValue ? JSON.parse(result.returnValue.json) : result.rawResult;
      return entityAnswerSchema.parse(returned);
    } catch (error) {
      log.warn({ entityId, error: readFunctionFailure(error).message }, "entity operations failed");
      return error instanceof Error ? error : new Error(String(error));
    }
  }

  #commit(entityId: string, rows: readonly EntityInboxRow[], answer: EntityAnswer | Error, after: AfterCommit): void {
    const { store, clock } = this.#core;
    const nowMs = clock.nowMs();
    for (const [index, row] of rows.entries()) {
      store.run("DELETE FROM entity_inbox WHERE id = ?", row.id);
      this.#answer(row.request, answer instanceof Error ? answer : answer.results[index], nowMs, after);
    }
    if (answer instanceof Error) return;
    if (answer.entityExists) {
      store.run(
        "INSERT INTO entities (entity_id, state, updated_ms) VALUES (?, ?, ?) ON CONFLICT (entity_id) DO UPDATE SET state = excluded.state, updated_ms = excluded.updated_ms",
        entityId,
        answer.entityState ?? null,
        nowMs,
      );
    } else {
      store.run("DELETE FROM entities WHERE entity_id = ?", entityId);
    }
    for (const signal of answer.signals) {
      const request: EntityRequest = {
        op: signal.name,
        id: crypto.randomUUID(),
        signal: true,
        ...(signal.input ? { input: signal.input } : {}),
      };
      sendToEntity(this.#core, entityIdOf(signal.target), request, undefined, after);
    }
  }

  #answer(
    request: EntityRequest,
    result: EntityAnswer["results"][number] | Error | undefined,
    nowMs: number,
    after: AfterCommit,
  ): void {
    const { parent, parentExecution } = request;
    if (request.signal || parent === undefined) return;
    const message =
      result instanceof Error
        ? { result: JSON.stringify(result.message), exceptionType: "Error" }
        : { result: result?.result ?? "null", ...(result?.isError ? { exceptionType: "Error" } : {}) };
    const event = historyEvent(EventType.EventRaised, nowMs, {
      Name: request.id,
      Input: JSON.stringify(message),
      FromEntity: true,
    });
    sendToInstance(this.#core.store, parent, parentExecution ?? null, event);
    after.push(() => this.#core.wakeInstance(parent));
  }
}
