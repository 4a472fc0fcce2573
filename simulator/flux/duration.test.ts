import { describe, expect, it } from "vitest";
import { durationSeconds, durationText } from "./duration.ts";

describe("Go durations", () => {
  it.each([
    ["1m", 60],
    ["1h30m", 5_400],
    ["1.5s", 1.5],
    ["500ms", 0.5],
    ["10m0s", 600],
  ])("%s is %d seconds", (text, seconds) => {
    expect(durationSeconds(text)).toBe(seconds);
  });

  it.each(["", "ten", "5", "5d", "m5", undefined])("%j is none", (text) => {
    expect(durationSeconds(text)).toBeUndefined();
  });

  it.each([
    [30, "30s"],
    [90, "1m30s"],
    [600, "10m0s"],
    [3_600, "1h0m0s"],
  ])("%d seconds are written %s", (seconds, text) => {
    expect([durationText(seconds), durationSeconds(text)]).toEqual([text, seconds]);
  });
});
