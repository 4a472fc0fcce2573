import { Cron } from "croner";

/** When the weekly search begins, which reports whatever it finds: Monday at six. AKS releases node images weekly. */
export const WEEKLY_SEARCH = "0 0 6 * * 1";
/** When the daily search begins unless a setting says otherwise: later than the weekly one, which then has begun. */
export const DAILY_SEARCH = "0 30 6 * * *";

/** Whether a text is a schedule as timers take it: six fields, seconds first (NCRONTAB). */
export function isSchedule(text: string): boolean {
  const fields = text.trim().split(/\s+/);
  // What other crons know beyond NCRONTAB would be another schedule to the host.
  if (fields.length !== 6 || /[LW#?]/.test(text.replace(/jul|wed/gi, ""))) return false;
  return cronOf(text, "UTC") !== undefined;
}

/** The next search of a fleet. */
export interface NextSearch {
  readonly at: string;
  readonly by: "daily search" | "weekly search";
}

/**
 * The next daily and the next weekly search after a moment, the earlier one first; none where the time zone is none that is
 * known here (a Windows name).
 *
 * @param daily schedule of the daily search
 * @param timeZone WEBSITE_TIME_ZONE, in which both schedules are meant
 */
export function nextSearches(daily: string, timeZone: string, nowMs: number): NextSearch[] {
  const searches = [
    { at: nextMoment(WEEKLY_SEARCH, timeZone, nowMs), by: "weekly search" },
    { at: nextMoment(daily, timeZone, nowMs), by: "daily search" },
  ] as const;
  return searches
    .flatMap(({ at, by }) => (at === null ? [] : [{ at, by }]))
    .toSorted((left, right) => (left.at <= right.at ? -1 : 1));
}

/** The first moment of a schedule after an instant; null where the time zone or the schedule is none that is known here. */
export function nextMoment(schedule: string, timeZone: string, nowMs: number): string | null {
  return cronOf(schedule, timeZone)?.nextRun(new Date(nowMs))?.toISOString() ?? null;
}

function cronOf(schedule: string, timezone: string): Cron | undefined {
  try {
    // As in NCRONTAB, day of month and day of week must both match.
    const cron = new Cron(schedule, { paused: true, domAndDow: true, timezone });
    // An unknown time zone is refused only now.
    cron.nextRun(new Date(0));
    return cron;
  } catch {
    return undefined;
  }
}
