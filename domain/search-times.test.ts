import { describe, expect, it } from "vitest";
import { DAILY_SEARCH, isSchedule, nextSearches } from "./search-times.ts";

describe("the next search", () => {
  it.each([
    ["the day after", "2026-11-21T08:00:00Z", "UTC", "2026-11-22T06:30:00.000Z", "daily search"],
    [
      "the weekly one on Monday, which is earlier",
      "2026-11-22T08:00:00Z",
      "UTC",
      "2026-11-23T06:00:00.000Z",
      "weekly search",
    ],
    ["the daily one after the weekly one", "2026-11-23T06:00:00Z", "UTC", "2026-11-23T06:30:00.000Z", "daily search"],
    ["by the clock of its zone", "2026-07-01T00:00:00Z", "Europe/Berlin", "2026-07-01T04:30:00.000Z", "daily search"],
  ])("is %s", (_what, now, zone, at, by) => {
    expect(nextSearches(DAILY_SEARCH, zone, Date.parse(now))[0]).toEqual({ at, by });
  });

  it("is not known in a zone that is not known", () => {
    expect(nextSearches(DAILY_SEARCH, "W. Europe Standard Time", 0)).toEqual([]);
  });
});

describe("a schedule", () => {
  it.each(["0 30 6 * * *", "0 0 */6 * * 1-5", "0 0 6 1 jul,dec wed"])("may be %s", (text) => {
    expect(isSchedule(text)).toBe(true);
  });

  it.each(["", "30 6 * * *", "0 0 25 * * *", "0 0 6 L * *", "every day", "1.00:00:00"])("may not be %j", (text) => {
    expect(isSchedule(text)).toBe(false);
  });
});
