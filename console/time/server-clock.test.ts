import { describe, expect, it } from "vitest";
import { createServerClock } from "./server-clock.ts";

const BROWSER_MS = Date.parse("2026-11-21T03:00:00Z");
const SERVER_MS = Date.parse("2027-01-01T00:00:00Z");

function clockAt() {
  const monotonic = { ms: 500 };
  return {
    monotonic,
    clock: createServerClock(
      () => monotonic.ms,
      () => BROWSER_MS,
    ),
  };
}

describe("createServerClock", () => {
  it("is the browser's clock before the first answer", () => {
    expect(clockAt().clock.nowMs()).toBe(BROWSER_MS);
  });

  it("goes on from the Date header between answers", () => {
    const { clock, monotonic } = clockAt();
    clock.observe(SERVER_MS, undefined);
    monotonic.ms += 2_000;
    expect(clock.nowMs()).toBe(SERVER_MS + 2_000);
  });

  it("is never before what has happened already", () => {
    const { clock } = clockAt();
    clock.observe(SERVER_MS, SERVER_MS + 60_000);
    expect(clock.nowMs()).toBe(SERVER_MS + 60_000);
  });

  it("does not shake with the header's whole seconds, and follows a clock that jumps", () => {
    const { clock, monotonic } = clockAt();
    clock.observe(SERVER_MS, undefined);
    monotonic.ms += 900;
    clock.observe(SERVER_MS, undefined);
    expect(clock.nowMs()).toBe(SERVER_MS + 900);
    clock.observe(SERVER_MS + 120_000, undefined);
    expect(clock.nowMs()).toBe(SERVER_MS + 120_000);
  });

  it("keeps its time when an answer tells none", () => {
    const { clock } = clockAt();
    clock.observe(SERVER_MS, undefined);
    clock.observe(undefined, undefined);
    expect(clock.nowMs()).toBe(SERVER_MS);
  });
});
