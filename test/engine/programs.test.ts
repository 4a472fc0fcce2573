import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { VirtualClock } from "../../local/clock/virtual-clock.ts";
import { createHarness } from "./harness.ts";

/** A small language of orchestrations; each step has one right answer, whatever the order in which work ends. */
type Step =
  | { readonly kind: "activity"; readonly value: number; readonly delayMs: number }
  | {
      readonly kind: "retry";
      readonly value: number;
      readonly failures: number;
      readonly attempts: number;
      readonly delayMs: number;
    }
  | { readonly kind: "timer"; readonly afterMs: number }
  | { readonly kind: "all"; readonly steps: readonly Step[] }
  | { readonly kind: "sub"; readonly steps: readonly Step[] };

const DAY_MS = 86_400_000;
const delayMs = fc.integer({ min: 0, max: 40 });
const value = fc.integer({ min: 0, max: 99 });
const leaf: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ kind: fc.constant("activity" as const), value, delayMs }),
  fc.record({
    kind: fc.constant("retry" as const),
    value,
    failures: fc.integer({ min: 0, max: 3 }),
    attempts: fc.integer({ min: 1, max: 3 }),
    delayMs,
  }),
  fc.record({
    kind: fc.constant("timer" as const),
    afterMs: fc.oneof(delayMs, fc.constant(7 * DAY_MS), fc.constant(13 * DAY_MS)),
  }),
);
const step: fc.Arbitrary<Step> = fc.letrec<{ step: Step }>((tie) => ({
  step: fc.oneof(
    { withCrossShrink: true, maxDepth: 3 },
    leaf,
    fc.record({ kind: fc.constant("all" as const), steps: fc.array(tie("step"), { minLength: 1, maxLength: 5 }) }),
    fc.record({ kind: fc.constant("sub" as const), steps: fc.array(tie("step"), { minLength: 1, maxLength: 3 }) }),
  ),
})).step;

/** The right answer of a step. A call that uses up its attempts fails, and so does whatever waits for it. */
function expected(program: Step): unknown {
  switch (program.kind) {
    case "activity":
      return program.value;
    case "retry":
      return program.failures < program.attempts ? program.value : "failed";
    case "timer":
      return timerResult(program.afterMs);
    case "all": {
      const results = program.steps.map(expected);
      return results.includes("failed") ? "failed" : results;
    }
    case "sub":
      return program.steps.map(expected);
  }
}

/** durable-functions answers a timer over six days with one empty value per leg of three days, a shorter one with nothing. */
function timerResult(afterMs: number): unknown {
  if (afterMs <= 6 * DAY_MS) return null;
  let legs = 1;
  for (let leftMs = afterMs; leftMs > 6 * DAY_MS; leftMs -= 3 * DAY_MS) legs += 1;
  return Array.from({ length: legs }, () => null);
}

function programHarness(concurrency: number) {
  const attempts = new Map<string, number>();
  let clock: VirtualClock | undefined;
  const after = (waitMs: number) =>
    new Promise<void>((resolve) => (clock ? clock.at(clock.nowMs() + waitMs, resolve) : resolve()));
  const harness = createHarness(
    (df) => {
      df.app.activity("answer", {
        handler: async (input: { value: number; delayMs: number; failures: number; key: string }) => {
          await after(input.delayMs);
          const made = (attempts.get(input.key) ?? 0) + 1;
          attempts.set(input.key, made);
          if (made <= input.failures) throw new Error(`attempt ${made}`);
          return input.value;
        },
      });
      df.app.orchestration("program", function* (context) {
        const steps = context.df.getInput<readonly Step[]>();
        let number = 0;
        const nextKey = () => `${context.df.instanceId}/${number++}`;
        const start = (program: Step): ReturnType<typeof context.df.callActivity> => {
          switch (program.kind) {
            case "activity":
              return context.df.callActivity("answer", { ...program, failures: 0, key: nextKey() });
            case "retry":
              return context.df.callActivityWithRetry("answer", new df.RetryOptions(7, program.attempts), {
                ...program,
                key: nextKey(),
              });
            case "timer":
              return context.df.createTimer(new Date(context.df.currentUtcDateTime.getTime() + program.afterMs));
            case "sub":
              return context.df.callSubOrchestrator("program", program.steps);
            case "all":
              return context.df.Task.all(program.steps.map(start));
          }
        };
        const results: unknown[] = [];
        for (const program of steps) {
          try {
            const result: unknown = yield start(program);
            results.push(result ?? null);
          } catch {
            results.push("failed");
          }
        }
        return results;
      });
    },
    { limits: { maxConcurrentActivityFunctions: concurrency } },
  );
  clock = harness.clock;
  return harness;
}

describe("any orchestration", () => {
  it("gets the right answer for every call, however retries, timers and completions interleave", {
    timeout: 120_000,
  }, async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { minLength: 1, maxLength: 4 }),
        fc.integer({ min: 1, max: 6 }),
        async (steps, concurrency) => {
          const harness = programHarness(concurrency);
          const ended = await harness.run("program", steps);
          expect(ended.status).toBe("Completed");
          expect(ended.output).toEqual(steps.map(expected));
          harness.engine.close();
        },
      ),
      { numRuns: 150 },
    );
  });
});
