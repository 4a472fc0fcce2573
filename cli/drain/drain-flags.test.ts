import { describe, expect, it } from "vitest";
import { withoutSwitchValues } from "./drain-flags.ts";
import { goDurationMs } from "./go-duration.ts";

describe("a duration as Go writes it", () => {
  it.each([
    ["0", 0],
    ["0s", 0],
    ["90s", 90_000],
    ["5m", 300_000],
    ["1h30m", 5_400_000],
    ["1.5h", 5_400_000],
    ["250ms", 250],
    ["", undefined],
    ["90", undefined],
    ["5 m", undefined],
    ["-5m", undefined],
    ["soon", undefined],
  ])("%s", (text, expected) => {
    expect(goDurationMs(text)).toBe(expected);
  });
});

describe("switches with a value, as kubectl takes them", () => {
  it.each([
    [["--force=true"], ["--force"]],
    [["--force=false"], []],
    [
      ["--ignore-daemonsets=true", "n1"],
      ["--ignore-daemonsets", "n1"],
    ],
    [["--force=maybe"], ["--force=maybe"]],
    [["--selector=a=true"], ["--selector=a=true"]],
    [
      ["--force", "n1"],
      ["--force", "n1"],
    ],
  ])("%j", (args, expected) => {
    expect(withoutSwitchValues(args)).toEqual(expected);
  });
});
