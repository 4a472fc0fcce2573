import { DatabaseSync } from "node:sqlite";
import { reasonOf, usageFailure } from "../failure.ts";
import { readProcesses } from "./processes.ts";
import type { StateFolder } from "./state-folder.ts";

/** SQLite's result code for a lock that someone else holds. */
const SQLITE_BUSY = 5;

/** One start's hold on a state folder. */
export interface StateLock {
  release(): void;
}

/**
 * Takes the folder for this process alone. The lock is SQLite's own on an empty file: the system drops it when its holder
 * dies, however it dies, so that there is nothing stale to judge.
 * Throws CommandFailure (exit code 2) that names the holder's pid when another start has it.
 */
export function acquireStateLock(folder: StateFolder): StateLock {
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(folder.lockFile);
    database.exec("PRAGMA busy_timeout = 0; BEGIN EXCLUSIVE");
  } catch (error) {
    database?.close();
    if ((error as { errcode?: number }).errcode !== SQLITE_BUSY) {
      throw usageFailure(`The lock ${folder.lockFile} cannot be used: ${reasonOf(error)}.`, error);
    }
    const holder = readProcesses(folder.processesFile)?.pid;
    const who = holder === undefined ? "another drydock start" : `drydock start with pid ${holder}`;
    throw usageFailure(
      `The state folder ${folder.directory} is in use by ${who}. Stop it, or choose another with --state.`,
    );
  }
  const held = database;
  return { release: () => held.close() };
}
