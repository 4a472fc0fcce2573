import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Admission, admitWork, type WorkEstimate } from "./admit-work.ts";
import { type MaintenanceWindow, WEEKDAYS, windowStateAt } from "./window.ts";

const MINUTE_MS = 60_000;
const at = (text: string) => Date.parse(text);

function berlin(weekly: MaintenanceWindow["weekly"], freezes: MaintenanceWindow["freezes"] = []): MaintenanceWindow {
  return { timeZone: "Europe/Berlin", weekly, freezes };
}

function work(totalMinutes: number, pieceMinutes = totalMinutes): WorkEstimate {
  return { totalMs: totalMinutes * MINUTE_MS, pieceMs: pieceMinutes * MINUTE_MS };
}

/** What is decided, with instants that can be read. */
function decided(admission: Admission): unknown {
  if (admission.admitted) return "admitted";
  const { askAtMs, reason } = admission;
  return { askAt: askAtMs === null ? null : new Date(askAtMs).toISOString().slice(0, 16), reason };
}

/** Sunday 22:00 to Monday 02:00, Berlin: in June 20:00 to 00:00 UTC. */
const sunday = berlin([{ days: ["sun"], start: "22:00", hours: 4 }]);
/** Tuesday one hour, Saturday eight. */
const uneven = berlin([
  { days: ["tue"], start: "22:00", hours: 1 },
  { days: ["sat"], start: "20:00", hours: 8 },
]);
/** Saturday up to midnight, and on without a break. */
const adjoining = berlin([
  { days: ["sat"], start: "22:00", hours: 2 },
  { days: ["sun"], start: "00:00", hours: 4 },
]);
const frozen = berlin(sunday.weekly, [{ from: "2026-06-14", to: "2026-06-20", reason: "launch" }]);
const cut = berlin(sunday.weekly, [{ from: "2026-06-08", to: "2026-06-08", reason: "launch" }]);
const sold = berlin(sunday.weekly, [{ from: "2020-01-01", to: "2040-01-01", reason: "sold" }]);
const nightly = berlin([{ days: [...WEEKDAYS], start: "01:30", hours: 2 }]);

const shutsIn = (left: number, need: number) =>
  `the ring's window shuts in ${left} min, and about ${need} min are needed`;
const neverFits = (need: number) => `no opening of the ring's window is long enough: about ${need} min are needed`;
const OUTSIDE = "outside of the ring's window";

