import { describe, expect, it } from "vitest";
import { createAppTime } from "./app-time.ts";
import { createVirtualClock } from "./virtual-clock.ts";

const START = Date.parse("2026-03-01T00:00:00Z");
const MINUTE_MS = 60_000;

/** More turns of the event loop than the clock waits for before it jumps. */
async function turnsPass(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await new Promise(setImmediate);
}

/** An app on a virtual clock; `passedMs` is how far time has come. */
function newWorld() {
  const clock = createVirtualClock(START);
  const { runInApp } = createAppTime(clock);
  return { clock, runInApp, passedMs: () => clock.nowMs() - START };
}

/** Starts an invocation that does `begin` and then works until it is told to end. */
function startWork<T>(runInApp: <R>(fn: () => R) => R, begin: () => T) {
  const gate = Promise.withResolvers<void>();
  const begun = Promise.withResolvers<T>();
  const ended = runInApp(async () => {
    begun.resolve(begin());
    await gate.promise;
  });
  const end = async () => {
    gate.resolve();
    await ended;
  };
  return { begun: begun.promise, end };
}

const noop = () => {};

describe("time stands still while the app works", () => {
  it.each<[string, () => unknown]>([
    ["without a timer", noop],
    ["beside a timer that nobody waits for (unref)", () => setTimeout(noop, MINUTE_MS).unref()],
    ["beside an interval that nobody waits for", () => setInterval(noop, MINUTE_MS).unref()],
    ["beside a guard against a wait that is too long (AbortSignal.timeout)", () => AbortSignal.timeout(MINUTE_MS)],
    ["beside several guards", () => [1, 2, 3].map((minutes) => AbortSignal.timeout(minutes * MINUTE_MS))],
    ["beside a timer that was waited for and was cleared", () => clearTimeout(setTimeout(noop, MINUTE_MS))],
    ["beside an interval that was cleared", () => clearInterval(setInterval(noop, MINUTE_MS))],
    ["beside a timer that was closed by itself", () => setTimeout(noop, MINUTE_MS).close()],
    ["beside a timer that is unref'd and refreshed", () => setTimeout(noop, MINUTE_MS).unref().refresh()],
  ])("%s", async (_what, begin) => {
    const { clock, runInApp, passedMs } = newWorld();
    const work = startWork(runInApp, begin);
    await turnsPass();
    expect({ passedMs: passedMs(), holds: clock.holds }).toEqual({ passedMs: 0, holds: 1 });
    await work.end();
    expect(clock.holds).toBe(0);
  });

  it.each<[string, () => unknown]>([
    ["a timer", () => setTimeout(noop, MINUTE_MS)],
    ["a timer that is waited for again (ref)", () => setTimeout(noop, MINUTE_MS).unref().ref()],
    ["a timer beside a guard", () => [AbortSignal.timeout(5 * MINUTE_MS), setTimeout(noop, MINUTE_MS)]],
  ])("and passes while it waits for %s", async (_what, begin) => {
    const { clock, runInApp, passedMs } = newWorld();
    const work = startWork(runInApp, begin);
    await turnsPass();
    // The timer has fired, nobody waits for time any more, and the guard does not let it go on.
    expect({ passedMs: passedMs(), holds: clock.holds }).toEqual({ passedMs: MINUTE_MS, holds: 1 });
    await work.end();
  });

  it("also when another invocation waits for time", async () => {
    const { clock, runInApp, passedMs } = newWorld();
    const waiting = runInApp(() => new Promise<void>((resolve) => setTimeout(resolve, MINUTE_MS)));
    const work = startWork(runInApp, noop);
    await turnsPass();
    expect({ passedMs: passedMs(), holds: clock.holds }).toEqual({ passedMs: 0, holds: 1 });
    await work.end();
    await waiting;
    expect({ passedMs: passedMs(), holds: clock.holds }).toEqual({ passedMs: MINUTE_MS, holds: 0 });
  });
});

describe("timers that nobody waits for", () => {
  it("fire all the same when time passes for another reason", async () => {
    const { runInApp } = newWorld();
    const log = await runInApp(async () => {
      const lines: string[] = [];
      const signal = AbortSignal.timeout(2 * MINUTE_MS);
      signal.addEventListener("abort", () => lines.push(`aborted after ${(Date.now() - START) / MINUTE_MS} min`));
      setTimeout(() => lines.push(`fired after ${(Date.now() - START) / MINUTE_MS} min`), MINUTE_MS).unref();
      await new Promise((resolve) => setTimeout(resolve, 3 * MINUTE_MS));
      return [...lines, signal.aborted, (signal.reason as Error).name];
    });
    expect(log).toEqual(["fired after 1 min", "aborted after 2 min", true, "TimeoutError"]);
  });

  it("tick on without being waited for, however often they tick", async () => {
    const { clock, runInApp, passedMs } = newWorld();
    let ticks = 0;
    const work = startWork(runInApp, () => {
      setInterval(() => {
        ticks += 1;
      }, MINUTE_MS).unref();
      setTimeout(noop, 3 * MINUTE_MS + 1);
    });
    await turnsPass();
    expect({ ticks, passedMs: passedMs(), holds: clock.holds }).toEqual({
      ticks: 3,
      passedMs: 3 * MINUTE_MS + 1,
      holds: 1,
    });
    await work.end();
  });

  it("say so", async () => {
    const { runInApp } = newWorld();
    const answers = runInApp(() => {
      const timer = setTimeout(noop, MINUTE_MS);
      const all = [timer.hasRef(), timer.unref().hasRef(), timer.ref().hasRef()];
      clearTimeout(timer);
      return all;
    });
    expect(answers).toEqual([true, false, true]);
  });

  it("hold nothing once the invocation that made them has ended", async () => {
    const { clock, runInApp, passedMs } = newWorld();
    let fired = false;
    await runInApp(async () => {
      setTimeout(() => {
        fired = true;
      }, MINUTE_MS).unref();
    });
    expect(clock.holds).toBe(0);
    await clock.idle();
    expect({ fired, passedMs: passedMs(), holds: clock.holds }).toEqual({ fired: true, passedMs: MINUTE_MS, holds: 0 });
  });
});

describe("a hold is given back", () => {
  it.each<[string, () => unknown]>([
    ["by an invocation that answers at once", () => 1],
    [
      "by one that throws",
      () => {
        throw new Error("a bug");
      },
    ],
    ["by one that rejects", () => Promise.reject(new Error("a bug"))],
    [
      "by one that ends while a timer of its own is pending",
      () => {
        setTimeout(noop, MINUTE_MS);
      },
    ],
  ])("%s", async (_what, fn) => {
    const { clock, runInApp } = newWorld();
    await Promise.allSettled([new Promise((resolve) => resolve(runInApp(fn)))]);
    expect(clock.holds).toBe(0);
    await clock.idle();
    expect(clock.holds).toBe(0);
  });
});

describe("a timer that is refreshed", () => {
  it("counts from then on", async () => {
    const { runInApp } = newWorld();
    const firedMs = await runInApp(async () => {
      const fired = Promise.withResolvers<number>();
      const timer = setTimeout(() => fired.resolve(Date.now() - START), 2 * MINUTE_MS);
      await new Promise((resolve) => setTimeout(resolve, MINUTE_MS));
      timer.refresh();
      return fired.promise;
    });
    expect(firedMs).toBe(3 * MINUTE_MS);
  });
});
