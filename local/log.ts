import { type Logger, pino } from "pino";

/** The host's logger: JSON lines on stderr (stdout carries the one "ready" line). */
export type HostLog = Logger;

/** Makes the logger. `level` is pino's; tests pass "silent". */
export function createHostLog(level: string = "info"): HostLog {
  return pino(
    { level, base: { part: "host" }, timestamp: pino.stdTimeFunctions.isoTime },
    pino.destination({ fd: 2, sync: true }),
  );
}
