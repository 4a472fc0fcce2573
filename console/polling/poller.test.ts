import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { startPoller, waitAfterFailuresMs } from "./poller.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe("startPoller", () => {
  it("asks at once, then again after the wait that each answer gives", async () => {
    const ask = vi.fn(async () => 2_000);
    const poller = startPoller(ask, false);
    await vi.advanceTimersByTimeAsync(0);
    expect(ask).toHaveBeenCalledTimes(1);
    await vi.advanceTimersByTimeAsync(1_999);
    expect(ask).toHaveBeenCalledTimes(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(ask).toHaveBeenCalledTimes(2);
    poller.stop();
  });

  it("never asks twice at a time", async () => {
    const answer = Promise.withResolvers<number>();
    const ask = vi.fn(() => answer.promise);
    const poller = startPoller(ask, false);
    poller.askNow();
    poller.setPaused(true);
    poller.setPaused(false);
    expect(ask).toHaveBeenCalledTimes(1);
    answer.resolve(10);
    await vi.advanceTimersByTimeAsync(10);
    expect(ask).toHaveBeenCalledTimes(2);
    poller.stop();
  });

  it("asks nothing while paused, and at once when it goes on", async () => {
    const ask = vi.fn(async () => 1_000);
    const poller = startPoller(ask, true);
    await vi.advanceTimersByTimeAsync(5_000);
    expect(ask).not.toHaveBeenCalled();
    poller.setPaused(false);
    expect(ask).toHaveBeenCalledTimes(1);
    await vi.advanceTimersByTimeAsync(0);
    poller.setPaused(true);
    await vi.advanceTimersByTimeAsync(5_000);
    expect(ask).toHaveBeenCalledTimes(1);
    poller.stop();
  });

  it("goes on when it was resumed while an answer that came during the pause was awaited", async () => {
    const answer = Promise.withResolvers<number>();
    const ask = vi.fn(() => answer.promise);
    const poller = startPoller(ask, false);
    poller.setPaused(true);
    answer.resolve(1_000);
    await vi.advanceTimersByTimeAsync(5_000);
    expect(ask).toHaveBeenCalledTimes(1);
    poller.setPaused(false);
    expect(ask).toHaveBeenCalledTimes(2);
    poller.stop();
  });

  it("stops for good when there is nothing more to ask, but asks when told", async () => {
    const ask = vi.fn(async () => undefined);
    const poller = startPoller(ask, false);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(ask).toHaveBeenCalledTimes(1);
    poller.askNow();
    expect(ask).toHaveBeenCalledTimes(2);
    poller.stop();
  });

  it("aborts what is awaited when it is stopped", async () => {
    const seen: AbortSignal[] = [];
    const ask = (signal: AbortSignal) => {
      seen.push(signal);
      return new Promise<number>((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
    };
    startPoller(ask, false).stop();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(seen.map(({ aborted }) => aborted)).toEqual([true]);
  });
});

describe("waitAfterFailuresMs", () => {
  it("doubles up to half a minute", () => {
    expect([1, 2, 3, 4, 5, 6, 100].map(waitAfterFailuresMs)).toEqual([2, 4, 8, 16, 30, 30, 30].map((s) => s * 1_000));
  });
});
