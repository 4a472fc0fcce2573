import { type Logger, pino } from "pino";

/** Makes the simulator's logger: JSON lines on stderr (stdout carries the one "ready" line). "silent" logs nothing. */
export function createSimulatorLog(level: string): Logger {
  return pino(
    { level, base: { part: "simulator" }, timestamp: pino.stdTimeFunctions.isoTime },
    pino.destination({ fd: 2, sync: true }),
  );
}
