/** On which days an AKS maintenance window opens (maintenanceConfigurations, `maintenanceWindow.schedule`). */
export type Recurrence =
  | { readonly kind: "daily"; readonly everyDays: number }
  | { readonly kind: "weekly"; readonly everyWeeks: number; readonly dayOfWeek: string }
  | { readonly kind: "absoluteMonthly"; readonly everyMonths: number; readonly dayOfMonth: number }
  | {
      readonly kind: "relativeMonthly";
      readonly everyMonths: number;
      readonly weekIndex: string;
      readonly dayOfWeek: string;
    };

/** When AKS may change a cluster by itself. */
export interface MaintenanceSchedule {
  /** `aksManagedAutoUpgradeSchedule` or `aksManagedNodeOSUpgradeSchedule`. */
  readonly name: string;
  readonly recurrence: Recurrence;
  readonly durationHours: number;
  /** `+05:30`; the schedule knows no daylight saving time. */
  readonly utcOffset: string;
  /** `YYYY-MM-DD`; null for one that has always held. */
  readonly startDate: string | null;
  /** `HH:mm` */
  readonly startTime: string;
  /** Dates on which it stays shut, both included. */
  readonly notAllowed: ReadonlyArray<{ readonly start: string; readonly end: string }>;
}

/** An opening, in milliseconds since the epoch. */
export interface Opening {
  readonly startMs: number;
  readonly endMs: number;
}

const DAY_MS = 86_400_000;
const WEEKDAYS = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
const WEEKS = ["First", "Second", "Third", "Fourth"];

/**
 * The first opening that is under way at `fromMs` or begins before `untilMs`; null when there is none. Intervals count from the
 * start date. Where a schedule has none, which weeks or months it means is not known, and each counts.
 */
export function nextOpening(schedule: MaintenanceSchedule, fromMs: number, untilMs: number): Opening | null {
  const offsetMs = offsetOf(schedule.utcOffset);
  const [hours = 0, minutes = 0] = schedule.startTime.split(":").map(Number);
  const first = Math.floor((fromMs + offsetMs) / DAY_MS) - 1;
  const last = Math.floor((untilMs + offsetMs) / DAY_MS);
  for (let day = first; day <= last; day += 1) {
    if (!opensOn(schedule, day)) continue;
    const startMs = day * DAY_MS + (hours * 60 + minutes) * 60_000 - offsetMs;
    const endMs = startMs + schedule.durationHours * 3_600_000;
    if (endMs > fromMs && startMs < untilMs) return { startMs, endMs };
  }
  return null;
}

function offsetOf(text: string): number {
  const [, sign, hours, minutes] = /^([+-])(\d\d):(\d\d)$/.exec(text) ?? [];
  return (sign === "-" ? -1 : 1) * (Number(hours ?? 0) * 60 + Number(minutes ?? 0)) * 60_000;
}

/** @param day days since the epoch, on the schedule's own clock */
function opensOn({ recurrence, startDate, notAllowed }: MaintenanceSchedule, day: number): boolean {
  const date = new Date(day * DAY_MS).toISOString().slice(0, 10);
  if (notAllowed.some(({ start, end }) => start.slice(0, 10) <= date && date <= end.slice(0, 10))) return false;
  const start = startDate === null ? null : Math.floor(Date.parse(`${startDate}T00:00:00Z`) / DAY_MS);
  if (start !== null && day < start) return false;
  switch (recurrence.kind) {
    case "daily":
      return start === null || (day - start) % recurrence.everyDays === 0;
    case "weekly":
      return isWeekday(day, recurrence.dayOfWeek) && isInterval(start, (at) => weekOf(at), day, recurrence.everyWeeks);
    case "absoluteMonthly":
      return isDayOfMonth(day, recurrence.dayOfMonth) && isInterval(start, monthOf, day, recurrence.everyMonths);
    case "relativeMonthly":
      return (
        isWeekday(day, recurrence.dayOfWeek) &&
        isWeekOfMonth(day, recurrence.weekIndex) &&
        isInterval(start, monthOf, day, recurrence.everyMonths)
      );
  }
}

function isInterval(start: number | null, unitOf: (day: number) => number, day: number, every: number): boolean {
  return start === null || (unitOf(day) - unitOf(start)) % every === 0;
}

/** Weeks since the epoch, Sunday first; the epoch was a Thursday. */
function weekOf(day: number): number {
  return Math.floor((day + 4) / 7);
}

function monthOf(day: number): number {
  const date = new Date(day * DAY_MS);
  return date.getUTCFullYear() * 12 + date.getUTCMonth();
}

function isWeekday(day: number, name: string): boolean {
  return WEEKDAYS[new Date(day * DAY_MS).getUTCDay()] === name;
}

/** A month that is too short has the window on its last day. */
function isDayOfMonth(day: number, wanted: number): boolean {
  const date = new Date(day * DAY_MS);
  const last = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate();
  return date.getUTCDate() === Math.min(wanted, last);
}

function isWeekOfMonth(day: number, index: string): boolean {
  const dayOfMonth = new Date(day * DAY_MS).getUTCDate();
  if (index === "Last") return monthOf(day + 7) !== monthOf(day);
  return Math.ceil(dayOfMonth / 7) === WEEKS.indexOf(index) + 1;
}
