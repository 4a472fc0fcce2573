import { describe, expect, it } from "vitest";
import { createHarness, START_MS } from "./harness.ts";

function waitingHarness() {
  return createHarness((df) => {
    df.app.activity("echo", { handler: (input: unknown) => input });
    df.app.orchestration("waiting", function* (context) {
      const first: unknown = yield context.df.waitForExternalEvent("go");
      const second: unknown = yield context.df.waitForExternalEvent("go");
      return [first, second];
    });
    df.app.orchestration("quick", function* (context) {
      return yield context.df.callActivity("echo", context.df.getInput());
    });
  });
}

describe("management", () => {
  it("suspends an instance, keeps what comes in order, and resumes it", async () => {
    const { engine, start, read, settle } = waitingHarness();
    const id = start("waiting");
    engine.management.raiseEvent(id, "go", "1");
    engine.management.suspend(id, "look at it");
    engine.management.raiseEvent(id, "go", "2");
    await settle();
    expect(read(id).status).toBe("Suspended");
    engine.management.raiseEvent(id, "go", "3");
    engine.management.resume(id, "looked");
    await engine.whenEnded(id);
    expect(read(id).output).toEqual([1, 2]);
  });

  it("terminates an instance with its reason, pending timers and all, also when suspended", async () => {
    const harness = createHarness((df) => {
      df.app.orchestration("long", function* (context) {
        yield context.df.createTimer(new Date(START_MS + 1e10));
      });
    });
    const id = harness.start("long");
    harness.engine.management.suspend(id, "");
    harness.engine.management.terminate(id, "enough");
    await harness.engine.whenEnded(id);
    await harness.settle();
    expect(harness.read(id)).toMatchObject({ status: "Terminated", output: "enough" });
    expect(harness.clock.nowMs()).toBe(START_MS);
    expect(() => harness.engine.management.raiseEvent(id, "go", "1")).toThrow(
      /is Terminated and takes no more messages/,
    );
  });

  it("refuses a second instance of a running id and allows it when the first has ended", async () => {
    const { engine, start, run } = waitingHarness();
    start("waiting", null, "one");
    expect(() => start("waiting", null, "one")).toThrow(/already exists: 'one'/);
    engine.management.terminate("one", "");
    await engine.whenEnded("one");
    expect((await run("quick", "again", "one")).output).toBe("again");
    expect(engine.management.history("one").filter((event) => event.EventType === 0)).toHaveLength(1);
  });

  it.each([
    ["@x", "must not start with @"],
    ["a/b", 'must not contain "/"'],
    ["a#b", 'must not contain "#"'],
    ["a\nb", "must not contain"],
    ["x".repeat(257), "at most 256 characters"],
  ])("refuses the instance id %j", (id, message) => {
    expect(() => waitingHarness().start("waiting", null, id)).toThrow(message);
  });

  it("restarts with the same input under a new id, or the same once it has ended", async () => {
    const { engine, run, read } = waitingHarness();
    const ended = await run("quick", { n: 1 }, "first");
    const again = engine.management.restart(ended.instanceId, true);
    await engine.whenEnded(again);
    expect(again).not.toBe("first");
    expect(read(again).output).toEqual({ n: 1 });
    engine.management.restart("first", false);
    await engine.whenEnded("first");
    expect(read("first").status).toBe("Completed");
  });

  it("queries by status, time and prefix, page by page", async () => {
    const { engine, run, start, settle } = waitingHarness();
    for (let index = 0; index < 5; index += 1) await run("quick", index, `quick-${index}`);
    start("waiting", null, "waiting-1");
    await settle();
    const ids = (filter: object) =>
      engine.management.query({ limit: 100, ...filter }).instances.map((record) => record.instanceId);
    expect(ids({ statuses: ["Running"] })).toEqual(["waiting-1"]);
    expect(ids({ idPrefix: "quick-" })).toHaveLength(5);
    expect(ids({ createdToMs: START_MS - 1 })).toEqual([]);
    const first = engine.management.query({ limit: 4 });
    const second = engine.management.query({ limit: 4, continuation: first.continuation ?? "" });
    expect([...first.instances, ...second.instances].map((record) => record.instanceId).toSorted()).toEqual(
      ids({}).toSorted(),
    );
    expect(second.continuation).toBeUndefined();
    expect(() => engine.management.query({ limit: 1, continuation: "nonsense" })).toThrow(/continuation token/);
  });

  it("purges ended instances only", async () => {
    const { engine, run, start, settle } = waitingHarness();
    await run("quick", 1, "done");
    start("waiting", null, "alive");
    await settle();
    expect(() => engine.management.purge("alive")).toThrow(/terminate it before purging/);
    expect(engine.management.purgeBy({ createdFromMs: 0, createdToMs: START_MS, statuses: [] })).toBe(1);
    expect(engine.management.get("done")).toBeUndefined();
    expect(engine.management.get("alive")?.status).toBe("Running");
  });

  it("rewinds a failed run: what failed runs again, what was done stays done, sub-orchestrations too", async () => {
    let healthy = false;
    const counts = { good: 0, bad: 0 };
    const harness = createHarness((df) => {
      df.app.activity("good", { handler: () => ++counts.good });
      df.app.activity("bad", {
        handler: () => {
          counts.bad += 1;
          if (!healthy) throw new Error("not yet");
          return "well";
        },
      });
      df.app.orchestration("child", function* (context) {
        yield context.df.callActivity("good");
        return yield context.df.callActivityWithRetry("bad", new df.RetryOptions(1_000, 2));
      });
      df.app.orchestration("parent", function* (context) {
        const one: number = yield context.df.callActivity("good");
        const both: unknown[] = yield context.df.Task.all([
          context.df.callSubOrchestrator("child", null, "child"),
          context.df.callActivity("bad"),
        ]);
        return [one, ...both, yield context.df.callActivity("good")];
      });
    });
    expect((await harness.run("parent", null, "p")).status).toBe("Failed");
    await harness.settle();
    healthy = true;
    harness.engine.management.rewind("p", "fixed");
    await harness.engine.whenEnded("p");
    expect(harness.read("p").output).toEqual([1, "well", "well", 3]);
    expect(harness.read("child").status).toBe("Completed");
    expect(counts.good).toBe(3);
    expect(() => harness.engine.management.rewind("p", "")).toThrow(/only a failed one/);
  });

  it("runs no more activities and orchestrators at once than host.json allows", async () => {
    let running = 0;
    let most = 0;
    const harness = createHarness(
      (df) => {
        df.app.activity("slow", {
          handler: async () => {
            running += 1;
            most = Math.max(most, running);
            await new Promise(setImmediate);
            running -= 1;
          },
        });
        df.app.orchestration("many", function* (context) {
          yield context.df.Task.all(Array.from({ length: 30 }, () => context.df.callActivity("slow")));
          return "done";
        });
      },
      { limits: { maxConcurrentActivityFunctions: 3 } },
    );
    expect((await harness.run("many")).output).toBe("done");
    expect(most).toBe(3);
  });
});
