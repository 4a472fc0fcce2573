import { describe, expect, it } from "vitest";
import { maintenanceWindowSchema, openingFrom } from "./maintenance-window.ts";

/** A window of four hours at 22:00, asked on Friday 20 November 2026 at noon (UTC). */
function nextStart(schedule: object, more: object = {}, from = "2026-11-20T12:00:00Z"): string | undefined {
  const window = maintenanceWindowSchema.parse({ schedule, durationHours: 4, startTime: "22:00", ...more });
  const opening = openingFrom(window, Date.parse(from));
  return opening && new Date(opening.startMs).toISOString().slice(0, 16);
}

describe("a maintenance window", () => {
  it.each([
    ["every day", { daily: { intervalDays: 1 } }, {}, "2026-11-20T22:00"],
    ["every third day from a date", { daily: { intervalDays: 3 } }, { startDate: "2026-11-18" }, "2026-11-21T22:00"],
    ["a day of the week", { weekly: { intervalWeeks: 1, dayOfWeek: "Monday" } }, {}, "2026-11-23T22:00"],
    [
      "every other week from a date",
      { weekly: { intervalWeeks: 2, dayOfWeek: "Monday" } },
      { startDate: "2026-11-16" },
      "2026-11-30T22:00",
    ],
    ["a day of the month", { absoluteMonthly: { intervalMonths: 1, dayOfMonth: 31 } }, {}, "2026-11-30T22:00"],
    [
      "the second Tuesday",
      { relativeMonthly: { intervalMonths: 1, weekIndex: "Second", dayOfWeek: "Tuesday" } },
      {},
      "2026-12-08T22:00",
    ],
    [
      "the last Friday",
      { relativeMonthly: { intervalMonths: 1, weekIndex: "Last", dayOfWeek: "Friday" } },
      {},
      "2026-11-27T22:00",
    ],
    ["another zone", { daily: { intervalDays: 1 } }, { utcOffset: "+05:30" }, "2026-11-20T16:30"],
    [
      "a date on which it must not",
      { daily: { intervalDays: 1 } },
      { notAllowedDates: [{ start: "2026-11-20", end: "2026-11-22" }] },
      "2026-11-23T22:00",
    ],
  ])("opens on %s", (_, schedule, more, expected) => {
    expect(nextStart(schedule, more)).toBe(expected);
  });

  it("that began yesterday is open until its hours are over", () => {
    const daily = { daily: { intervalDays: 1 } };
    expect(nextStart(daily, {}, "2026-11-21T01:59:00Z")).toBe("2026-11-20T22:00");
    expect(nextStart(daily, {}, "2026-11-21T02:00:00Z")).toBe("2026-11-21T22:00");
  });
});
