import { describe, expect, it } from "vitest";
import {
  type BlockedBefore,
  blockedAfter,
  causesOf,
  goalsOf,
  hasFailedBefore,
  isBlockedAsBefore,
} from "./blocked-before.ts";

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

  it("is not what failed a run, and the other way round", () => {
    expect(isBlockedAsBefore({ ...before, causes: [], goals: ["apps 1.33.5 new"] }, [], Date.parse(DAY))).toBe(false);
    expect(hasFailedBefore(before, { controlPlane: null, pools: [] }, Date.parse(DAY))).toBe(false);
  });
});

describe("what failed a run", () => {
  const pool = (name: string, toImage: string) => ({ name, toVersion: "1.33.6", toImage });
  const plan = (pools: object[], to?: string) => {
    return { controlPlane: to ? { kind: "patch", from: "1.33.5", to } : null, pools } as Parameters<typeof goalsOf>[0];
  };
  const goals = goalsOf(plan([pool("system", "new"), pool("apps", "new")], "1.33.6"));
  const failed: BlockedBefore = { causes: [], goals, runId: "r", at: "2026-11-20T06:30:00Z" };

  it.each<[string, Parameters<typeof goalsOf>[0], string, boolean]>([
    ["all of it again", plan([pool("system", "new"), pool("apps", "new")], "1.33.6"), DAY, true],
    ["what of it is left", plan([pool("apps", "new")]), DAY, true],
    ["a newer image", plan([pool("apps", "newer")]), DAY, false],
    ["another pool, too", plan([pool("apps", "new"), pool("gpu", "new")]), DAY, false],
    ["a newer version", plan([], "1.33.7"), DAY, false],
    ["what of it is left, a week later", plan([pool("apps", "new")]), "2026-11-27T06:30:00Z", false],
  ])("would fail another in the same way: %s", (_what, again, now, expected) => {
    expect(hasFailedBefore(failed, again, Date.parse(now))).toBe(expected);
  });
});
