import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, fstatSync, openSync } from "node:fs";
import { createInterface } from "node:readline";
import type { z } from "zod";
import { CommandFailure, EXIT_FAILED, EXIT_USAGE } from "../failure.ts";
import { STOP_GRACE_MS } from "./end-orphans.ts";
import { lastLogLine } from "./last-log-line.ts";

/** How to start a program. */
export interface ProgramOptions {
  /** As people know it: "simulator", "host". */
  readonly name: string;
  readonly script: string;
  readonly args: readonly string[];
  readonly environment: NodeJS.ProcessEnv;
  readonly directory: string;
  /** Takes the program's stderr; appended to. */
  readonly logFile: string;
}

/** A program of ours that runs. */
export interface ChildProgram {
  readonly name: string;
  readonly pid: number;
  /**
   * The program's ready line. Rejects with CommandFailure when it ends first, as `ended` says, or takes longer than
   * `timeoutMs`.
   */
  ready<T>(schema: z.ZodType<T>, timeoutMs: number): Promise<T>;
  /**
   * Resolves when the program has ended, with the failure to report when nobody asked it to: before it was ready, the line
   * with which it refused its flags or its state (exit code 2).
   */
  readonly ended: Promise<CommandFailure>;
  /** SIGTERM, and SIGKILL after the grace. Resolves when it has ended. */
  stop(): Promise<void>;
  /** SIGKILL. */
  kill(): void;
}

/**
 * Starts a program of Node. It gets a process group of its own, so that Ctrl-C reaches it through us, in order.
 * Throws CommandFailure when it cannot be started.
 */
export function startProgram(options: ProgramOptions): ChildProgram {
  const { name, logFile } = options;
  const log = openSync(logFile, "a", 0o600);
  const logStart = fstatSync(log).size;
  const child = spawn(process.execPath, ["--enable-source-maps", options.script, ...options.args], {
    cwd: options.directory,
    env: options.environment,
    stdio: ["ignore", "pipe", log],
    detached: true,
  });
  closeSync(log);
  if (child.pid === undefined) {
    child.once("error", () => {});
    throw new CommandFailure(`The ${name} cannot be started (${options.script}).`, EXIT_FAILED);
  }
  const exited = new Promise<{ code: number | null; signal: string | null }>((resolve) => {
    child.once("exit", (code, signal) => resolve({ code, signal }));
  });
  const said = () => lastLogLine(logFile, logStart);
  let isReady = false;
  const ended = exited.then(({ code, signal }) => {
    const line = said();
    if (!isReady && code === EXIT_USAGE && line !== undefined) return new CommandFailure(line, EXIT_USAGE);
    const how = signal === null ? `ended with exit code ${code}` : `was ended by ${signal}`;
    return new CommandFailure(`The ${name} ${how}. ${lastWords(line, logFile)}`, EXIT_FAILED);
  });
  const failedToStart = ended.then((failure) => Promise.reject(failure));
  failedToStart.catch(() => {});
  return {
    name,
    pid: child.pid,
    ended,
    async ready(schema, timeoutMs) {
      const line = readyLine(child, name, schema);
      const ready = await Promise.race([line, failedToStart, tooLate(name, timeoutMs, said, logFile)]);
      isReady = true;
      return ready;
    },
    stop: () => stop(child, exited),
    kill: () => void child.kill("SIGKILL"),
  };
}

/** What a program said last, and where to read the rest. */
function lastWords(line: string | undefined, logFile: string): string {
  return line === undefined ? `Its log is ${logFile}.` : `The last line of ${logFile}: ${line}`;
}

function readyLine<T>(child: ChildProcess, name: string, schema: z.ZodType<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    if (child.stdout === null) return;
    const lines = createInterface({ input: child.stdout });
    lines.once("line", (line) => {
      lines.close();
      // Nothing else is expected; a full pipe would hold the program up.
      child.stdout?.resume();
      const parsed = schema.safeParse(parseJson(line));
      if (parsed.success) return resolve(parsed.data);
      // The line holds secrets: say which member is wrong, not what it says.
      const place = parsed.error.issues[0]?.path.map(String).join(".") || "the line";
      reject(new CommandFailure(`The ${name}'s ready line is not understood (${place}).`, EXIT_FAILED));
    });
  });
}

function tooLate(name: string, timeoutMs: number, said: () => string | undefined, logFile: string): Promise<never> {
  return new Promise((_resolve, reject) => {
    setTimeout(() => {
      const message = `The ${name} was not ready within ${timeoutMs / 1000} s. ${lastWords(said(), logFile)}`;
      reject(new CommandFailure(message, EXIT_FAILED));
    }, timeoutMs).unref();
  });
}

async function stop(child: ChildProcess, exited: Promise<unknown>): Promise<void> {
  child.kill("SIGTERM");
  const last = setTimeout(() => child.kill("SIGKILL"), STOP_GRACE_MS);
  await exited;
  clearTimeout(last);
  child.stdout?.destroy();
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
