import { describe, expect, it } from "vitest";
import { type BlockedBefore, blockedAfter, causesOf, isBlockedAsBefore } from "./blocked-before.ts";

const finding = (severity: "blocker" | "warning", code: string, subject: string) => ({ severity, code, subject });
const before: BlockedBefore = { causes: ["BarePods a/x", "TwoBudgets a/y"], runId: "r", at: "2026-11-20T06:30:00Z" };
const DAY = "2026-11-21T06:30:00Z";

describe("what blocks a cluster", () => {
  it("is told by its blockers, in whatever order they were found", () => {
    const found = [
      finding("blocker", "TwoBudgets", "a/y"),
      finding("warning", "NodeCordoned", "n"),
      finding("blocker", "BarePods", "a/x"),
    ];
    expect(causesOf([...found, ...found])).toEqual(before.causes);
  });

  it.each<[string, string[], string, boolean]>([
    ["the same, a day later", ["BarePods a/x", "TwoBudgets a/y"], DAY, true],
    ["one less", ["BarePods a/x"], DAY, false],
    ["one more", ["BarePods a/x", "TwoBudgets a/y", "TwoBudgets a/z"], DAY, false],
    ["another subject", ["BarePods a/z", "TwoBudgets a/y"], DAY, false],
    ["nothing", [], DAY, false],
    ["the same, a week later", ["BarePods a/x", "TwoBudgets a/y"], "2026-11-27T06:30:00Z", false],
  ])("and whether that is as before: %s", (_what, causes, now, expected) => {
    expect(isBlockedAsBefore(before, causes, Date.parse(now))).toBe(expected);
  });

  it("is kept as it was last, and forgotten after a week", () => {
    const first = blockedAfter({}, { cluster: "a", ...before });
    const second = blockedAfter(first, { cluster: "a", ...before, causes: [], at: DAY });
    expect(second).toEqual({ a: { ...before, causes: [], at: DAY } });
    expect(Object.keys(blockedAfter(second, { cluster: "b", ...before, at: "2026-11-28T06:30:00Z" }))).toEqual(["b"]);
  });
});
