import { type DestinationStream, type Logger, pino } from "pino";

/** The host's logger: JSON lines on stderr (stdout carries the one "ready" line). */
export type HostLog = Logger;

/** Makes the logger. `level` is pino's; tests pass "silent", or a destination of their own. */
export function createHostLog(
  level: string = "info",
  destination: DestinationStream = pino.destination({ fd: 2, sync: true }),
): HostLog {
  return pino({ level, base: { part: "host" }, timestamp: pino.stdTimeFunctions.isoTime }, destination);
}
