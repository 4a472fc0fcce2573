import { mkdirSync, readdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { reasonOf, usageFailure } from "../failure.ts";

const LOCK_FILE = "drydock.lock";
/** What `drydock start` makes besides its lock. */
const MADE = [
  "simulator",
  "host",
  "logs",
  "reports",
  "session.json",
  "session.json.next",
  "processes.json",
  "processes.json.next",
];
/** What desktops leave in any folder they show. */
const IGNORED = [".DS_Store"];

/** Where everything of one state folder is. */
export interface StateFolder {
  readonly directory: string;
  readonly simulator: string;
  readonly host: string;
  /** Reports and evidence, which the app keeps. */
  readonly reports: string;
  readonly simulatorLog: string;
  readonly hostLog: string;
  readonly sessionFile: string;
  readonly processesFile: string;
  readonly lockFile: string;
}

/**
 * Opens a state folder, making it when it is not there. A folder that holds other things is refused, so that nobody's files
 * are mixed with Drydock's or fall to `--fresh`. Throws CommandFailure (exit code 2).
 */
export function openStateFolder(directory: string): StateFolder {
  const folder: StateFolder = {
    directory,
    simulator: join(directory, "simulator"),
    host: join(directory, "host"),
    reports: join(directory, "reports"),
    simulatorLog: join(directory, "logs", "simulator.log"),
    hostLog: join(directory, "logs", "host.log"),
    sessionFile: join(directory, "session.json"),
    processesFile: join(directory, "processes.json"),
    lockFile: join(directory, LOCK_FILE),
  };
  try {
    mkdirSync(directory, { recursive: true });
    const entries = readdirSync(directory).filter((name) => !IGNORED.includes(name));
    const strange = entries.includes(LOCK_FILE) ? undefined : entries.find((name) => !MADE.includes(name));
    if (strange !== undefined) {
      throw usageFailure(
        `${directory} is not a Drydock state folder: it holds "${strange}". Choose another folder with --state.`,
      );
    }
    makeParts(folder);
  } catch (error) {
    throw asUsageFailure(directory, error);
  }
  return folder;
}

/** Removes what Drydock keeps in the folder, and nothing else. The lock must be held. Throws CommandFailure. */
export function clearStateFolder(folder: StateFolder): void {
  try {
    for (const name of MADE) rmSync(join(folder.directory, name), { recursive: true, force: true });
    makeParts(folder);
  } catch (error) {
    throw asUsageFailure(folder.directory, error);
  }
}

/**
 * The last real moment at which simulator or host wrote to the folder, in milliseconds since the Unix epoch; 0 when neither
 * did. Programs that outlived the command line move virtual time on: what they wrote tells how far.
 */
export function lastWriteMs(folder: StateFolder): number {
  let latest = 0;
  for (const part of [folder.simulator, folder.host, join(folder.directory, "logs")]) {
    for (const entry of readdirSync(part, { recursive: true, withFileTypes: true })) {
      const stats = entry.isFile()
        ? statSync(join(entry.parentPath, entry.name), { throwIfNoEntry: false })
        : undefined;
      latest = Math.max(latest, stats?.mtimeMs ?? 0);
    }
  }
  return latest;
}

function makeParts(folder: StateFolder): void {
  for (const part of [folder.simulator, folder.host, join(folder.directory, "logs")])
    mkdirSync(part, { recursive: true });
}

function asUsageFailure(directory: string, error: unknown): Error {
  if (error instanceof Error && error.name === "CommandFailure") return error;
  return usageFailure(`The state folder ${directory} cannot be used: ${reasonOf(error)}.`, error);
}
