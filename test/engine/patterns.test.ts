import { describe, expect, it } from "vitest";
import { createHarness, START_MS } from "./harness.ts";

const DAY_MS = 86_400_000;

describe("the engine, driving durable-functions", () => {
  it("chains activities and passes values through", async () => {
    const harness = createHarness((df) => {
      df.app.activity("add", { handler: (input: number) => input + 1 });
      df.app.orchestration("chain", function* (context) {
        const one: number = yield context.df.callActivity("add", context.df.getInput());
        const two: number = yield context.df.callActivity("add", one);
        return { two, text: yield context.df.callActivity("echo", "5") };
      });
      df.app.activity("echo", { handler: (input: unknown) => `got ${typeof input} ${String(input)}` });
    });
    const ended = await harness.run("chain", 5);
    expect(ended.output).toEqual({ two: 7, text: "got string 5" });
    expect(ended.status).toBe("Completed");
  });

  it("fans out to 200 activities and in again", async () => {
    const harness = createHarness((df) => {
      df.app.activity("square", { handler: (input: number) => input * input });
      df.app.orchestration("fan", function* (context) {
        const tasks = Array.from({ length: 200 }, (_, index) => context.df.callActivity("square", index));
        const squares: number[] = yield context.df.Task.all(tasks);
        return squares.reduce((sum, square) => sum + square, 0);
      });
    });
    const ended = await harness.run("fan");
    expect(ended.output).toBe(Array.from({ length: 200 }, (_, index) => index * index).reduce((a, b) => a + b, 0));
  });

  it("waits out a 30-day timer in legs, in no real time", async () => {
    const harness = createHarness((df) => {
      df.app.activity("noop", { handler: () => "done" });
      df.app.orchestration("sleep", function* (context) {
        const due = new Date(context.df.currentUtcDateTime.getTime() + 30 * DAY_MS);
        yield context.df.createTimer(due);
        return [context.df.currentUtcDateTime.toISOString(), yield context.df.callActivity("noop")];
      });
    });
    const ended = await harness.run("sleep");
    expect(ended.output).toEqual([new Date(START_MS + 30 * DAY_MS).toISOString(), "done"]);
  });

  it("retries with back-off and numbers later tasks right, also beside other work", async () => {
    let failures = 0;
    const times: number[] = [];
    const harness = createHarness((df) => {
      df.app.activity("flaky", {
        handler: () => {
          times.push(harness.clock.nowMs() - START_MS);
          failures += 1;
          if (failures < 4) throw new Error(`failure ${failures}`);
          return "at last";
        },
      });
      df.app.activity("echo", { handler: (input: string) => input });
      df.app.orchestration("retrying", function* (context) {
        const retry = new df.RetryOptions(1_000, 5);
        retry.backoffCoefficient = 2;
        retry.maxRetryIntervalInMilliseconds = 3_000;
        const flaky = context.df.callActivityWithRetry("flaky", retry);
        const echo = context.df.callActivity("echo", "first");
        const both: string[] = yield context.df.Task.all([flaky, echo]);
        return [...both, yield context.df.callActivity("echo", "after")];
      });
    });
    const ended = await harness.run("retrying");
    expect(ended.output).toEqual(["at last", "first", "after"]);
    expect(times).toEqual([0, 1_000, 3_000, 6_000]);
  });

  it("fails with the last error when the attempts are used up, and lets the orchestrator catch it", async () => {
    const harness = createHarness((df) => {
      df.app.activity("broken", {
        handler: () => {
          throw new Error("no luck");
        },
      });
      df.app.activity("echo", { handler: (input: string) => input });
      df.app.orchestration("caught", function* (context) {
        try {
          yield context.df.callActivityWithRetry("broken", new df.RetryOptions(1_000, 2));
        } catch (error) {
          return [(error as Error).message.split("\n")[0], yield context.df.callActivity("echo", "after")];
        }
      });
      df.app.orchestration("uncaught", function* (context) {
        yield context.df.callActivity("broken");
      });
    });
    const caught = await harness.run("caught");
    expect(caught.output).toEqual(["Activity function 'broken' failed: no luck ", "after"]);
    const uncaught = await harness.run("uncaught");
    expect(uncaught.status).toBe("Failed");
    expect(uncaught.output).toMatch(
      /^Orchestrator function 'uncaught' failed: Activity function 'broken' failed: no luck/,
    );
  });

  it("waits for a person or a deadline, whichever comes first, and cancels the loser's timer", async () => {
    const harness = createHarness((df) => {
      df.app.orchestration("approval", function* (context) {
        const deadline = context.df.createTimer(new Date(context.df.currentUtcDateTime.getTime() + DAY_MS));
        const approved = context.df.waitForExternalEvent("Approve");
        const winner = yield context.df.Task.any([deadline, approved]);
        if (winner !== approved) return "timed out";
        deadline.cancel();
        return approved.result;
      });
    });
    const waiting = harness.start("approval", null, "a1");
    harness.clock.at(START_MS + 1_000, () => harness.engine.management.raiseEvent(waiting, "approve", '{"who":"ada"}'));
    await harness.engine.whenEnded(waiting);
    expect(harness.read(waiting).output).toEqual({ who: "ada" });
    await harness.settle();
    expect(harness.clock.nowMs()).toBe(START_MS + 1_000);
    expect((await harness.run("approval")).output).toBe("timed out");
  });

  it("keeps events that come before they are awaited, in any case of letters, in order", async () => {
    const harness = createHarness((df) => {
      df.app.activity("pause", { handler: () => "paused" });
      df.app.orchestration("late", function* (context) {
        yield context.df.createTimer(new Date(context.df.currentUtcDateTime.getTime() + 60_000));
        const first: number = yield context.df.waitForExternalEvent("Go");
        yield context.df.callActivity("pause");
        const second: number = yield context.df.waitForExternalEvent("Go");
        return [first, second];
      });
    });
    const id = harness.start("late");
    harness.engine.management.raiseEvent(id, "GO", "1");
    harness.engine.management.raiseEvent(id, "go", "2");
    await harness.engine.whenEnded(id);
    expect(harness.read(id).output).toEqual([1, 2]);
  });

  it("carries unused events over continue-as-new, in order, and lives for ever with a bounded history", async () => {
    const harness = createHarness((df) => {
      df.app.orchestration("eternal", function* (context) {
        const seen = context.df.getInput<number[]>();
        const next: number = yield context.df.waitForExternalEvent("item");
        const all = [...seen, next];
        if (all.length === 20) return all;
        context.df.continueAsNew(all);
      });
    });
    const id = harness.start("eternal", []);
    for (let item = 1; item <= 20; item += 1) harness.engine.management.raiseEvent(id, "item", String(item));
    await harness.engine.whenEnded(id);
    expect(harness.read(id).output).toEqual(Array.from({ length: 20 }, (_, index) => index + 1));
    expect(harness.engine.management.history(id).filter((event) => event.EventType === 15).length).toBeLessThan(5 + 20);
  });

  it("monitors: polls with timers until something is so, and says how it stands", async () => {
    const harness = createHarness((df) => {
      let polls = 0;
      df.app.activity("poll", { handler: () => (++polls === 5 ? "ready" : "not yet") });
      df.app.orchestration("monitor", function* (context) {
        for (let round = 1; ; round += 1) {
          const state: string = yield context.df.callActivity("poll");
          context.df.setCustomStatus({ round, state });
          if (state === "ready") return round;
          yield context.df.createTimer(new Date(context.df.currentUtcDateTime.getTime() + 30_000));
        }
      });
    });
    const ended = await harness.run("monitor");
    expect(ended.output).toBe(5);
    expect(ended.customStatus).toEqual({ round: 5, state: "ready" });
    expect(harness.clock.nowMs()).toBe(START_MS + 4 * 30_000);
  });

  it("runs sub-orchestrations, passes their failures up, and retries them under the same id", async () => {
    let tries = 0;
    const harness = createHarness((df) => {
      df.app.activity("count", {
        handler: () => {
          tries += 1;
          if (tries < 3) throw new Error("again");
          return tries;
        },
      });
      df.app.orchestration("child", function* (context) {
        return yield context.df.callActivity("count", null);
      });
      df.app.orchestration("parent", function* (context) {
        try {
          yield context.df.callSubOrchestrator("child", null, "child-1");
        } catch (error) {
          const again: number = yield context.df.callSubOrchestratorWithRetry(
            "child",
            new df.RetryOptions(1_000, 3),
            null,
            "child-1",
          );
          return [(error as Error).message.includes("again"), again];
        }
      });
    });
    expect((await harness.run("parent")).output).toEqual([true, 3]);
    expect(harness.read("child-1").status).toBe("Completed");
  });

  it("aggregates in an entity, called and signalled, from orchestrations and clients", async () => {
    const harness = createHarness((df) => {
      df.app.entity("Counter", (context) => {
        const current = context.df.getState(() => 0) as number;
        if (context.df.operationName === "add") context.df.setState(current + (context.df.getInput() as number));
        if (context.df.operationName === "get") context.df.return(current);
        if (context.df.operationName === "boom") throw new Error("refused");
        if (context.df.operationName === "delete") context.df.destructOnExit();
      });
      df.app.orchestration("counting", function* (context) {
        const id = new df.EntityId("Counter", "c1");
        context.df.signalEntity(id, "add", 2);
        context.df.signalEntity(id, "add", 3);
        const sum: number = yield context.df.callEntity(id, "get");
        try {
          yield context.df.callEntity(id, "boom");
        } catch {
          return [sum, "refused"];
        }
      });
    });
    expect((await harness.run("counting")).output).toEqual([5, "refused"]);
    const counter = { name: "Counter", key: "c1" };
    harness.engine.management.signalEntity(counter, "add", "10");
    await harness.settle();
    expect(harness.engine.management.readEntity(counter)).toBe("15");
    harness.engine.management.signalEntity(counter, "delete", undefined);
    await harness.settle();
    expect(harness.engine.management.readEntity(counter)).toBeUndefined();
  });
});
