import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { BuiltApp } from "../patterns/host.ts";
import { buildProgram, type RunningProgram, startProgram, temporaryFolder } from "./program.ts";
import { buildSample } from "./running-app.ts";

const built = temporaryFolder();
let program: string;
let sample: BuiltApp;
beforeAll(async () => {
  program = await buildProgram(built.path);
  sample = await buildSample("program");
});
afterAll(() => {
  sample?.remove();
  built.remove();
});

let folder: ReturnType<typeof temporaryFolder>;
let state: string;
let started: RunningProgram[] = [];
beforeEach(() => {
  folder = temporaryFolder();
  state = join(folder.path, "state");
});
afterEach(async () => {
  for (const one of started) one.signal("SIGKILL");
  await Promise.all(started.map((one) => one.ended));
  started = [];
  folder.remove();
});

function start(args: readonly string[], environment: NodeJS.ProcessEnv = {}): RunningProgram {
  const one = startProgram(program, args, environment);
  started.push(one);
  return one;
}

/** Starts a host for an app on a free port, with the test's own state folder. */
const host = (app: string, flags: readonly string[] = [], environment: NodeJS.ProcessEnv = {}) =>
  start(["host", "--app", app, "--port", "0", "--state", state, ...flags], environment);

/** Writes an app folder of hand-made files; names with null are left out. */
function appFolder(files: Readonly<Record<string, string | null>>): string {
  const directory = join(folder.path, "app");
  const all: Record<string, string | null> = {
    "package.json": '{"main":"index.cjs"}',
    "host.json": '{"version":"2.0"}',
    "index.cjs": readFileSync(join(sample.directory, "dist", "index.cjs"), "utf8"),
    ...files,
  };
  mkdirSync(directory, { recursive: true });
  for (const [name, text] of Object.entries(all)) if (text !== null) writeFileSync(join(directory, name), text);
  return directory;
}

/** Asserts that a program gave up over a mistake of its user: code 2, nothing on stdout, one line on stderr. */
async function mistakeOf(one: RunningProgram): Promise<string> {
  // One that starts in spite of the mistake is not waited for.
  one.ready.then(
    () => one.signal("SIGKILL"),
    () => undefined,
  );
  const { code, stdout, stderr } = await one.ended;
  expect({ code, stdout, lines: stderr }).toEqual({ code: 2, stdout: [], lines: [expect.any(String)] });
  return stderr[0] ?? "";
}

describe("a host that starts", () => {
  it("prints exactly one line on stdout, when it answers requests", async () => {
    const one = host(sample.directory);
    const ready = await one.ready;
    expect(ready).toEqual({
      event: "ready",
      url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
      functions: 6,
      keyFile: join(state, "keys.json"),
    });
    expect((await fetch(`${ready.url}/api/settings`)).status).toBe(200);
    expect((await one.logged("the app was loaded")).level).toBe(30);
    one.signal("SIGTERM");
    const { stdout, stderr } = await one.ended;
    expect(stdout).toHaveLength(1);
    for (const line of stderr) expect(JSON.parse(line)).toMatchObject({ part: "host" });
  });

  it("keeps its keys readable by the owner alone, and the same over restarts", async () => {
    const first = host(sample.directory);
    const { keyFile } = await first.ready;
    expect(statSync(keyFile).mode & 0o777).toBe(0o600);
    const keys = readFileSync(keyFile, "utf8");
    first.signal("SIGTERM");
    await first.ended;
    chmodSync(keyFile, 0o644);
    await host(sample.directory).ready;
    expect(statSync(keyFile).mode & 0o777).toBe(0o600);
    expect(readFileSync(keyFile, "utf8")).toBe(keys);
  });

  it("gives the app the values of local.settings.json; the environment wins", async () => {
    const settings = { IsEncrypted: false, Values: { GREETING: "hello from the file" } };
    const app = appFolder({ "local.settings.json": JSON.stringify(settings) });
    const greeting = async (one: RunningProgram) => {
      const { url } = await one.ready;
      const answer = (await (await fetch(`${url}/api/settings`)).json()) as { greeting: string; site: string };
      expect(`http://${answer.site}`).toBe(url);
      one.signal("SIGTERM");
      await one.ended;
      return answer.greeting;
    };
    expect(await greeting(host(app))).toBe("hello from the file");
    expect(await greeting(host(app, [], { GREETING: "hello from outside" }))).toBe("hello from outside");
  });

  it("fails a function that runs over host.json's functionTimeout, on the clock of --speed", async () => {
    const app = appFolder({ "host.json": '{"version":"2.0","functionTimeout":"00:05:00"}' });
    const one = host(app, ["--speed", "3000"]);
    const { url } = await one.ready;
    expect((await fetch(`${url}/api/hang`)).status).toBe(500);
    expect(await one.logged("function timed out")).toMatchObject({ function: "hang", timeoutSeconds: 300 });
  });
});

