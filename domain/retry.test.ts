import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Failure, terminal, transient } from "./errors.ts";
import { DEFAULT_RETRY, decideRetry, type RetryPolicy } from "./retry.ts";

const policy: RetryPolicy = { attempts: 4, firstDelaySeconds: 5, factor: 2, maxDelaySeconds: 12 };
const denied: Failure = { class: "needs-person", code: "Denied", message: "no role", retryAfterSeconds: null };

describe("retries", () => {
  it.each([
    ["the first failure waits the first delay", 1, transient("Unreachable", "reset"), { retry: true, delaySeconds: 5 }],
    ["each further one waits longer", 2, transient("Unreachable", "reset"), { retry: true, delaySeconds: 10 }],
    ["no wait is longer than the longest", 3, transient("Conflict", "busy"), { retry: true, delaySeconds: 12 }],
    ["the last attempt gives up", 4, transient("Unreachable", "reset"), { retry: false }],
    ["Retry-After is honoured", 1, transient("Throttled", "slow down", 7), { retry: true, delaySeconds: 7 }],
    [
      "Retry-After is honoured beyond the longest wait",
      1,
      transient("Throttled", "slow down", 600),
      { retry: true, delaySeconds: 600 },
    ],
    [
      "a shorter Retry-After does not cut the back-off",
      2,
      transient("Throttled", "slow down", 1),
      { retry: true, delaySeconds: 10 },
    ],
    ["a terminal failure is never tried again", 1, terminal("Invalid", "bad"), { retry: false }],
    ["what needs a person is never tried again", 1, denied, { retry: false }],
  ])("%s", (_rule, attempt, failure, expected) => {
    expect(decideRetry(policy, attempt, failure)).toEqual(expected);
  });

  it("ends, waits never shrink, and none is shorter than what was asked for", () => {
    const policies = fc.record({
      attempts: fc.integer({ min: 1, max: 12 }),
      firstDelaySeconds: fc.integer({ min: 1, max: 60 }),
      factor: fc.integer({ min: 1, max: 4 }),
      maxDelaySeconds: fc.integer({ min: 60, max: 600 }),
    });
    fc.assert(
      fc.property(policies, fc.option(fc.integer({ min: 0, max: 900 })), (random, asked) => {
        let before = 0;
        for (let attempt = 1; attempt <= random.attempts; attempt += 1) {
          const decision = decideRetry(random, attempt, transient("Throttled", "slow down", asked));
          expect(decision.retry).toBe(attempt < random.attempts);
          if (!decision.retry) return;
          expect(decision.delaySeconds).toBeGreaterThanOrEqual(Math.max(before, asked ?? 0));
          before = decision.delaySeconds;
        }
      }),
    );
  });

  it("tries nine times within about a quarter of an hour by default", () => {
    let waited = 0;
    let attempt = 1;
    for (; ; attempt += 1) {
      const decision = decideRetry(DEFAULT_RETRY, attempt, transient("Unreachable", "reset"));
      if (!decision.retry) break;
      waited += decision.delaySeconds;
    }
    expect(attempt).toBe(9);
    expect(waited).toBe(915);
  });
});
