import { describe, expect, it } from "vitest";
import { durationText, elapsedText } from "./duration-text.ts";
import { clockText, fullText, relativeText, shortText } from "./instant-text.ts";

const at = (text: string) => Date.parse(text);
const NOW = at("2026-11-21T03:04:05Z");

describe("durationText", () => {
  it.each([
    [-5_000, "0 s"],
    [0, "0 s"],
    [999, "0 s"],
    [45_000, "45 s"],
    [60_000, "1 min"],
    [185_000, "3 min 5 s"],
    [7_200_000, "2 h"],
    [7_205_000, "2 h"],
    [7_860_000, "2 h 11 min"],
    [349_200_000, "4 d 1 h"],
  ])("says %i ms as %s", (milliseconds, text) => {
    expect(durationText(milliseconds)).toBe(text);
  });
});

describe("elapsedText", () => {
  it("is empty for what has not begun", () => expect(elapsedText(null, null, NOW)).toBe(""));
  it("measures what is under way to now", () => {
    expect(elapsedText("2026-11-21T03:00:00Z", null, NOW)).toBe("4 min 5 s");
  });
  it("measures what has ended to its end", () => {
    expect(elapsedText("2026-11-21T03:00:00Z", "2026-11-21T03:01:00Z", NOW)).toBe("1 min");
  });
});

describe("instants", () => {
  it("are UTC to the second", () => expect(fullText(NOW)).toBe("2026-11-21 03:04:05 UTC"));
  it("have a time of day", () => expect(clockText(NOW)).toBe("03:04:05 UTC"));
  it.each([
    ["2026-11-21T00:00:00Z", "00:00 UTC"],
    ["2026-11-20T23:59:59Z", "2026-11-20 23:59 UTC"],
  ])("of %s are short as %s", (instant, text) => expect(shortText(at(instant), NOW)).toBe(text));
  it.each([
    ["2026-11-21T03:03:05Z", "1 min ago"],
    ["2026-11-21T05:04:05Z", "in 2 h"],
    ["2026-11-21T03:04:05Z", "0 s ago"],
  ])("%s is %s", (instant, text) => expect(relativeText(at(instant), NOW)).toBe(text));
});
