import { describe, expect, it } from "vitest";
import { beginMovement, look } from "./stall.ts";

const MINUTE = 60_000;

describe("a standstill", () => {
  it("is told once, after the time, and again only after there was progress", () => {
    let movement = beginMovement(0);
    const told: number[] = [];
    const marks = [..."aaaaabbbbb"];
    for (const [index, mark] of marks.entries()) {
      const nowMs = index * MINUTE;
      const seen = look(movement, { mark, nowMs, excused: false }, 3);
      movement = seen.movement;
      if (seen.tellNow) told.push(index);
    }
    expect(told).toEqual([3, 8]);
  });

  it("is none while all that is waited for is waited for on purpose, and that time does not count", () => {
    const before = { mark: "a", movedMs: 0, isTold: false };
    const excused = look(before, { mark: "a", nowMs: 60 * MINUTE, excused: true }, 10);
    expect(excused).toMatchObject({ stalled: false, tellNow: false });
    expect(look(excused.movement, { mark: "a", nowMs: 69 * MINUTE, excused: false }, 10).stalled).toBe(false);
    expect(look(excused.movement, { mark: "a", nowMs: 70 * MINUTE, excused: false }, 10).stalled).toBe(true);
  });
});