describe("a mistake of the user ends with code 2 and exactly one line that says what to do", () => {
  it("a port in use", async () => {
    const taken = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => taken.once("listening", resolve));
    const { port } = taken.address() as AddressInfo;
    const line = await mistakeOf(start(["host", "--app", sample.directory, "--port", `${port}`, "--state", state]));
    taken.close();
    expect(line).toBe(`Port ${port} is in use. Choose another with --port N, or --port 0 for a free one.`);
  });

  it.each([
    ["no command", [], /^No command\. usage: /],
    ["an unknown command", ["serve"], /^Unknown command "serve"\. usage: /],
    ["an unknown flag", ["host", "--fast"], /--fast.*usage: /],
    ["a flag without its value", ["host", "--port"], /--port.*usage: /],
    ["a stray word", ["host", "here"], /here.*usage: /],
    ["a port that is no number", ["host", "--port", "http"], /^--port is "http"; a port from 0 to 65535/],
    ["a port that cannot be", ["host", "--port", "65536"], /^--port is "65536"/],
    ["an empty port", ["host", "--port", ""], /^--port is ""/],
    ["a clock that stands still", ["host", "--speed", "0"], /^--speed is "0"; a number above 0/],
    ["half an origin", ["host", "--clock-origin", "1"], /^--clock-origin is "1"; REAL_MS,VIRTUAL_MS/],
    ["an origin of words", ["host", "--clock-origin", "now,then"], /^--clock-origin is "now,then"/],
    ["an empty origin", ["host", "--clock-origin", ","], /^--clock-origin is ","/],
    ["half a guard", ["host", "--replay-guard", "maybe"], /^--replay-guard is "maybe"; on or off/],
  ])("%s", async (_what, args, expected) => {
    expect(await mistakeOf(start(args))).toMatch(expected);
  });

  it.each([
    ["a file in its place", () => writeFileSync(state, "not a folder")],
    [
      "a store that is no database",
      () => writeState("durable.db", "not a database, but long enough to be one".repeat(99)),
    ],
    ["a damaged key file", () => writeState("keys.json", '{"master":')],
    ["a folder where the key file should be", () => mkdirSync(join(state, "keys.json"), { recursive: true })],
  ])("a state folder that cannot be used: %s", async (_what, prepare) => {
    prepare();
    expect(await mistakeOf(host(sample.directory))).toContain(state);
  });

  it.each<[string, Record<string, string | null>, RegExp]>([
    ["no package.json", { "package.json": null }, /package\.json cannot be read/],
    ["a package.json that is no JSON", { "package.json": '{\n  "main": oops\n}\n' }, /package\.json cannot be read/],
    ["a package.json that is a list", { "package.json": "[]" }, /package\.json has no "main"/],
    ["a package.json that is null", { "package.json": "null" }, /package\.json has no "main"/],
    ["no main", { "package.json": "{}" }, /package\.json has no "main"/],
    [
      "a main that matches nothing",
      { "package.json": '{"main":"dist/*.js"}' },
      /No file matches "main": "dist\/\*\.js"/,
    ],
    ["no host.json", { "host.json": null }, /host\.json cannot be read/],
    ["a host.json that is no JSON", { "host.json": '{\n  "version": "2.0",\n}\n' }, /host\.json cannot be read/],
    ["a host.json of another version", { "host.json": '{"version":"1.0"}' }, /version: expected "2\.0"/],
    [
      "several mistakes in host.json at once",
      { "host.json": '{"functionTimeout":"5 minutes","extensions":{"http":{"routePrefix":7}}}' },
      /version: .*functionTimeout: expected hh:mm:ss.*extensions\.http\.routePrefix: /,
    ],
    [
      "a limit of nothing",
      { "host.json": '{"version":"2.0","extensions":{"durableTask":{"maxConcurrentActivityFunctions":0}}}' },
      /extensions\.durableTask\.maxConcurrentActivityFunctions: /,
    ],
    [
      "a missing module",
      { "index.cjs": 'require("not-installed");' },
      /index\.cjs could not be loaded: Cannot find module/,
    ],
    ["a throw at load", { "index.cjs": 'throw new Error("no\\nluck");' }, /index\.cjs could not be loaded: no luck$/],
    ["a throw of no error", { "index.cjs": 'throw "a fit";' }, /index\.cjs could not be loaded: a fit$/],
    ["a syntax error", { "index.cjs": "const = 1;" }, /index\.cjs could not be loaded: /],
    ["no functions", { "index.cjs": "" }, /registered no function/],
  ])("an app with %s", async (_what, files, expected) => {
    const line = await mistakeOf(host(appFolder(files)));
    expect(line).toMatch(expected);
    expect(line).toContain(join(folder.path, "app"));
  });

  it("an app folder that is not there", async () => {
    expect(await mistakeOf(host(join(folder.path, "nowhere")))).toContain(join(folder.path, "nowhere"));
  });

  it.each([
    ["no JSON", '{"Values":{"TEAMS_WEBHOOK_URL":"https://hush.example/secret"'],
    ["a number among its values", '{"Values":{"TEAMS_WEBHOOK_URL":"https://hush.example/secret","PORT":1}}'],
  ])("a local.settings.json with %s, whose secrets are not repeated", async (_what, text) => {
    const line = await mistakeOf(host(appFolder({ "local.settings.json": text })));
    expect(line).toMatch(/local\.settings\.json is not valid/);
    expect(line).not.toContain("hush");
  });

  it("a local.settings.json that cannot be read", async () => {
    const app = appFolder({});
    mkdirSync(join(app, "local.settings.json"));
    expect(await mistakeOf(host(app))).toMatch(/local\.settings\.json cannot be read/);
  });

  it("one that is found after the settings have been read is still one line", async () => {
    const app = appFolder({ "local.settings.json": '{"Values":{"A":"b"}}', "index.cjs": "" });
    expect(await mistakeOf(host(app))).toMatch(/registered no function/);
  });

  it("a second host on a state folder in use, which the first does not notice", async () => {
    const first = host(sample.directory);
    const { url } = await first.ready;
    expect(await mistakeOf(host(sample.directory))).toBe(
      `The state folder ${state} is in use by another host. Stop that one, or name another folder.`,
    );
    expect((await fetch(`${url}/api/settings`)).status).toBe(200);
  });
});

