import { describe, expect, it } from "vitest";
import { decideDeadRun, type SweptPool, sweepNotice } from "./dead-run.ts";

describe("a run without a report", () => {
  it.each<[string | null, boolean, boolean, string]>([
    ["Running", false, true, "leave"],
    ["Suspended", false, false, "leave"],
    ["Completed", false, false, "leave"],
    ["Terminated", true, false, "leave"],
    ["Terminated", false, true, "stopParts"],
    ["Terminated", false, false, "sweep"],
    ["Failed", false, false, "sweep"],
    [null, false, false, "sweep"],
  ])("of status %s, reported %s, with live parts %s: %s", (status, hasReported, hasLiveParts, kind) => {
    expect(decideDeadRun({ id: "r", status, hasReported, hasLiveParts }).kind).toBe(kind);
  });
});

describe("what people are told of a sweep", () => {
  const swept = (change: Partial<SweptPool>): SweptPool => ({
    ...{ cluster: "c", pool: "p", undone: [], failed: [], failures: 0 },
    ...change,
  });
  it.each<[string, SweptPool[], string | null]>([
    ["nothing when there was nothing", [], null],
    ["what was undone", [swept({ undone: ["uncordon"] })], "nothing of it is left"],
    ["what could not be, the first time", [swept({ failed: ["no"] })], "1 of its changes could not be undone"],
    ["not again what could not be", [swept({ failed: ["no"], failures: 1 })], null],
  ])("%s", (_, pools, text) => {
    const notice = sweepNotice("r", pools);
    if (text === null) expect(notice).toBeNull();
    else expect(notice?.text).toContain(text);
  });
});