describe("whether work may be begun", () => {
  it.each<[string, MaintenanceWindow | null, string, WorkEstimate, unknown]>([
    ["always without a window", null, "2026-06-09T12:00:00Z", work(100_000), "admitted"],
    ["in an open window that has room for it", sunday, "2026-06-07T20:00:00Z", work(60), "admitted"],
    ["when it just fits", sunday, "2026-06-07T23:00:00Z", work(60), "admitted"],
    [
      "not when it does not: in the next opening",
      sunday,
      "2026-06-07T23:00:01Z",
      work(60),
      { askAt: "2026-06-14T20:00", reason: shutsIn(59, 60) },
    ],
    [
      "not outside of the window",
      sunday,
      "2026-06-07T19:59:59Z",
      work(1),
      { askAt: "2026-06-07T20:00", reason: OUTSIDE },
    ],
    [
      "not at the moment the window shuts",
      sunday,
      "2026-06-08T00:00:00Z",
      work(1),
      { askAt: "2026-06-14T20:00", reason: OUTSIDE },
    ],
    [
      "not in an opening that is too short, where a longer one has room for all of it",
      uneven,
      "2026-06-09T20:00:00Z",
      work(180, 10),
      { askAt: "2026-06-13T18:00", reason: shutsIn(60, 180) },
    ],
    [
      "not in the middle of an opening that is just as long: from the start of the next",
      sunday,
      "2026-06-07T21:00:00Z",
      work(240, 10),
      { askAt: "2026-06-14T20:00", reason: shutsIn(180, 240) },
    ],
    [
      "not in the next opening, when that is too short",
      uneven,
      "2026-06-07T12:00:00Z",
      work(180),
      { askAt: "2026-06-13T18:00", reason: OUTSIDE },
    ],
    [
      "when an opening follows without a break, in that one",
      adjoining,
      "2026-06-13T21:30:00Z",
      work(60),
      { askAt: "2026-06-13T22:00", reason: shutsIn(30, 60) },
    ],
    [
      "when it is longer than every opening and its first piece fits",
      sunday,
      "2026-06-07T23:45:00Z",
      work(600, 15),
      "admitted",
    ],
    [
      "not when it is longer than every opening and its first piece does not fit any more",
      sunday,
      "2026-06-07T23:50:00Z",
      work(600, 15),
      { askAt: "2026-06-14T20:00", reason: shutsIn(10, 15) },
    ],
    [
      "never when its first piece is longer than every opening",
      sunday,
      "2026-06-07T20:00:00Z",
      work(600, 300),
      { askAt: null, reason: neverFits(300) },
    ],
    [
      "never also outside of the window",
      sunday,
      "2026-06-07T12:00:00Z",
      work(600, 300),
      { askAt: null, reason: neverFits(300) },
    ],
    [
      "not in a freeze: after it, with its reason",
      frozen,
      "2026-06-14T20:30:00Z",
      work(60),
      { askAt: "2026-06-21T20:00", reason: "frozen: launch" },
    ],
    [
      "not when a freeze cuts the opening before its end",
      cut,
      "2026-06-07T21:30:00Z",
      work(60),
      { askAt: "2026-06-14T20:00", reason: shutsIn(30, 60) },
    ],
    [
      "never when all is frozen, with the reason",
      sold,
      "2026-06-07T20:30:00Z",
      work(1),
      { askAt: null, reason: "frozen: sold" },
    ],
    // 01:30 to 03:30 of a day with 23 hours: the clock says 04:30 when the two hours are over.
    ["in the night that summer time cuts: two hours stay two", nightly, "2026-03-29T00:30:00Z", work(120), "admitted"],
    [
      "not after them, though the clock of the window has moved",
      nightly,
      "2026-03-29T01:31:00Z",
      work(60),
      { askAt: "2026-03-29T23:30", reason: shutsIn(59, 60) },
    ],
    // 01:30 CEST; 02:00 to 03:00 comes twice.
    [
      "in the night that winter time stretches: two hours stay two",
      nightly,
      "2026-10-24T23:30:00Z",
      work(120),
      "admitted",
    ],
    [
      "not in the hour that winter time adds",
      nightly,
      "2026-10-25T01:30:00Z",
      work(1),
      { askAt: "2026-10-26T00:30", reason: OUTSIDE },
    ],
  ])("%s", (_rule, window, now, estimate, expected) => {
    expect(decided(admitWork(window, at(now), estimate))).toEqual(expected);
  });

  const slot = fc.record({
    days: fc.subarray([...WEEKDAYS], { minLength: 1 }),
    start: fc.constantFrom("00:00", "02:30", "13:00", "22:00"),
    hours: fc.integer({ min: 1, max: 24 }),
  });
  const freezes = fc.constantFrom<MaintenanceWindow["freezes"]>(
    [],
    [{ from: "2026-06-10", to: "2026-06-24", reason: "launch" }],
  );
  const window = fc
    .record({ timeZone: fc.constantFrom("Europe/Berlin", "UTC", "America/New_York"), weekly: fc.tuple(slot), freezes })
    .map((one): MaintenanceWindow => one);
  const moment = fc.integer({ min: at("2026-01-01"), max: at("2026-12-31") });
  const estimate = fc
    .tuple(fc.integer({ min: 1, max: 3000 }), fc.integer({ min: 1, max: 100 }))
    .map(([total, percent]) => work(total, Math.max(1, Math.floor((total * percent) / 100))));

  it("is never outside of an opening, and never without room for its first piece", () => {
    fc.assert(
      fc.property(window, moment, estimate, (one, nowMs, asked) => {
        if (!admitWork(one, nowMs, asked).admitted) return;
        const state = windowStateAt(one, nowMs);
        expect(state.open).toBe(true);
        if (state.open) expect(state.closesAtMs - nowMs).toBeGreaterThanOrEqual(asked.pieceMs);
      }),
      { numRuns: 200 },
    );
  });

  it("is asked again later, in an opening, at a moment when it is admitted, so that nobody asks for ever", () => {
    fc.assert(
      fc.property(window, moment, estimate, (one, nowMs, asked) => {
        const admission = admitWork(one, nowMs, asked);
        if (admission.admitted || admission.askAtMs === null) return;
        expect(admission.askAtMs).toBeGreaterThan(nowMs);
        expect(decided(admitWork(one, admission.askAtMs, asked))).toBe("admitted");
      }),
      { numRuns: 200 },
    );
  });

  it("is never refused for good while an opening has room for all of it", () => {
    fc.assert(
      fc.property(window, moment, estimate, (one, nowMs, asked) => {
        const admission = admitWork(one, nowMs, asked);
        if (admission.admitted || admission.askAtMs !== null) return;
        const longest = Math.max(...one.weekly.map(({ hours }) => hours));
        expect(asked.pieceMs).toBeGreaterThan(longest * 60 * MINUTE_MS);
      }),
      { numRuns: 200 },
    );
  });
});
