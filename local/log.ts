import { type DestinationStream, type Logger, pino } from "pino";

/** The host's logger: JSON lines on stderr (stdout carries the one "ready" line). */
export type HostLog = Logger;

/** What is told of an error: an app's may carry whole requests, with the keys in their headers. */
function shownError(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { message: String(error) };
  const { name, message, stack, cause } = error;
  const code = "code" in error ? error.code : undefined;
  return { type: name, message, code, stack, ...(cause === undefined ? {} : { cause: shownError(cause) }) };
}

/** Makes the logger. `level` is pino's; tests pass "silent", or a destination of their own. */
export function createHostLog(
  level: string = "info",
  destination: DestinationStream = pino.destination({ fd: 2, sync: true }),
): HostLog {
  const options = { level, base: { part: "host" }, timestamp: pino.stdTimeFunctions.isoTime };
  return pino({ ...options, serializers: { err: shownError } }, destination);
}
