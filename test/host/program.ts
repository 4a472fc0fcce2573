import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import type { LogLine } from "./running-app.ts";

const root = join(dirname(fileURLToPath(import.meta.url)), "../..");

/** How a program ended. */
export interface Ending {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: readonly string[];
  readonly stderr: readonly string[];
}

/** What the host says when it is ready. */
export interface HostReady {
  readonly event: string;
  readonly url: string;
  readonly functions: number;
  readonly keyFile: string;
}

/** The host, or another program that keeps its ways, as a process of its own. */
export interface RunningProgram<Ready = HostReady> {
  /** The "ready" line; rejects, with what was said on stderr, when the program ends before it. */
  readonly ready: Promise<Ready>;
  readonly ended: Promise<Ending>;
  /** Resolves with the first line of the log whose message begins so. */
  logged(message: string): Promise<LogLine>;
  signal(signal: NodeJS.Signals): void;
}

/** Bundles a program as the build does, the host unless another is named; answers the file to run. */
export async function buildProgram(directory: string, entry = "local/main.ts"): Promise<string> {
  const outfile = join(directory, `${dirname(entry)}.mjs`);
  await build({
    entryPoints: [join(root, entry)],
    outfile,
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node24",
    absWorkingDir: root,
    logLevel: "error",
    banner: {
      js: 'import { createRequire as __createRequire } from "node:module";\nconst require = __createRequire(import.meta.url);',
    },
  });
  return outfile;
}

/** Starts a program; its environment is this one's and `environment`. */
export function startProgram<Ready = HostReady>(
  file: string,
  args: readonly string[],
  environment: NodeJS.ProcessEnv = {},
): RunningProgram<Ready> {
  const child = spawn(process.execPath, [file, ...args], {
    env: { ...process.env, ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const stdout: string[] = [];
  const stderr: string[] = [];
  const ready = Promise.withResolvers<string>();
  let waiters: Array<{ message: string; resolve(line: LogLine): void }> = [];
  createInterface(child.stdout).on("line", (line) => {
    stdout.push(line);
    ready.resolve(line);
  });
  createInterface(child.stderr).on("line", (line) => {
    stderr.push(line);
    waiters = waiters.filter(({ message, resolve }) => {
      const found = matching(line, message);
      if (found) resolve(found);
      return !found;
    });
  });
  const ended = new Promise<Ending>((resolve) => {
    child.on("close", (code, signal) => {
      resolve({ code, signal, stdout, stderr });
      ready.reject(new Error(`the program ended with ${code ?? signal}:\n${stderr.join("\n")}`));
    });
  });
  const parsed = ready.promise.then((line): Ready => JSON.parse(line));
  parsed.catch(() => undefined);
  return {
    ready: parsed,
    ended,
    logged(message) {
      const found = stderr.map((line) => matching(line, message)).find((line) => line !== undefined);
      return found ? Promise.resolve(found) : new Promise((resolve) => waiters.push({ message, resolve }));
    },
    signal: (signal) => child.kill(signal),
  };
}

function matching(line: string, message: string): LogLine | undefined {
  if (!line.startsWith("{")) return undefined;
  const parsed = JSON.parse(line) as LogLine;
  return parsed.msg.startsWith(message) ? parsed : undefined;
}

/** A folder of its own for one test. */
export function temporaryFolder(): { path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), "drydock-host-"));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}
