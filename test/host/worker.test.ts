import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { createScaledClock } from "../../local/clock/scaled-clock.ts";
import { createHost } from "../../local/host.ts";
import type { BuiltApp } from "../patterns/host.ts";
import { temporaryFolder } from "./program.ts";
import { buildSample, type RunningApp, recordLog, serve } from "./running-app.ts";

let app: BuiltApp;
beforeAll(async () => {
  app = await buildSample("hooks");
});
afterAll(() => app?.remove());

let folder: ReturnType<typeof temporaryFolder>;
let running: RunningApp | undefined;
beforeEach(() => {
  folder = temporaryFolder();
  writeFileSync(join(folder.path, "journal"), "");
  vi.stubEnv("JOURNAL", join(folder.path, "journal"));
});
afterEach(async () => {
  await running?.stop();
  running = undefined;
  vi.unstubAllEnvs();
  folder.remove();
});

const journal = () => readFileSync(join(folder.path, "journal"), "utf8").split("\n").slice(0, -1);

/** Serves the app; the hooks that are named throw. */
async function start(...failing: string[]): Promise<RunningApp> {
  vi.stubEnv("FAILING_HOOKS", failing.join(","));
  running = await serve(app);
  return running;
}

describe("hooks of an app", () => {
  it("run around a call in the order of their registration, with data of the call; one taken back does not run", async () => {
    const { request } = await start();
    expect(await (await request("/api/plain")).text()).toBe("plain");
    expect(journal()).toEqual(["appStart", "first pre plain", "post plain: first pre, second pre; error null"]);
  });

  it("may give a function other inputs and another body", async () => {
    const { request } = await start();
    expect(await (await request("/api/wrapped")).text()).toBe("<given by the hook>");
  });

  it("may turn an error into an answer, and an answer into an error", async () => {
    const { request } = await start();
    const mended = await request("/api/mended");
    expect([mended.status, await mended.text()]).toEqual([200, "mended: broken"]);
    expect((await request("/api/spoilt")).status).toBe(500);
    expect(journal()).toContain("post mended: first pre, second pre; error Error: broken");
  });

  it("run around orchestrators and activities too", async () => {
    const { host } = await start();
    const id = host.engine.management.start({ name: "work", input: "null" });
    await host.engine.whenEnded(id);
    expect(host.engine.management.get(id)).toMatchObject({ status: "Completed", output: '"given by the hook"' });
    const calls = journal().filter((line) => line.startsWith("first pre"));
    expect(calls).toEqual(["first pre work", "first pre step", "first pre work"]);
  });

  it("may change what is logged, raise its level and keep it back", async () => {
    const { request, lines } = await start();
    await request("/api/plain");
    const logged = lines.filter((line) => line.function === "plain").map(({ level, msg }) => [level, msg]);
    expect(logged).toContainEqual([30, "posting to https://hook.example/?sig=***"]);
    expect(logged).toContainEqual([50, "loud whisper"]);
    expect(JSON.stringify(lines)).not.toMatch(/abc123|never said/);
  });

  it("a preInvocation hook that throws fails the call: neither function nor postInvocation hooks run", async () => {
    const { request, lines } = await start("preInvocation");
    expect((await request("/api/plain")).status).toBe(500);
    expect(journal()).toEqual(["appStart", "first pre plain"]);
    expect(lines.some(({ level, ...line }) => level === 50 && JSON.stringify(line).includes("not today"))).toBe(true);
  });

  it("a postInvocation hook that throws fails the call", async () => {
    const { request } = await start("postInvocation");
    expect((await request("/api/plain")).status).toBe(500);
  });

  it("appTerminate sees the data of appStart, once, after the last call", async () => {
    const { request, stop } = await start();
    await request("/api/plain");
    running = undefined;
    await stop();
    expect(journal().slice(2)).toEqual([
      "post plain: first pre, second pre; error null",
      "appTerminate after appStart",
    ]);
  });

  it("an appTerminate hook that throws is logged and does not keep the host from stopping", async () => {
    const { stop, lines, host } = await start("appTerminate");
    running = undefined;
    await stop();
    expect(lines.find(({ msg }) => msg.startsWith("the app's clean-up failed"))).toMatchObject({ level: 50 });
    await expect(fetch(host.url)).rejects.toThrow();
  });

  it("an appStart hook that throws keeps the app from being loaded", async () => {
    await expect(start("appStart")).rejects.toMatchObject({
      name: "AppLoadError",
      message: expect.stringMatching(/^A hook at the start of the app .* failed: no licence$/),
    });
  });
});

describe("an app that cannot be loaded", () => {
  /** Writes an app of one hand-made file that uses the installed library. */
  function write(source: string): string {
    const directory = join(folder.path, "app");
    mkdirSync(directory, { recursive: true });
    writeFileSync(join(directory, "package.json"), '{"main":"index.cjs"}');
    writeFileSync(join(directory, "host.json"), '{"version":"2.0"}');
    const library = JSON.stringify(createRequire(import.meta.url).resolve("@azure/functions"));
    writeFileSync(join(directory, "index.cjs"), `const { app } = require(${library});\n${source}`);
    return directory;
  }

  /** Answers with what it was refused; fails when it is not. */
  async function load(source: string, stateDirectory?: string): Promise<Error> {
    const { log } = recordLog();
    const clock = createScaledClock();
    return createHost({ appDirectory: write(source), stateDirectory, port: 0, clock, log }).then(
      async (host) => {
        await host.stop();
        throw new Error("the app was loaded");
      },
      (error: Error) => error,
    );
  }

  it.each([
    [
      "two functions of one name, in whatever case",
      'for (const name of ["Same", "same"]) app.http(name, { handler() {} });',
      /"same" has already been registered/,
    ],
    ["a name that Azure does not take", 'app.http("a b", { handler() {} });', /"a b" is no name of a function/],
    ["a function without a handler", 'app.http("lazy", {});', /Function "lazy" has no handler/],
    ["a route that cannot be read", 'app.get("a", { route: "runs/{id", handler() {} });', /runs\/\{id/],
    ["a schedule that cannot be read", 'app.timer("tick", { schedule: "hourly", handler() {} });', /tick/],
  ])("with %s is refused, by name", async (_what, source, expected) => {
    const error = await load(source);
    expect(error.name).toMatch(/^(AppLoad|Route|Schedule)Error$/);
    expect(error.message).toMatch(expected);
  });

  it("with a trigger that this host does not serve is served without it, and the log says so", async () => {
    const source = 'app.storageQueue("orders", { queueName: "orders", connection: "Shop", handler() {} });';
    const { log, lines } = recordLog();
    const host = await createHost({ appDirectory: write(source), port: 0, clock: createScaledClock(), log });
    await host.stop();
    expect(lines).toContainEqual(
      expect.objectContaining({ level: 40, function: "orders", trigger: "queueTrigger", msg: expect.any(String) }),
    );
  });

  it("leaves the state folder free for the next attempt", async () => {
    const state = join(folder.path, "state");
    expect((await load("", state)).message).toMatch(/registered no function/);
    const host = await serve(app, { stateDirectory: state });
    await host.stop();
  });

  it("once loaded, it cannot register more functions", async () => {
    const { request, lines } = await start();
    expect((await request("/api/late")).status).toBe(500);
    expect(JSON.stringify(lines)).toMatch(/can only be registered during app startup/);
  });
});
