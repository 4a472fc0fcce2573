import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { UpgradeRunView } from "../../domain/api/upgrade-view.ts";
import { createDisplay, type Terminal } from "./display.ts";

const run: UpgradeRunView = {
  id: "upgrade-1",
  kind: "upgrade",
  status: "running",
  phase: "preflight",
  verdict: null,
  trigger: { by: "ada", reason: "test", event: null },
  startedAt: "2026-11-21T12:00:00Z",
  updatedAt: "2026-11-21T12:00:00Z",
  endedAt: null,
  rings: [],
  gates: [],
  signals: [],
  findings: [],
};
const clock = { virtualNowMs: () => Date.parse("2026-11-21T12:03:11Z"), realElapsedMs: () => 1_000 };

function terminal(isTTY: boolean): Terminal & { written: string[] } {
  const written: string[] = [];
  return { isTTY, columns: 80, rows: 24, written, write: (text: string) => written.push(text) };
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe("createDisplay", () => {
  it("appends one line a change, with its virtual time, where there is no terminal", () => {
    const out = terminal(false);
    const display = createDisplay(out, clock, {});
    display.show(run);
    display.show(run);
    display.show({ ...run, phase: "soaking" });
    expect(out.written).toEqual(["12:03:11 preflight\n", "12:03:11 soaking\n"]);
  });

  it("redraws in place on a terminal, also while nothing new comes in", () => {
    const out = terminal(true);
    const display = createDisplay(out, clock, { NO_COLOR: "1" });
    display.show(run);
    vi.advanceTimersByTime(500);
    display.end();
    expect(out.written[0]).not.toContain("\u001b[3A");
    expect(out.written[1]?.startsWith("\u001b[3A\r")).toBe(true);
  });

  it("writes a line that stays above the frame", () => {
    const out = terminal(true);
    const display = createDisplay(out, clock, { NO_COLOR: "1" });
    display.show(run);
    vi.advanceTimersByTime(250);
    display.say("a word");
    display.end();
    expect(out.written[1]?.startsWith("\u001b[3A\ra word\u001b[K\nupgrade-1")).toBe(true);
  });

  it("moves nothing on a dumb terminal", () => {
    const out = terminal(true);
    createDisplay(out, clock, { TERM: "dumb" }).show(run);
    expect(out.written).toEqual(["12:03:11 preflight\n"]);
  });

  it("leaves no timer behind", () => {
    createDisplay(terminal(true), clock, {}).end();
    expect(vi.getTimerCount()).toBe(0);
  });
});
