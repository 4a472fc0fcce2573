import { existsSync, mkdirSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { DatabaseSync } from "node:sqlite";

/** One changed entry; `value` undefined says that it is gone. */
export interface EntryChange {
  readonly collection: string;
  readonly key: string;
  readonly value: unknown;
}

/** Where the state is kept between runs of the program. */
export interface Journal {
  /** All entries of a collection, in key order. */
  load(collection: string): Array<readonly [string, unknown]>;
  /** Keeps a set of changes, all or nothing; when it returns they survive the death of the process. */
  commit(changes: readonly EntryChange[]): void;
  close(): void;
}

/** A journal that keeps nothing: the world lives and dies with the process. */
export function createMemoryJournal(): Journal {
  return { load: () => [], commit: () => {}, close: () => {} };
}

/**
 * Opens (or makes) the state folder. Throws an Error with one clear sentence when that is not possible, also when another
 * process has it open.
 * WAL with synchronous NORMAL: a commit survives SIGKILL of the process, which is what is promised; a power cut may
 * lose the last moments, never the file's integrity.
 */
export function openJournal(directory: string): Journal {
  const file = join(directory, "simulator.sqlite");
  const database = open(directory, file);
  const read = database.prepare("SELECT key, value FROM entries WHERE collection = ? ORDER BY key");
  const write = database.prepare("INSERT OR REPLACE INTO entries (collection, key, value) VALUES (?, ?, ?)");
  const remove = database.prepare("DELETE FROM entries WHERE collection = ? AND key = ?");
  return {
    load: (collection) => read.all(collection).map((row) => [String(row.key), JSON.parse(String(row.value))] as const),
    commit(changes) {
      database.exec("BEGIN IMMEDIATE");
      try {
        for (const { collection, key, value } of changes) {
          if (value === undefined) remove.run(collection, key);
          else write.run(collection, key, JSON.stringify(value));
        }
        database.exec("COMMIT");
      } catch (error) {
        database.exec("ROLLBACK");
        throw error;
      }
    },
    close: () => database.close(),
  };
}

function open(directory: string, file: string): DatabaseSync {
  try {
    makeDirectory(resolve(directory));
    const database = new DatabaseSync(file, { timeout: 2_000 });
    // EXCLUSIVE: two simulators on one state would overwrite each other's world; the lock goes with the process.
    database.exec("PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;");
    database.exec(
      "CREATE TABLE IF NOT EXISTS entries (collection TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (collection, key)) WITHOUT ROWID",
    );
    return database;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const why = /locked/.test(reason) ? "another simulator uses it" : reason;
    throw new Error(`cannot use ${file} as the simulator's state: ${why}`, { cause: error });
  }
}

/** Step by step: the recursive mkdir of Node never comes back from file systems that take no folders, like /proc. */
function makeDirectory(directory: string): void {
  if (existsSync(directory)) return;
  makeDirectory(dirname(directory));
  mkdirSync(directory, { mode: 0o700 });
}
