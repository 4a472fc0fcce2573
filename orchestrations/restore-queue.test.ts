import { describe, expect, it } from "vitest";
import type { QueuedTest } from "../domain/restore/queued-test.ts";
import { type RestoreQueue, restoreQueueAfter } from "./restore-queue.ts";

const test = (cluster: string) => ({ input: { cluster } }) as QueuedTest;

describe("the queue of a run's tests", () => {
  it("gives each test to one lane, in order, and then none", () => {
    let queue: RestoreQueue = { waiting: [], ended: [] };
    const ask = (operation: string, input?: unknown) => {
      const after = restoreQueueAfter(queue, operation, input);
      queue = after.queue;
      return after.answer;
    };
    ask("fill", [test("one"), test("two")]);
    expect([ask("take"), ask("take"), ask("take")]).toEqual([test("one"), test("two"), null]);
    ask("end", "two");
    expect(ask("readEnded")).toEqual(["two"]);
  });
});
