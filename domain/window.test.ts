import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type MaintenanceWindow, windowSchema, windowStateAt } from "./window.ts";

const at = (text: string) => Date.parse(text);
const berlin = (
  weekly: MaintenanceWindow["weekly"],
  freezes: MaintenanceWindow["freezes"] = [],
): MaintenanceWindow => ({
  timeZone: "Europe/Berlin",
  weekly,
  freezes,
});
const sundayNight = berlin([{ days: ["sun"], start: "22:00", hours: 6 }]);
const nightly = berlin([{ days: ["mon", "tue", "wed", "thu", "fri", "sat", "sun"], start: "02:30", hours: 2 }]);

describe("a maintenance window", () => {
  it.each([
    ["before it starts", sundayNight, "2026-06-07T19:59:00Z", { open: false, opensAtMs: at("2026-06-07T20:00:00Z") }],
    [
      "at its first moment",
      sundayNight,
      "2026-06-07T20:00:00Z",
      { open: true, closesAtMs: at("2026-06-08T02:00:00Z") },
    ],
    ["past midnight, on the next day's name", sundayNight, "2026-06-08T01:00:00Z", { open: true }],
    ["at its last moment", sundayNight, "2026-06-08T02:00:00Z", { open: false, opensAtMs: at("2026-06-14T20:00:00Z") }],
    ["in winter time", sundayNight, "2026-12-06T20:30:00Z", { open: false, opensAtMs: at("2026-12-06T21:00:00Z") }],
    [
      "in the hour that summer time leaves out",
      nightly,
      "2026-03-29T01:15:00Z",
      { open: false, opensAtMs: at("2026-03-29T01:30:00Z") },
    ],
    [
      "in the hour that winter time doubles, first time",
      nightly,
      "2026-10-25T00:45:00Z",
      { open: true, closesAtMs: at("2026-10-25T02:30:00Z") },
    ],
  ] as const)("%s", (_when, window, now, expected) => {
    expect(windowStateAt(window, at(now))).toMatchObject(expected);
  });

  it("stays shut in a freeze and says why, until the first opening after it", () => {
    const frozen = berlin(nightly.weekly, [{ from: "2026-12-20", to: "2027-01-02", reason: "year end" }]);
    expect(windowStateAt(frozen, at("2026-12-20T02:00:00Z"))).toEqual({
      open: false,
      opensAtMs: at("2027-01-03T01:30:00Z"),
      reason: "frozen: year end",
    });
  });

  it("ends where a freeze begins", () => {
    const frozen = berlin(
      [{ days: ["sat"], start: "20:00", hours: 10 }],
      [{ from: "2026-06-14", to: "2026-06-14", reason: "launch" }],
    );
    expect(windowStateAt(frozen, at("2026-06-13T19:00:00Z"))).toEqual({
      open: true,
      openedAtMs: at("2026-06-13T18:00:00Z"),
      closesAtMs: at("2026-06-13T22:00:00Z"),
    });
  });

  it("never opens when everything is frozen, and says so", () => {
    const frozen = berlin(sundayNight.weekly, [{ from: "2020-01-01", to: "2040-01-01", reason: "sold" }]);
    expect(windowStateAt(frozen, at("2026-06-07T20:00:00Z"))).toEqual({
      open: false,
      opensAtMs: null,
      reason: "frozen: sold",
    });
  });

  it("is open exactly from the opening it announces to the close it announces", () => {
    fc.assert(
      fc.property(fc.integer({ min: at("2026-01-01"), max: at("2027-12-31") }), (nowMs) => {
        const state = windowStateAt(sundayNight, nowMs);
        if (state.open)
          return (
            !windowStateAt(sundayNight, state.closesAtMs).open && windowStateAt(sundayNight, state.closesAtMs - 1).open
          );
        if (state.opensAtMs === null) return false;
        return (
          windowStateAt(sundayNight, state.opensAtMs).open && !windowStateAt(sundayNight, state.opensAtMs - 1).open
        );
      }),
    );
  });

  it("refuses zones and times that do not exist", () => {
    const parsed = windowSchema.safeParse({
      timeZone: "Europe/Atlantis",
      weekly: [{ days: ["sun"], start: "25:00", hours: 2 }],
    });
    expect(parsed.error?.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`)).toEqual([
      "timeZone: not an IANA time zone, such as Europe/Berlin",
      "weekly.0.start: expected HH:mm",
    ]);
  });
});
