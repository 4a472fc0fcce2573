import { Temporal } from "temporal-polyfill";
import { z } from "zod";

/** Days of the week, Monday first, as fleet.yaml writes them. */
export const WEEKDAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] as const;

function isTimeZone(zone: string): boolean {
  try {
    Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(zone);
    return true;
  } catch {
    return false;
  }
}

/** When a ring may be changed: weekly times in a named zone, without the freeze periods. */
export const windowSchema = z.strictObject({
  timeZone: z.string().refine(isTimeZone, "not an IANA time zone, such as Europe/Berlin"),
  weekly: z
    .array(
      z.strictObject({
        days: z.array(z.enum(WEEKDAYS)).min(1),
        start: z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, "expected HH:mm"),
        hours: z.number().positive().max(24),
      }),
    )
    .min(1),
  freezes: z
    .array(
      z
        .strictObject({
          from: z.iso.date(),
          /** The last day that is frozen. */
          to: z.iso.date(),
          reason: z.string().min(1),
        })
        .refine(({ from, to }) => from <= to, { error: "a freeze must not end before it begins", path: ["to"] }),
    )
    .default([]),
});
export type MaintenanceWindow = z.infer<typeof windowSchema>;

/** Whether a window is open, and if not, when it opens and why it is shut. Milliseconds since the epoch. */
export type WindowState =
  | { readonly open: true; readonly openedAtMs: number; readonly closesAtMs: number }
  | { readonly open: false; readonly opensAtMs: number | null; readonly reason: string };

/** How far ahead an opening is looked for. */
const HORIZON_DAYS = 400;

interface Opening {
  readonly startMs: number;
  readonly endMs: number;
  readonly freeze: string | null;
}

/** Answers that are kept: a history that is replayed asks the same again and again, and zones are slow to reckon with. */
const KEPT_ANSWERS = 1_000;
const answers = new Map<string, WindowState>();

/**
 * The state of a window at a moment. A window belongs to the day on which it starts, also past midnight. Its start is wall
 * clock time (one that the change to summer time leaves out comes an hour later), its length is exact time. A freeze shuts
 * the windows that start within it and cuts those that run into it.
 */
export function windowStateAt(window: MaintenanceWindow, nowMs: number): WindowState {
  const question = `${nowMs} ${JSON.stringify(window)}`;
  const known = answers.get(question);
  if (known) return known;
  const state = reckonState(window, nowMs);
  if (answers.size >= KEPT_ANSWERS) answers.clear();
  answers.set(question, state);
  return state;
}

function reckonState(window: MaintenanceWindow, nowMs: number): WindowState {
  const now = Temporal.Instant.fromEpochMilliseconds(Math.floor(nowMs)).toZonedDateTimeISO(window.timeZone);
  let shutBy: string | null = null;
  for (let offset = -1; offset <= HORIZON_DAYS; offset += 1) {
    for (const opening of openingsOf(window, now.toPlainDate().add({ days: offset }))) {
      if (opening.endMs <= nowMs) continue;
      if (opening.freeze !== null) {
        shutBy ??= opening.freeze;
        continue;
      }
      if (opening.startMs <= nowMs) return { open: true, openedAtMs: opening.startMs, closesAtMs: opening.endMs };
      const reason = shutBy === null ? "outside of the ring's window" : `frozen: ${shutBy}`;
      return { open: false, opensAtMs: opening.startMs, reason };
    }
  }
  return { open: false, opensAtMs: null, reason: shutBy === null ? "the window never opens" : `frozen: ${shutBy}` };
}

/** The openings that start on a day, in order. */
function openingsOf(window: MaintenanceWindow, day: Temporal.PlainDate): Opening[] {
  const weekday = WEEKDAYS[day.dayOfWeek - 1];
  const openings: Opening[] = [];
  for (const slot of window.weekly) {
    if (!weekday || !slot.days.includes(weekday)) continue;
    const start = day.toZonedDateTime({ timeZone: window.timeZone, plainTime: Temporal.PlainTime.from(slot.start) });
    const startMs = start.epochMilliseconds;
    const endMs = startMs + slot.hours * 3_600_000;
    openings.push({ startMs, endMs: cutByFreeze(window, startMs, endMs), freeze: freezeOn(window, day) });
  }
  return openings.toSorted((left, right) => left.startMs - right.startMs);
}

function freezeOn(window: MaintenanceWindow, day: Temporal.PlainDate): string | null {
  const text = day.toString();
  return window.freezes.find((freeze) => freeze.from <= text && text <= freeze.to)?.reason ?? null;
}

function cutByFreeze(window: MaintenanceWindow, startMs: number, endMs: number): number {
  let end = endMs;
  for (const freeze of window.freezes) {
    const freezeMs = Temporal.PlainDate.from(freeze.from).toZonedDateTime(window.timeZone).epochMilliseconds;
    if (freezeMs > startMs && freezeMs < end) end = freezeMs;
  }
  return end;
}
