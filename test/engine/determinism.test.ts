import { describe, expect, it } from "vitest";
import { createHarness, START_MS } from "./harness.ts";

const calls: ReadonlyArray<readonly [string, () => unknown, string]> = [
  ["Date.now()", () => Date.now(), "context.df.currentUtcDateTime"],
  ["new Date()", () => new Date(), "context.df.currentUtcDateTime"],
  ["Math.random()", () => Math.random(), "context.df.newGuid()"],
  ["crypto.randomUUID()", () => crypto.randomUUID(), "context.df.newGuid()"],
  ["performance.now()", () => performance.now(), "context.df.currentUtcDateTime"],
  ["setTimeout()", () => setTimeout(() => {}, 1), "context.df.createTimer()"],
  ["fetch()", () => fetch("http://127.0.0.1:9"), "context.df.callHttp()"],
  ["process.env", () => process.env.PATH, "pass them as input"],
];

describe("orchestrators that a replay cannot repeat", () => {
  it.each(calls)("fail at once on %s, with the remedy", async (call, act, remedy) => {
    const harness = createHarness((df) => {
      df.app.orchestration("impure", function* (context) {
        act();
        yield context.df.createTimer(new Date(START_MS + 1));
      });
    });
    const ended = await harness.run("impure");
    expect(ended.status).toBe("Failed");
    expect(ended.output).toContain(
      `Orchestrator function 'impure' called ${call}, which gives another answer on replay.`,
    );
    expect(ended.output).toContain(remedy);
  });

  it("may do all of it in activities, and may make dates and guids that replay alike", async () => {
    const harness = createHarness((df) => {
      df.app.activity("impure", { handler: () => calls.slice(0, 5).map(([, act]) => typeof act()) });
      df.app.orchestration("pure", function* (context) {
        const guid = context.df.newGuid(context.df.instanceId);
        const types: string[] = yield context.df.callActivity("impure");
        return [types, new Date(0).getTime(), guid === context.df.newGuid(context.df.instanceId), guid.length];
      });
    });
    const ended = await harness.run("pure");
    expect(ended.output).toEqual([["number", "object", "number", "string", "number"], 0, false, 36]);
  });

  it.each([
    [
      "asks for another activity",
      "other",
      /activity task with sequence ID 0 and name 'echo'.*instead scheduled an activity task named 'other'/,
    ],
    ["asks for a timer instead", "timer", /instead scheduled a timer task with this sequence number/],
    ["asks for nothing", "nothing", /hasn't \(yet\?\) scheduled this task/],
  ])(
    "fail as NonDeterministicOrchestrationException when the code changed and a replay %s",
    async (_what, then, message) => {
      let changed = false;
      const harness = createHarness((df) => {
        df.app.activity("echo", { handler: (input: unknown) => input });
        df.app.activity("other", { handler: () => null });
        df.app.orchestration("changing", function* (context) {
          if (!changed) yield context.df.callActivity("echo", 1);
          else if (then === "other") yield context.df.callActivity("other", 1);
          else if (then === "timer") yield context.df.createTimer(new Date(START_MS + 5));
          yield context.df.waitForExternalEvent("go");
        });
      });
      const id = harness.start("changing");
      await harness.settle();
      changed = true;
      harness.engine.management.raiseEvent(id, "go", "null");
      await harness.engine.whenEnded(id);
      expect(harness.read(id).status).toBe("Failed");
      expect(harness.read(id).output).toMatch(
        /Non-Deterministic workflow detected: A previous execution of this orchestration scheduled/,
      );
      expect(harness.read(id).output).toMatch(message);
    },
  );

  it("are refused a task in two Task.any, which Azure's host would mix up", async () => {
    const harness = createHarness((df) => {
      df.app.orchestration("reusing", function* (context) {
        const timer = context.df.createTimer(new Date(START_MS + 60_000));
        yield context.df.Task.any([timer, context.df.waitForExternalEvent("a")]);
        yield context.df.Task.any([timer, context.df.waitForExternalEvent("b")]);
      });
    });
    const id = harness.start("reusing");
    harness.engine.management.raiseEvent(id, "a", "1");
    await harness.engine.whenEnded(id);
    expect(harness.read(id).output).toContain("A timer is part of more than one Task.any or Task.all.");
  });

  it("fail with a clear word when an activity, orchestrator or entity is not there", async () => {
    const harness = createHarness((df) => {
      df.app.orchestration("lost", function* (context) {
        yield context.df.callActivity("nowhere");
      });
      df.app.orchestration("childless", function* (context) {
        yield context.df.callSubOrchestrator("nowhere");
      });
      df.app.orchestration("hollow", function* (context) {
        yield context.df.callEntity(new df.EntityId("nowhere", "k"), "get");
      });
    });
    expect((await harness.run("lost")).output).toContain(
      "The function 'nowhere' doesn't exist, is disabled, or is not an activity function.",
    );
    expect((await harness.run("childless")).output).toContain("is not an orchestrator function.");
    expect((await harness.run("hollow")).output).toContain("is not an entity function.");
  });

  it("fail when the custom status takes more than 16 KB", async () => {
    const harness = createHarness((df) => {
      // biome-ignore lint/correctness/useYield: an orchestrator that waits for nothing is a case of its own
      df.app.orchestration("talkative", function* (context) {
        context.df.setCustomStatus("x".repeat(8_200));
        return "unreachable";
      });
    });
    expect((await harness.run("talkative")).output).toContain("at most 16 KB");
  });
});
