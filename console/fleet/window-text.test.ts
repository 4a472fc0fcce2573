import { describe, expect, it } from "vitest";
import { freezeLines, windowLines } from "./window-text.ts";

describe("windowLines", () => {
  it("has a line for each weekly time", () => {
    const weekly = [
      { days: ["fri" as const, "sat" as const], start: "22:00", hours: 6 },
      { days: ["wed" as const], start: "01:30", hours: 2.5 },
    ];
    expect(windowLines({ timeZone: "Europe/Berlin", weekly })).toEqual([
      "fri, sat from 22:00 for 6 h (Europe/Berlin)",
      "wed from 01:30 for 2.5 h (Europe/Berlin)",
    ]);
  });
});

describe("freezeLines", () => {
  const freezes = [
    { from: "2026-11-01", to: "2026-11-19", reason: "over" },
    { from: "2026-11-20", to: "2026-11-20", reason: "today, somewhere" },
    { from: "2026-12-20", to: "2027-01-04", reason: "year's end" },
  ];
  it("leaves out what is over", () => {
    expect(freezeLines({ freezes }, Date.parse("2026-11-21T03:00:00Z"))).toEqual([
      "frozen 2026-11-20: today, somewhere",
      "frozen 2026-12-20 to 2027-01-04: year's end",
    ]);
  });
});
