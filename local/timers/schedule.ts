import { Cron } from "croner";
import { zoneOf } from "./time-zone.ts";

/** A schedule that cannot be read; the message quotes it and says what is expected. */
export class ScheduleError extends Error {
  override readonly name = "ScheduleError";
}

/** When a timer fires. */
export interface Schedule {
  /** The first moment after `afterMs`, milliseconds since the epoch; undefined when there is none. */
  next(afterMs: number): number | undefined;
  /** Shortest time between two moments, as far as the next few tell. */
  readonly shortestIntervalMs: number;
  /** What is scheduled, its setting filled in and with its time zone: another text is another schedule. */
  readonly text: string;
}

const TIME_SPAN = /^(?:(\d+)\.)?(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?$/;

/**
 * Reads a timer's schedule: NCRONTAB of six fields (second first) or five, or a TimeSpan (`[d.]hh:mm:ss`, counted from
 * start). `%NAME%` is replaced by a setting. As in NCrontab, day of month and day of week must both match, and none of the
 * extensions of other crons (L, W, #, ?) is known. Times are those of `timeZone`: a moment that the change to summer time
 * leaves out comes at the next valid one, a doubled one comes once.
 */
export function parseSchedule(
  text: string,
  timeZone: string | undefined,
  settings: Readonly<Record<string, string | undefined>>,
): Schedule {
  const resolved = text.replace(/^%(.+)%$/, (_all, name: string) => {
    const value = settings[name];
    if (value === undefined)
      throw new ScheduleError(`The schedule "${text}" names the setting ${name}, which is not set.`);
    return value;
  });
  const span = TIME_SPAN.exec(resolved.trim());
  if (span) return constantSchedule(span, resolved);
  const fields = resolved.trim().split(/\s+/);
  if ((fields.length !== 5 && fields.length !== 6) || /[LW#?]/.test(resolved.replace(/jul|wed/gi, ""))) {
    throw new ScheduleError(
      `The schedule "${resolved}" is neither NCRONTAB ({second} {minute} {hour} {day} {month} {day of week}) nor a TimeSpan (hh:mm:ss).`,
    );
  }
  const zone = zoneOf(timeZone);
  let cron: Cron;
  try {
    cron = new Cron(fields.length === 5 ? `0 ${fields.join(" ")}` : fields.join(" "), {
      paused: true,
      domAndDow: true,
      timezone: zone,
    });
  } catch (error) {
    throw new ScheduleError(`The schedule "${resolved}" is not valid NCRONTAB: ${(error as Error).message}`);
  }
  const next = (afterMs: number) => cron.nextRun(new Date(afterMs))?.getTime();
  const sample = cron.nextRuns(5, new Date("2026-01-01T00:00:00Z")).map((date) => date.getTime());
  const gaps = sample.slice(1).map((moment, index) => moment - (sample[index] ?? moment));
  const shortestIntervalMs = Math.min(...gaps, Number.POSITIVE_INFINITY);
  return { next, shortestIntervalMs, text: `${fields.join(" ")} ${zone}` };
}

function constantSchedule(match: RegExpExecArray, text: string): Schedule {
  const [, days = "0", hours = "0", minutes = "0", seconds = "0"] = match;
  const intervalMs = (Number(days) * 86_400 + Number(hours) * 3_600 + Number(minutes) * 60 + Number(seconds)) * 1_000;
  if (intervalMs === 0) throw new ScheduleError(`The schedule "${text}" waits no time at all.`);
  return { next: (afterMs) => afterMs + intervalMs, shortestIntervalMs: intervalMs, text };
}
