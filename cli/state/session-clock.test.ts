import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { beginClock, continueClock, originArgument, virtualTime } from "./session-clock.ts";

const kept = { speed: 60, realMs: 1_000_000, virtualMs: 5_000_000, lastRealMs: 1_010_000 };

describe("continueClock", () => {
  it("goes on from the last heartbeat; the time in between does not count", () => {
    const next = continueClock(kept, { nowMs: 9_000_000, lastSeenMs: 0, speed: 60 });
    expect(next).toEqual({ speed: 60, realMs: 9_000_000, virtualMs: 5_600_000, lastRealMs: 9_000_000 });
    expect(originArgument(next)).toBe("9000000,5600000");
  });

  it("counts the time in which programs outlived the command line", () => {
    const next = continueClock(kept, { nowMs: 9_000_000, lastSeenMs: 1_020_000, speed: 60 });
    expect(next.virtualMs).toBe(6_200_000);
  });

  it("may go on at another speed", () => {
    const next = continueClock(kept, { nowMs: 2_000_000, lastSeenMs: 0, speed: 10 });
    expect(virtualTime(next, 2_001_000)).toBe(5_610_000);
  });

  it("does not believe in writes of the future", () => {
    const next = continueClock(kept, { nowMs: 1_015_000, lastSeenMs: 99_000_000, speed: 60 });
    expect(next.virtualMs).toBe(virtualTime(kept, 1_015_000));
  });

  it("never goes back, whatever the machine's clock does", () => {
    const instant = fc.integer({ min: 0, max: 4e12 });
    fc.assert(
      fc.property(instant, fc.integer({ min: 0, max: 1e9 }), instant, instant, (realMs, ranMs, nowMs, lastSeenMs) => {
        const clock = { speed: 60, realMs, virtualMs: 5_000_000, lastRealMs: realMs + ranMs };
        const next = continueClock(clock, { nowMs, lastSeenMs, speed: 30 });
        expect(virtualTime(next, nowMs)).toBeGreaterThanOrEqual(virtualTime(clock, clock.lastRealMs));
      }),
    );
  });
});

describe("beginClock", () => {
  it("begins virtual time now", () => {
    expect(virtualTime(beginClock(7_000, 60), 7_000)).toBe(7_000);
  });
});
