import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { pino } from "pino";
import type { Clock } from "../../local/clock/clock.ts";
import { createScaledClock } from "../../local/clock/scaled-clock.ts";
import { createHost, type Host } from "../../local/host.ts";
import type { HostLog } from "../../local/log.ts";
import { type BuiltApp, buildApp } from "../patterns/host.ts";

const apps = join(dirname(fileURLToPath(import.meta.url)), "apps");

/** A line of the host's log. */
export type LogLine = Readonly<Record<string, unknown>> & { readonly level: number; readonly msg: string };

/** What the host logged, and a way to wait for what it will. */
export interface HostLines {
  readonly lines: readonly LogLine[];
  /** The first line that matches, at once or when it is written. */
  until(matches: (line: LogLine) => boolean): Promise<LogLine>;
}

/** A host in this process that serves one of the small apps. */
export interface RunningApp extends HostLines {
  readonly host: Host;
  /** Requests a path of the host. */
  request(path: string, init?: RequestInit): Promise<Response>;
  stop(): Promise<void>;
}

/** What an app is run with; without a clock, real time. */
export interface RunOptions {
  readonly hostJson?: object;
  readonly clock?: Clock;
  readonly stateDirectory?: string;
}

/** Makes a log that is kept in memory. */
export function recordLog(): HostLines & { readonly log: HostLog } {
  const lines: LogLine[] = [];
  let waiters: Array<{ matches(line: LogLine): boolean; resolve(line: LogLine): void }> = [];
  const write = (text: string) => {
    const line = JSON.parse(text) as LogLine;
    lines.push(line);
    const ready = waiters.filter((waiter) => waiter.matches(line));
    waiters = waiters.filter((waiter) => !ready.includes(waiter));
    for (const waiter of ready) waiter.resolve(line);
  };
  const until = (matches: (line: LogLine) => boolean) => {
    const found = lines.find(matches);
    return found ? Promise.resolve(found) : new Promise<LogLine>((resolve) => waiters.push({ matches, resolve }));
  };
  return { lines, until, log: pino<never>({ level: "debug", base: null }, { write }) };
}

/** Builds `apps/{name}.ts` as a user's build would. */
export function buildSample(name: string, hostJson: object = {}): Promise<BuiltApp> {
  return buildApp(join(apps, `${name}.ts`), hostJson);
}

/** Serves a built app; the folder stays. */
export async function serve(app: BuiltApp, options: RunOptions = {}): Promise<RunningApp> {
  const { log, lines, until } = recordLog();
  const clock = options.clock ?? createScaledClock({ speed: 1 });
  const { stateDirectory } = options;
  const host = await createHost({ appDirectory: app.directory, stateDirectory, port: 0, clock, log });
  return { host, lines, until, request: (path, init) => fetch(host.url + path, init), stop: () => host.stop() };
}

/** Builds and serves one of the small apps; `stop` removes what was built. */
export async function runApp(name: string, options: RunOptions = {}): Promise<RunningApp> {
  const app = await buildSample(name, options.hostJson);
  const running = await serve(app, options).catch((error: unknown) => {
    app.remove();
    throw error;
  });
  const stop = async () => {
    await running.stop();
    app.remove();
  };
  return { ...running, stop };
}
