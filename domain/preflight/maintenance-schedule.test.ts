import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type MaintenanceSchedule, nextOpening, type Recurrence } from "./maintenance-schedule.ts";

const DAY_MS = 86_400_000;

function schedule(recurrence: Recurrence, change: Partial<MaintenanceSchedule> = {}): MaintenanceSchedule {
  return {
    name: "aksManagedAutoUpgradeSchedule",
    recurrence,
    durationHours: 4,
    utcOffset: "+00:00",
    startDate: "2026-01-01",
    startTime: "02:00",
    notAllowed: [],
    ...change,
  };
}

/** When a schedule opens next after an instant, looking a year ahead. */
function next(of: MaintenanceSchedule, from: string): string | null {
  const fromMs = Date.parse(from);
  const opening = nextOpening(of, fromMs, fromMs + 366 * DAY_MS);
  return opening === null ? null : new Date(opening.startMs).toISOString().slice(0, 16);
}

const weekly: Recurrence = { kind: "weekly", everyWeeks: 2, dayOfWeek: "Friday" };

describe("the next opening", () => {
  it.each<[string, MaintenanceSchedule, string, string | null]>([
    ["of every day", schedule({ kind: "daily", everyDays: 1 }), "2026-11-21T08:00Z", "2026-11-22T02:00"],
    ["of one that is under way", schedule({ kind: "daily", everyDays: 1 }), "2026-11-21T05:59Z", "2026-11-21T02:00"],
    ["of one that has just ended", schedule({ kind: "daily", everyDays: 1 }), "2026-11-21T06:00Z", "2026-11-22T02:00"],
    ["of every third day", schedule({ kind: "daily", everyDays: 3 }), "2026-01-01T08:00Z", "2026-01-04T02:00"],
    [
      "of every second Friday, counted from its start",
      schedule(weekly, { startDate: "2026-01-02" }),
      "2026-01-03T00:00Z",
      "2026-01-16T02:00",
    ],
    [
      "of every second Friday without a start: any of them",
      schedule(weekly, { startDate: null }),
      "2026-01-03T00:00Z",
      "2026-01-09T02:00",
    ],
    [
      "of the 15th",
      schedule({ kind: "absoluteMonthly", everyMonths: 1, dayOfMonth: 15 }),
      "2026-11-21T08:00Z",
      "2026-12-15T02:00",
    ],
    [
      "of the 31st in a short month",
      schedule({ kind: "absoluteMonthly", everyMonths: 1, dayOfMonth: 31 }),
      "2026-02-01T00:00Z",
      "2026-02-28T02:00",
    ],
    [
      "of every third month",
      schedule({ kind: "absoluteMonthly", everyMonths: 3, dayOfMonth: 1 }),
      "2026-01-02T00:00Z",
      "2026-04-01T02:00",
    ],
    [
      "of the second Tuesday",
      schedule({ kind: "relativeMonthly", everyMonths: 1, weekIndex: "Second", dayOfWeek: "Tuesday" }),
      "2026-11-21T08:00Z",
      "2026-12-08T02:00",
    ],
    [
      "of the last Sunday",
      schedule({ kind: "relativeMonthly", everyMonths: 1, weekIndex: "Last", dayOfWeek: "Sunday" }),
      "2026-11-21T08:00Z",
      "2026-11-29T02:00",
    ],
    [
      "east of Greenwich",
      schedule({ kind: "daily", everyDays: 1 }, { utcOffset: "+05:30" }),
      "2026-11-21T08:00Z",
      "2026-11-21T20:30",
    ],
    [
      "west of Greenwich",
      schedule({ kind: "daily", everyDays: 1 }, { utcOffset: "-07:00" }),
      "2026-11-21T14:00Z",
      "2026-11-22T09:00",
    ],
    [
      "of one that has not begun",
      schedule({ kind: "daily", everyDays: 1 }, { startDate: "2026-12-24" }),
      "2026-11-21T08:00Z",
      "2026-12-24T02:00",
    ],
    [
      "of one that stays shut over Christmas",
      schedule({ kind: "daily", everyDays: 1 }, { notAllowed: [{ start: "2026-12-23", end: "2027-01-05" }] }),
      "2026-12-22T08:00Z",
      "2027-01-06T02:00",
    ],
    [
      "of one that never opens",
      schedule({ kind: "weekly", everyWeeks: 1, dayOfWeek: "Someday" }),
      "2026-11-21T08:00Z",
      null,
    ],
  ])("%s", (_what, of, from, expected) => {
    expect(next(of, from)).toBe(expected);
  });

  it("is never over when it is asked for, never later than asked, and as long as it says", () => {
    const recurrences = fc.constantFrom<Recurrence>(
      { kind: "daily", everyDays: 2 },
      weekly,
      { kind: "absoluteMonthly", everyMonths: 2, dayOfMonth: 30 },
      { kind: "relativeMonthly", everyMonths: 1, weekIndex: "Third", dayOfWeek: "Monday" },
    );
    const instants = fc.integer({ min: Date.parse("2026-01-01"), max: Date.parse("2027-01-01") });
    fc.assert(
      fc.property(
        recurrences,
        instants,
        fc.integer({ min: 4, max: 24 }),
        fc.nat(90),
        (recurrence, fromMs, durationHours, days) => {
          const untilMs = fromMs + days * DAY_MS;
          const opening = nextOpening(schedule(recurrence, { durationHours }), fromMs, untilMs);
          if (opening === null) return;
          expect(opening.endMs).toBeGreaterThan(fromMs);
          expect(opening.startMs).toBeLessThan(untilMs);
          expect(opening.endMs - opening.startMs).toBe(durationHours * 3_600_000);
        },
      ),
    );
  });
});
