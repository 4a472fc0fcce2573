import { describe, expect, it } from "vitest";
import { createAppTime } from "./app-time.ts";
import { createScaledClock } from "./scaled-clock.ts";
import { createVirtualClock } from "./virtual-clock.ts";

const START = Date.parse("2026-03-01T00:00:00Z");
const DAY_MS = 86_400_000;

describe("virtual clock", () => {
  it("jumps over thirty days when nothing runs, in the order things are due", async () => {
    const clock = createVirtualClock(START);
    const fired: string[] = [];
    clock.at(START + 30 * DAY_MS, () => fired.push(`late ${clock.nowMs() - START}`));
    clock.at(START + 5, () => fired.push(`soon ${clock.nowMs() - START}`));
    clock.at(START + 5, () => fired.push("soon, asked second"));
    await clock.idle();
    expect(fired).toEqual(["soon 5", "soon, asked second", `late ${30 * DAY_MS}`]);
  });

  it("stands still while anything is held", async () => {
    const clock = createVirtualClock(START);
    const release = clock.hold();
    let fired = false;
    clock.at(START + 1, () => {
      fired = true;
    });
    for (let turn = 0; turn < 20; turn += 1) await new Promise(setImmediate);
    expect(fired).toBe(false);
    release();
    release();
    await clock.idle();
    expect(fired).toBe(true);
    expect(clock.holds).toBe(0);
  });

  it("does not fire a cancelled timer", async () => {
    const clock = createVirtualClock(START);
    let fired = false;
    clock
      .at(START + 1, () => {
        fired = true;
      })
      .cancel();
    await clock.idle();
    expect(fired).toBe(false);
    expect(clock.nowMs()).toBe(START);
  });
});

describe("scaled clock", () => {
  it("runs from its origin at its speed and never goes back", async () => {
    const clock = createScaledClock({ speed: 3_600_000, origin: { realMs: Date.now(), virtualMs: START } });
    const firedAtMs = await new Promise<number>((resolve) => clock.at(START + 3_600_000, () => resolve(clock.nowMs())));
    expect(firedAtMs).toBeGreaterThanOrEqual(START + 3_600_000);
    expect(clock.nowMs()).toBeGreaterThanOrEqual(firedAtMs);
  });
});

describe("a virtual clock on which somebody insists", () => {
  it("comes to that moment although something is held, and stands still again after it", async () => {
    const clock = createVirtualClock(START);
    const release = clock.hold();
    const log: number[] = [];
    clock.at(START + 10, () => log.push(10));
    clock.at(START + 100, () => log.push(100));
    await new Promise<void>((resolve) => {
      clock.insist(START + 50, () => {
        log.push(50);
        resolve();
      });
    });
    for (let turn = 0; turn < 100; turn += 1) await new Promise(setImmediate);
    expect(log).toEqual([10, 50]);
    release();
    await clock.idle();
    expect(log).toEqual([10, 50, 100]);
  });

  it("forgets a moment that was cancelled", async () => {
    const clock = createVirtualClock(START);
    clock.hold();
    clock.insist(START + 50, () => expect.unreachable()).cancel();
    for (let turn = 0; turn < 100; turn += 1) await new Promise(setImmediate);
    expect(clock.nowMs()).toBe(START);
  });
});

describe("app time", () => {
  it("shows the app the clock's time, and the rest of the process its own", async () => {
    const clock = createVirtualClock(START);
    const { runInApp } = createAppTime(clock);
    const seen = await runInApp(async () => {
      const before = Date.now();
      await new Promise((resolve) => setTimeout(resolve, DAY_MS));
      return { before, after: Date.now(), stamp: new Date().toISOString(), parsed: new Date(0).getTime() };
    });
    expect(seen).toEqual({ before: START, after: START + DAY_MS, stamp: "2026-03-02T00:00:00.000Z", parsed: 0 });
    expect(Date.now()).toBeGreaterThan(START + 30 * DAY_MS);
    expect(new Date()).toBeInstanceOf(Date);
  });

  it("lets time pass only while the app waits for a timer", async () => {
    const clock = createVirtualClock(START);
    const { runInApp } = createAppTime(clock);
    let ticks = 0;
    clock.at(START + 10, () => {
      ticks += 1;
    });
    const gate = Promise.withResolvers<void>();
    const running = runInApp(async () => {
      await gate.promise;
      await new Promise((resolve) => setTimeout(resolve, 100));
    });
    for (let turn = 0; turn < 20; turn += 1) await new Promise(setImmediate);
    expect(ticks).toBe(0);
    gate.resolve();
    await running;
    expect(ticks).toBe(1);
    expect(clock.nowMs()).toBe(START + 100);
  });

  it("repeats intervals, clears timers and aborts signals on the clock", async () => {
    const clock = createVirtualClock(START);
    const { runInApp } = createAppTime(clock);
    const log = await runInApp(async () => {
      const lines: string[] = [];
      const never = setTimeout(() => lines.push("never"), 5);
      clearTimeout(never);
      const interval = setInterval(() => lines.push(`tick ${Date.now() - START}`), 10);
      const signal = AbortSignal.timeout(35);
      await new Promise((resolve) => signal.addEventListener("abort", resolve));
      clearInterval(interval);
      lines.push((signal.reason as Error).name);
      return lines;
    });
    expect(log).toEqual(["tick 10", "tick 20", "tick 30", "TimeoutError"]);
  });
});