function writeState(name: string, text: string): void {
  mkdirSync(state, { recursive: true });
  writeFileSync(join(state, name), text);
}

describe("a host that is told to stop", () => {
  /** Fails the test when the host takes longer than it promises. */
  async function stopWithin10Seconds(one: RunningProgram, signal: NodeJS.Signals): Promise<void> {
    one.signal(signal);
    const late = setTimeout(() => one.signal("SIGKILL"), 10_000);
    const { code, signal: killedBy } = await one.ended;
    clearTimeout(late);
    expect({ code, killedBy }).toEqual({ code: 0, killedBy: null });
  }

  const environment = () => ({ RELEASE_FILE: join(folder.path, "release"), JOURNAL: join(folder.path, "journal") });
  const journal = () => readFileSync(environment().JOURNAL, "utf8").split("\n").slice(0, -1);
  const release = () => writeFileSync(environment().RELEASE_FILE, "");

  async function startWork(one: RunningProgram): Promise<string> {
    const { url } = await one.ready;
    const { id } = (await (await fetch(`${url}/api/orchestrators/work`, { method: "POST" })).json()) as { id: string };
    await one.logged("step began");
    return id;
  }

  /** Waits for an orchestration's end by the durable API, which answers 202 until then. */
  async function outcome(one: RunningProgram, id: string): Promise<unknown> {
    const { url, keyFile } = await one.ready;
    const { system } = JSON.parse(readFileSync(keyFile, "utf8"));
    const path = `/runtime/webhooks/durabletask/instances/${id}?code=${system.durabletask_extension}`;
    for (;;) {
      const response = await fetch(url + path);
      const { runtimeStatus, output } = (await response.json()) as { runtimeStatus: string; output: unknown };
      if (response.status !== 202) return { runtimeStatus, output };
    }
  }

  it.each(["SIGTERM", "SIGINT"] as const)("ends at %s with code 0", async (signal) => {
    const one = host(sample.directory);
    await one.ready;
    await stopWithin10Seconds(one, signal);
  });

  it("answers the requests under way before it ends", async () => {
    const one = host(sample.directory, [], environment());
    const { url } = await one.ready;
    const answer = fetch(`${url}/api/hold`);
    await one.logged("holding");
    one.signal("SIGTERM");
    await one.logged("stopping");
    await expect(fetch(`${url}/api/settings`)).rejects.toThrow();
    release();
    expect(await (await answer).text()).toBe("released");
    expect((await one.ended).code).toBe(0);
  });

  it("lets an activity finish; after the next start its result is there and it is not run again", async () => {
    const first = host(sample.directory, [], environment());
    const id = await startWork(first);
    first.signal("SIGTERM");
    await first.logged("stopping");
    release();
    expect((await first.ended).code).toBe(0);
    expect(journal()).toEqual(["begin", "end"]);
    const second = host(sample.directory, [], environment());
    expect(await outcome(second, id)).toEqual({ runtimeStatus: "Completed", output: "done" });
    expect(journal()).toEqual(["begin", "end"]);
  });

  it("leaves an activity that does not finish in time, and runs it again after the next start", async () => {
    const first = host(sample.directory, [], environment());
    const id = await startWork(first);
    await stopWithin10Seconds(first, "SIGTERM");
    expect(journal()).toEqual(["begin"]);
    release();
    const second = host(sample.directory, [], environment());
    expect(await outcome(second, id)).toEqual({ runtimeStatus: "Completed", output: "done" });
    expect(journal()).toEqual(["begin", "begin", "end"]);
  });

  it("a host that was killed leaves the folder free, and its work goes on", async () => {
    const first = host(sample.directory, [], environment());
    const id = await startWork(first);
    first.signal("SIGKILL");
    expect((await first.ended).signal).toBe("SIGKILL");
    release();
    const second = host(sample.directory, [], environment());
    expect(await outcome(second, id)).toEqual({ runtimeStatus: "Completed", output: "done" });
    expect(existsSync(join(state, "durable.db"))).toBe(true);
  });
});
