import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { durationText } from "./duration-text.ts";

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

describe("a duration for people", () => {
  it.each([
    ["0 s", 0],
    ["0 s", 499],
    ["1 s", 500],
    ["45 s", 45 * SECOND],
    ["1 min", 59_600],
    ["3 min 5 s", 3 * MINUTE + 5 * SECOND],
    ["2 h 10 min", 2 * HOUR + 10 * MINUTE + 59 * SECOND],
    ["2 h", 2 * HOUR + 40 * SECOND],
    ["4 d 1 h", 4 * DAY + HOUR + 30 * MINUTE],
    ["30 d", 30 * DAY],
    ["0 s", -5 * MINUTE],
  ])("reads %s for %i ms", (text, milliseconds) => {
    expect(durationText(milliseconds)).toBe(text);
  });

  it("never says more time than has passed, and leaves out less than its largest unit", () => {
    const sizes: Record<string, number> = { d: DAY, h: HOUR, min: MINUTE, s: SECOND };
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 400 * DAY }), (milliseconds) => {
        const parts = durationText(milliseconds).split(" ");
        let said = 0;
        for (let index = 0; index < parts.length; index += 2) {
          said += Number(parts[index]) * (sizes[parts[index + 1] ?? ""] ?? Number.NaN);
        }
        const rounded = Math.round(milliseconds / SECOND) * SECOND;
        const largest = sizes[parts[1] ?? ""] ?? Number.NaN;
        expect(parts.length).toBeLessThanOrEqual(4);
        expect(said).toBeLessThanOrEqual(rounded);
        expect(rounded - said).toBeLessThan(largest);
      }),
    );
  });
});
