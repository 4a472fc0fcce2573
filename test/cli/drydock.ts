import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeAll } from "vitest";

const ROOT = join(import.meta.dirname, "../..");
const COMMAND = join(ROOT, "dist/cli.js");

/** The command line as a program of its own, from the build. */
export interface Drydock {
  readonly child: ChildProcess;
  /** What it has written so far. */
  stdout(): string;
  stderr(): string;
  /** Resolves with the match as soon as stdout holds it. Rejects when the program ends first. */
  says(pattern: RegExp): Promise<RegExpExecArray>;
  /** Resolves with its exit code when it has ended. */
  ended(): Promise<number | null>;
}

/** Gives each test a folder for state, and starts the command; what a test leaves running ends with it. */
export function useDrydock(): { stateFolder(): string; start(state: string, ...flags: string[]): Drydock } {
  const folders: string[] = [];
  const started: Drydock[] = [];
  beforeAll(() => {
    if (!existsSync(COMMAND)) throw new Error(`${COMMAND} is missing: run "npm run build" first ("npm test" does).`);
  });
  afterEach(async () => {
    for (const drydock of started.splice(0)) {
      drydock.child.kill("SIGTERM");
      await drydock.ended();
    }
    for (const folder of folders.splice(0)) {
      for (const pid of childrenOf(folder)) killGroup(pid);
      rmSync(folder, { recursive: true, force: true });
    }
  });
  return {
    stateFolder() {
      const folder = mkdtempSync(join(tmpdir(), "drydock-cli-"));
      folders.push(folder);
      return join(folder, "state");
    },
    start(state, ...flags) {
      const drydock = run(["start", "--state", state, ...flags]);
      started.push(drydock);
      return drydock;
    },
  };
}

/** The programs that a state folder's start has on record. */
export function childrenOf(state: string): number[] {
  const file = [join(state, "processes.json"), join(state, "state", "processes.json")].find(existsSync);
  if (file === undefined) return [];
  const { children } = JSON.parse(readFileSync(file, "utf8")) as { children: Array<{ pid: number }> };
  return children.map(({ pid }) => pid);
}

/** Whether a process of this id runs. */
export function isRunning(pid: number): boolean {
  try {
    // A zombie has ended; only its parent has not heard of it.
    return readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1)?.[0] !== "Z";
  } catch {
    return false;
  }
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // It has ended.
  }
}

/** Runs the command with any flags. */
export function run(args: readonly string[]): Drydock {
  const child = spawn(process.execPath, [COMMAND, ...args], {
    cwd: ROOT,
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, NO_COLOR: "1" },
  });
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (chunk: Buffer) => {
    stdout += chunk;
  });
  child.stderr.on("data", (chunk: Buffer) => {
    stderr += chunk;
  });
  const closed = once(child, "close").then(([code]) => code as number | null);
  return {
    child,
    stdout: () => stdout,
    stderr: () => stderr,
    ended: () => closed,
    says: (pattern) =>
      new Promise((resolve, reject) => {
        const look = () => {
          const match = pattern.exec(stdout);
          if (match) resolve(match);
        };
        child.stdout.on("data", look);
        closed.then(
          (code) => reject(new Error(`it ended with ${code} before it said ${pattern}\n${stdout}${stderr}`)),
          reject,
        );
        look();
      }),
  };
}
