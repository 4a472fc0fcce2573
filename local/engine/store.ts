import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync, type SQLInputValue, type StatementSync } from "node:sqlite";
import type { HistoryEvent } from "./history.ts";
import type { EntityRequest } from "./plan-turn.ts";
import { STORE_SCHEMA, STORE_VERSION } from "./store-schema.ts";

/** Runtime status of an instance, as the management API spells it. */
export type RuntimeStatus =
  | "Pending"
  | "Running"
  | "Completed"
  | "ContinuedAsNew"
  | "Failed"
  | "Canceled"
  | "Terminated"
  | "Suspended";

/** One orchestration instance. JSON texts are kept as texts. */
export interface InstanceRecord {
  readonly instanceId: string;
  readonly name: string;
  readonly version: string;
  readonly executionId: string;
  readonly parent: ParentLink | undefined;
  readonly status: RuntimeStatus;
  readonly input: string;
  readonly output: string | null;
  readonly customStatus: string | null;
  readonly createdMs: number;
  readonly updatedMs: number;
}

/** Where a sub-orchestration's outcome goes. */
export interface ParentLink {
  readonly instanceId: string;
  readonly executionId: string;
  readonly taskId: number;
  readonly name: string;
}

/** An event that waits to enter a history. */
export interface InboxRow {
  readonly id: number;
  readonly executionId: string | null;
  readonly event: HistoryEvent;
}

/** Work owed to an execution. */
export interface ActivityRow {
  readonly id: number;
  readonly instanceId: string;
  readonly executionId: string;
  readonly taskId: number;
  readonly name: string;
  readonly input: string;
  readonly notBeforeMs: number | null;
}

/** A moment an execution waits for. */
export interface TimerRow {
  readonly instanceId: string;
  readonly executionId: string;
  readonly taskId: number;
  readonly fireMs: number;
}

/** An operation that waits for its entity. */
export interface EntityInboxRow {
  readonly id: number;
  readonly entityId: string;
  readonly request: EntityRequest;
  readonly dueMs: number | null;
}

/** The state folder cannot be used; the message says why and what to do. */
export class StateFolderError extends Error {
  override readonly name = "StateFolderError";
}

/** The durable store: one SQLite file, one writer, every change inside `transaction`. */
export class Store {
  readonly #database: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();
  #depth = 0;

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  /** Runs `work` in one transaction: all of its changes last, or none. */
  transaction<T>(work: () => T): T {
    if (this.#depth > 0) return work();
    this.#database.exec("BEGIN IMMEDIATE");
    this.#depth = 1;
    try {
      const result = work();
      this.#database.exec("COMMIT");
      return result;
    } catch (error) {
      this.#database.exec("ROLLBACK");
      throw error;
    } finally {
      this.#depth = 0;
    }
  }

  /** Runs a statement; resolves to the number of rows changed and the id of the last row added. */
  run(sql: string, ...values: SQLInputValue[]): { changes: number; lastId: number } {
    const result = this.#prepare(sql).run(...values);
    return { changes: Number(result.changes), lastId: Number(result.lastInsertRowid) };
  }

  /** All rows of a query. */
  all(sql: string, ...values: SQLInputValue[]): Row[] {
    return this.#prepare(sql).all(...values) as Row[];
  }

  /** The first row of a query. */
  get(sql: string, ...values: SQLInputValue[]): Row | undefined {
    return this.#prepare(sql).get(...values) as Row | undefined;
  }

  /** Writes everything to the main file and closes it. */
  close(): void {
    this.#statements.clear();
    this.#database.close();
  }

  #prepare(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (!statement) {
      statement = this.#database.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }
}

/** A row as SQLite gives it. */
export type Row = Record<string, string | number | null>;

/**
 * Opens the store in a folder, making both when they are not there; without a folder it lives in memory.
 * Throws StateFolderError when the folder or file cannot be used, or was written by a later version.
 */
export function openStore(stateDirectory: string | undefined): Store {
  const file = stateDirectory === undefined ? ":memory:" : join(stateDirectory, "durable.db");
  let store: Store;
  try {
    if (stateDirectory !== undefined) mkdirSync(stateDirectory, { recursive: true });
    const database = new DatabaseSync(file);
    // FULL: a committed turn survives a power cut too, not just the end of the process.
    // EXCLUSIVE: two hosts on one folder would do everything twice; the lock goes with the process, however it ends.
    database.exec(
      "PRAGMA busy_timeout = 2000; PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;",
    );
    database.exec(STORE_SCHEMA);
    store = new Store(database);
  } catch (error) {
    if (/locked/.test((error as Error).message)) {
      throw new StateFolderError(
        `The state folder ${stateDirectory} is in use by another host. Stop that one, or name another folder.`,
      );
    }
    throw new StateFolderError(
      `The state folder ${stateDirectory} cannot be used: ${(error as Error).message}. Name another folder or remove it.`,
      { cause: error },
    );
  }
  const version = store.get("SELECT value FROM meta WHERE key = 'version'")?.value;
  if (version === undefined) {
    store.run("INSERT INTO meta (key, value) VALUES ('version', ?)", STORE_VERSION);
  } else if (version !== STORE_VERSION) {
    store.close();
    throw new StateFolderError(
      `The state folder ${stateDirectory} was written by another version (state version ${version}, this host reads ${STORE_VERSION}). Remove it to start over.`,
    );
  }
  return store;
}
