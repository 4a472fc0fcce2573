import { outsideGuard } from "../engine/replay-guard.ts";
import type { HostLog } from "../log.ts";
import type { Hooks } from "./hooks.ts";

/** Levels of the worker protocol and pino's for them. */
const LEVELS: Readonly<Record<string, "trace" | "debug" | "info" | "warn" | "error" | "fatal">> = {
  trace: "trace",
  debug: "debug",
  information: "info",
  warning: "warn",
  error: "error",
  critical: "fatal",
};

/** Where a message comes from. */
interface Source {
  readonly functionName?: string;
  readonly invocationId?: string;
  readonly invocationContext?: object;
}

/**
 * Makes the function by which the programming model logs. An app's own messages go out at their level, the library's
 * (`system`) at debug unless they warn.
 */
export function appLog(log: HostLog, hooks: Hooks) {
  return (level: string, category: string, message: string, source: Source = {}): void => {
    const context = { level, category, message, invocationContext: source.invocationContext };
    hooks.runLog(context);
    const pinoLevel = LEVELS[context.level];
    if (!pinoLevel) return;
    const quiet = context.category === "system" && (pinoLevel === "info" || pinoLevel === "trace");
    const fields = source.functionName ? { function: source.functionName, invocationId: source.invocationId } : {};
    outsideGuard(() => log[quiet ? "debug" : pinoLevel](fields, context.message));
  };
}
