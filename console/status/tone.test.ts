import { describe, expect, it } from "vitest";
import type { Gate } from "../../domain/run-control.ts";
import { gateStatus, liveRunStatus } from "./tone.ts";

const gate: Gate = {
  ...{ id: "g", kind: "approval", ring: "prod", question: "May it?", evidence: [], options: ["approve"] },
  ...{ openedAt: "2026-11-21T08:00:00Z", expiresAt: "2026-11-22T08:00:00Z", unanswered: "it is left out" },
};
const running = { status: "running", verdict: null, gates: [] } as const;

describe("the status of a run as it goes", () => {
  it.each([
    ["that runs", { ...running, gates: [] }, false, "Running"],
    ["that is paused", { ...running, gates: [] }, true, "Paused"],
    ["that asks, also when it is paused", { ...running, gates: [gate] }, true, "Approval wanted"],
    ["that was halted", { ...running, gates: [{ ...gate, kind: "halt" as const }] }, false, "Halted"],
    ["that has ended", { status: "finished" as const, verdict: "passed" as const, gates: [] }, true, "Passed"],
  ])("says of one %s what matters most", (_what, run, isPaused, word) => {
    expect(liveRunStatus(run, isPaused).word).toBe(word);
  });

  it("shows a kind of question that it does not know by its own word", () => {
    expect(gateStatus("custom")).toEqual({ tone: "idle", word: "custom" });
  });
});
