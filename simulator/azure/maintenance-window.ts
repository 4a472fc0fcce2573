import { z } from "zod";

const DAY_MS = 86_400_000;
/** Longest that a schedule lets one wait, with room: six months, and dates on which it must not. */
const SEARCHED_DAYS = 500;

const DAYS = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"] as const;
const WEEKS = ["First", "Second", "Third", "Fourth", "Last"] as const;

export const dayOfWeek = z.enum(DAYS);
const date = z.string().regex(/^\d{4}-\d\d-\d\d$/);
const months = z.number().int().min(1).max(6);

const scheduleSchema = z
  .strictObject({
    daily: z.strictObject({ intervalDays: z.number().int().min(1).max(7) }).optional(),
    weekly: z.strictObject({ intervalWeeks: z.number().int().min(1).max(4), dayOfWeek }).optional(),
    absoluteMonthly: z.strictObject({ intervalMonths: months, dayOfMonth: z.number().int().min(1).max(31) }).optional(),
    relativeMonthly: z.strictObject({ intervalMonths: months, weekIndex: z.enum(WEEKS), dayOfWeek }).optional(),
  })
  .refine((schedule) => Object.keys(schedule).length === 1, "exactly one kind of schedule is needed");

/** `properties.maintenanceWindow` of a maintenance configuration. */
export const maintenanceWindowSchema = z.object({
  schedule: scheduleSchema,
  durationHours: z.number().int().min(4).max(24),
  utcOffset: z
    .string()
    .regex(/^[+-]\d\d:\d\d$/)
    .optional(),
  startDate: date.optional(),
  startTime: z.string().regex(/^\d\d:\d\d$/),
  notAllowedDates: z.array(z.looseObject({ start: z.string(), end: z.string() })).optional(),
});

export type MaintenanceWindow = z.infer<typeof maintenanceWindowSchema>;

/** A time in which AKS may begin what it does by itself. */
export interface Opening {
  readonly startMs: number;
  readonly endMs: number;
}

/** The opening that is under way at an instant, or the next one; undefined when none comes. */
export function openingFrom(window: MaintenanceWindow, fromMs: number): Opening | undefined {
  const { utcOffset = "+00:00", startTime, durationHours, startDate } = window;
  const offsetMs = minutesOf(utcOffset.slice(1)) * (utcOffset.startsWith("-") ? -1 : 1) * 60_000;
  const firstDay = startDate === undefined ? 0 : dayOf(startDate);
  // One that began yesterday may still be open.
  const today = Math.floor((fromMs + offsetMs) / DAY_MS) - 1;
  for (let day = Math.max(today, firstDay); day < today + SEARCHED_DAYS; day += 1) {
    const startMs = day * DAY_MS + minutesOf(startTime) * 60_000 - offsetMs;
    const endMs = startMs + durationHours * 3_600_000;
    if (endMs > fromMs && isOn(window, day, firstDay) && isAllowed(window, day)) return { startMs, endMs };
  }
  return undefined;
}

function isAllowed({ notAllowedDates = [] }: MaintenanceWindow, day: number): boolean {
  return notAllowedDates.every(({ start, end }) => day < dayOf(start) || day > dayOf(end));
}

/** Whether a schedule names a day, in days since the epoch. Intervals are counted from the first day. */
function isOn({ schedule }: MaintenanceWindow, day: number, firstDay: number): boolean {
  const { daily, weekly, absoluteMonthly, relativeMonthly } = schedule;
  if (daily) return (day - firstDay) % daily.intervalDays === 0;
  if (weekly) {
    const weeks = weekOf(day) - weekOf(firstDay);
    return nameOf(day) === weekly.dayOfWeek && weeks % weekly.intervalWeeks === 0;
  }
  const [of, at] = [new Date(firstDay * DAY_MS), new Date(day * DAY_MS)];
  const since = (at.getUTCFullYear() - of.getUTCFullYear()) * 12 + at.getUTCMonth() - of.getUTCMonth();
  const lastOfMonth = new Date(Date.UTC(at.getUTCFullYear(), at.getUTCMonth() + 1, 0)).getUTCDate();
  if (absoluteMonthly) {
    const { intervalMonths, dayOfMonth } = absoluteMonthly;
    return since % intervalMonths === 0 && at.getUTCDate() === Math.min(dayOfMonth, lastOfMonth);
  }
  if (!relativeMonthly || since % relativeMonthly.intervalMonths !== 0) return false;
  if (nameOf(day) !== relativeMonthly.dayOfWeek) return false;
  if (relativeMonthly.weekIndex === "Last") return at.getUTCDate() + 7 > lastOfMonth;
  return Math.ceil(at.getUTCDate() / 7) === WEEKS.indexOf(relativeMonthly.weekIndex) + 1;
}

function nameOf(day: number): (typeof DAYS)[number] | undefined {
  return DAYS[new Date(day * DAY_MS).getUTCDay()];
}

/** Weeks begin on Sunday; the epoch began on a Thursday. */
function weekOf(day: number): number {
  return Math.floor((day + 4) / 7);
}

function dayOf(text: string): number {
  return Math.floor(Date.parse(text.slice(0, 10)) / DAY_MS);
}

function minutesOf(text: string): number {
  const [hours = 0, minutes = 0] = text.split(":").map(Number);
  return hours * 60 + minutes;
}
