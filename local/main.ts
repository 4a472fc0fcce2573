import { writeSync } from "node:fs";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { createScaledClock } from "./clock/scaled-clock.ts";
import { createHost, type Host } from "./host.ts";
import { createHostLog } from "./log.ts";
import { loadLocalSettings } from "./settings-file.ts";
import { logAppOutput } from "./worker/app-output.ts";

const USAGE =
  "usage: local host [--app DIR] [--port N] [--state DIR] [--speed N] [--clock-origin REAL_MS,VIRTUAL_MS] [--replay-guard on|off]";

/** Errors that the user can mend; they end the program with one line and exit code 2. */
const USER_ERRORS = new Set([
  "AppLoadError",
  "StateFolderError",
  "PortInUseError",
  "RouteError",
  "ScheduleError",
  "TimeZoneError",
  "UsageError",
]);

class UsageError extends Error {
  override readonly name = "UsageError";
}

interface Flags {
  readonly app: string;
  readonly port: number;
  readonly state: string;
  readonly speed: number;
  readonly origin: { realMs: number; virtualMs: number } | undefined;
  readonly replayGuard: boolean;
}

function number(flag: string, text: string, isValid: (value: number) => boolean, expected: string): number {
  const value = Number(text);
  if (text.trim() === "" || !isValid(value)) throw new UsageError(`--${flag} is "${text}"; ${expected} is expected.`);
  return value;
}

/** Reads the command line. Throws UsageError. */
function readFlags(args: readonly string[]): Flags {
  const [command, ...rest] = args;
  if (command !== "host")
    throw new UsageError(`${command === undefined ? "No command" : `Unknown command "${command}"`}. ${USAGE}`);
  let values: Record<string, string | undefined>;
  try {
    const text = { type: "string" } as const;
    ({ values } = parseArgs({
      args: rest,
      options: { app: text, port: text, state: text, speed: text, "clock-origin": text, "replay-guard": text },
    }));
  } catch (error) {
    throw new UsageError(`${(error as Error).message.split("\n")[0]} ${USAGE}`);
  }
  const guard = values["replay-guard"] ?? "on";
  if (guard !== "on" && guard !== "off") throw new UsageError(`--replay-guard is "${guard}"; on or off is expected.`);
  const app = resolve(values.app ?? ".");
  return {
    app,
    port: number(
      "port",
      values.port ?? "7071",
      (value) => Number.isInteger(value) && value >= 0 && value <= 65_535,
      "a port from 0 to 65535",
    ),
    state: resolve(values.state ?? ".drydock/host"),
    speed: number("speed", values.speed ?? "1", (value) => value > 0 && value <= 1e6, "a number above 0"),
    origin: readOrigin(values["clock-origin"]),
    replayGuard: guard === "on",
  };
}

function readOrigin(text: string | undefined): Flags["origin"] {
  if (text === undefined) return undefined;
  const [, realMs, virtualMs] = /^(-?\d+(?:\.\d+)?),(-?\d+(?:\.\d+)?)$/.exec(text) ?? [];
  if (realMs === undefined) throw new UsageError(`--clock-origin is "${text}"; REAL_MS,VIRTUAL_MS is expected.`);
  return { realMs: Number(realMs), virtualMs: Number(virtualMs) };
}

async function run(): Promise<void> {
  const flags = readFlags(process.argv.slice(2));
  const log = createHostLog(process.env.LOG_LEVEL ?? "info");
  const settings = loadLocalSettings(flags.app, process.env);
  logAppOutput(log, process);
  const clock = createScaledClock({ speed: flags.speed, ...(flags.origin ? { origin: flags.origin } : {}) });
  const host = await createHost({
    appDirectory: flags.app,
    stateDirectory: flags.state,
    port: flags.port,
    clock,
    log,
    replayGuard: flags.replayGuard,
  });
  if (settings > 0) log.info({ settings }, "settings were read from local.settings.json");
  stopOnSignals(host);
  const ready = { event: "ready", url: host.url, functions: host.worker.functions.size, keyFile: host.keys.file };
  writeSync(1, `${JSON.stringify(ready)}\n`);
}

function stopOnSignals(host: Host): void {
  let stopping = false;
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    process.on(signal, () => {
      if (stopping) return;
      stopping = true;
      host.stop().then(
        () => process.exit(0),
        () => process.exit(1),
      );
    });
  }
}

run().catch((error: Error) => {
  const isUserError = USER_ERRORS.has(error.name);
  // What others said, such as a parser that quotes the file, may have several lines.
  const oneLine = error.message.replaceAll(/\s*\n\s*/g, " ");
  writeSync(2, `${isUserError ? oneLine : (error.stack ?? error.message)}\n`);
  process.exit(isUserError ? 2 : 1);
});
