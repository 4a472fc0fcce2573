import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, it } from "vitest";
import { createVirtualClock, type VirtualClock } from "../../local/clock/virtual-clock.ts";
import type { Host } from "../../local/host.ts";
import { type BuiltApp, buildApp, hostApp } from "./host.ts";

const START_MS = Date.parse("2026-03-01T00:00:00Z");
const apps = join(dirname(fileURLToPath(import.meta.url)), "apps");

let running: { host: Host; app: BuiltApp } | undefined;
afterEach(async () => {
  await running?.host.stop();
  running?.app.remove();
  running = undefined;
});

interface Sample {
  readonly host: Host;
  readonly clock: VirtualClock;
  /** Starts an orchestration through the app's own HTTP starter; answers the check-status payload. */
  start(name: string, input?: unknown): Promise<{ id: string; statusQueryGetUri: string; sendEventPostUri: string }>;
  /** Waits for the end and reads the output through the management API. */
  output(started: { id: string; statusQueryGetUri: string }): Promise<unknown>;
}

async function sample(name: string): Promise<Sample> {
  const app = await buildApp(join(apps, `${name}.ts`));
  const clock = createVirtualClock(START_MS);
  const host = await hostApp(app, clock);
  running = { host, app };
  return {
    host,
    clock,
    async start(orchestrator, input) {
      const response = await fetch(`${host.url}/api/orchestrators/${orchestrator}`, {
        method: "POST",
        ...(input === undefined ? {} : { body: JSON.stringify(input) }),
      });
      expect(response.status).toBe(202);
      return response.json() as Promise<{ id: string; statusQueryGetUri: string; sendEventPostUri: string }>;
    },
    async output(started) {
      await host.engine.whenEnded(started.id);
      const response = await fetch(started.statusQueryGetUri);
      const status = (await response.json()) as { runtimeStatus: string; output: unknown };
      expect(status.runtimeStatus).toBe("Completed");
      return status.output;
    },
  };
}

async function raise(started: { sendEventPostUri: string }, name: string, data: unknown): Promise<number> {
  const response = await fetch(started.sendEventPostUri.replace("{eventName}", name), {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(data),
  });
  return response.status;
}

describe("the patterns of Durable Functions, each a small app on the host", () => {
  it("chaining", async () => {
    const { start, output } = await sample("chaining");
    expect(await output(await start("chaining"))).toEqual(["Hello Tokyo", "Hello Seattle", "Hello Cairo"]);
  });

  it("fan-out and fan-in", async () => {
    const { start, output } = await sample("fan-out-fan-in");
    expect(await output(await start("fanOutFanIn", 50))).toBe(12_250);
  });

  it("monitor, over hours that take no time", async () => {
    const { start, output, clock } = await sample("monitor");
    expect(await output(await start("monitor", { clearAfter: 4, who: "ops" }))).toBe("told ops");
    expect(clock.nowMs() - START_MS).toBeGreaterThanOrEqual(90 * 60_000);
    expect(clock.nowMs() - START_MS).toBeLessThan(120 * 60_000);
  });

  it("monitor that gives up after six hours", async () => {
    const { start, output } = await sample("monitor");
    expect(await output(await start("monitor", { clearAfter: 100, who: "ops" }))).toBe("gave up");
  });

  it("human interaction: the right answer, three wrong ones, and none in time", async () => {
    const { start, output, clock } = await sample("human-interaction");
    const hold = clock.hold();
    const right = await start("humanInteraction");
    expect(await raise(right, "smschallengeresponse", 4711)).toBe(202);
    const wrong = await start("humanInteraction");
    for (const guess of [1, 2, 3]) expect(await raise(wrong, "SmsChallengeResponse", guess)).toBe(202);
    expect(await output(right)).toBe("verified");
    expect(await output(wrong)).toBe("refused");
    hold();
    expect(await output(await start("humanInteraction"))).toBe("expired");
  });

  it("eternal: runs on for days with a short history, and stops when told to", async () => {
    const { start, output, clock, host } = await sample("eternal");
    const started = await start("eternal");
    const due = Promise.withResolvers<void>();
    clock.at(START_MS + 3 * 86_400_000 + 1, due.resolve);
    await due.promise;
    const hold = clock.hold();
    expect(host.engine.management.history(started.id).length).toBeLessThan(20);
    expect(await raise(started, "stop", null)).toBe(202);
    expect(await output(started)).toBe(73);
    hold();
  });

  it("aggregator: signals from orchestrations and clients meet in one entity", async () => {
    const { start, output, host, clock } = await sample("aggregator");
    expect(await output(await start("aggregator", [1, 2, 3]))).toBe(6);
    const device = `${host.url}/api/devices/shared`;
    expect((await fetch(`${host.url}/api/devices/unknown`)).status).toBe(404);
    expect((await fetch(device, { method: "POST", body: "10" })).status).toBe(202);
    await clock.idle();
    expect(await (await fetch(device)).json()).toBe(16);
  });

  it("callHttp: follows a slow job of another function to its end", async () => {
    const { start, output, host, clock } = await sample("call-http");
    const result = await output(await start("callHttp", `${host.url}/api/job`));
    expect(result).toEqual({ status: 200, content: { polls: 3 } });
    expect(clock.nowMs() - START_MS).toBeGreaterThanOrEqual(20_000 + 2 * 30_000);
  });
});
