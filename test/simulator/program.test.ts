import { mkdirSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { temporaryFolder } from "../host/program.ts";
import { buildSimulator, type SimulatorProgram, startSimulatorProgram } from "./simulator-program.ts";

const built = temporaryFolder();
let program: string;
beforeAll(async () => {
  program = await buildSimulator(built.path);
});
afterAll(() => built.remove());

let folder: ReturnType<typeof temporaryFolder>;
let state: string;
let started: SimulatorProgram[] = [];
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

function start(...flags: string[]): SimulatorProgram {
  const one = startSimulatorProgram(program, flags);
  started.push(one);
  return one;
}

/** Asserts that the program gave up over a mistake of its user: code 2, nothing on stdout, one line on stderr. */
async function mistakeOf(one: SimulatorProgram): Promise<string> {
  // One that starts in spite of the mistake is not waited for.
  one.ready.then(
    () => one.signal("SIGKILL"),
    () => undefined,
  );
  const { code, stdout, stderr } = await one.ended;
  expect({ code, stdout, lines: stderr }).toEqual({ code: 2, stdout: [], lines: [expect.any(String)] });
  return stderr[0] ?? "";
}

/** Writes a file of the test's own; answers its path. */
function write(name: string, text: string): string {
  const file = join(folder.path, name);
  writeFileSync(file, text);
  return file;
}

describe("a simulator that starts", () => {
  it("prints exactly one line on stdout, when it answers requests, and logs JSON lines without its secrets", async () => {
    const one = start();
    const ready = await one.ready;
    expect(ready).toMatchObject({ event: "ready", url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/) });
    expect((await fetch(`${ready.url}/simulator/status`)).status).toBe(200);
    await fetch(ready.teamsWebhookUrl, { method: "POST", body: "{}" });
    one.signal("SIGTERM");
    const { stdout, stderr } = await one.ended;
    expect(stdout).toHaveLength(1);
    for (const line of stderr) expect(JSON.parse(line)).toMatchObject({ part: "simulator" });
    const key = ready.teamsWebhookUrl.split("/").at(-1) ?? "";
    expect(stderr.join("\n")).not.toContain(key);
    expect(stderr.join("\n")).not.toContain(ready.identityHeader);
  });

  it("keeps its world over restarts, in a folder that only its user may read: seed, keys, cards", async () => {
    const first = start("--state", state, "--seed", "42");
    const before = await first.ready;
    const content = { type: "AdaptiveCard", version: "1.5", body: [] };
    const attachments = [{ contentType: "application/vnd.microsoft.card.adaptive", content }];
    const card = JSON.stringify({ type: "message", attachments });
    expect((await fetch(before.teamsWebhookUrl, { method: "POST", body: card })).status).toBe(202);
    first.signal("SIGKILL");
    await first.ended;
    expect(statSync(state).mode & 0o077).toBe(0);
    const second = start("--state", state, "--seed", "7");
    const after = await second.ready;
    const status = (await (await fetch(`${after.url}/simulator/status`)).json()) as { seed: number };
    expect(status.seed).toBe(42);
    const { messages } = (await (await fetch(`${after.url}/teams/messages`)).json()) as { messages: unknown[] };
    expect(messages).toHaveLength(1);
    expect(new URL(after.teamsWebhookUrl).pathname).toBe(new URL(before.teamsWebhookUrl).pathname);
    expect(after.identityHeader).toBe(before.identityHeader);
  });

  it("goes by the origin that it is given, at its speed", async () => {
    const virtualMs = Date.parse("2027-05-01T00:00:00Z");
    const one = start("--clock-origin", `${Date.now()},${virtualMs}`, "--speed", "3600");
    const { url } = await one.ready;
    const { now } = (await (await fetch(`${url}/simulator/status`)).json()) as { now: string };
    expect(Date.parse(now)).toBeGreaterThanOrEqual(virtualMs);
  });

  it.each(["SIGTERM", "SIGINT"] as const)("ends at %s with code 0, also while a watch is open", async (signal) => {
    const one = start("--state", state);
    const { url, identityEndpoint, identityHeader } = await one.ready;
    const query = "?resource=https://management.azure.com/&api-version=2019-08-01";
    const token = await fetch(identityEndpoint + query, { headers: { "x-identity-header": identityHeader } });
    const { access_token: bearer } = (await token.json()) as { access_token: string };
    const credentials = await fetch(
      `${url}/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/rg-dev-weu/providers/Microsoft.ContainerService/managedClusters/dev-weu/listClusterAdminCredential?api-version=2025-08-01`,
      { method: "POST", headers: { authorization: `Bearer ${bearer}` } },
    );
    const { kubeconfigs } = (await credentials.json()) as { kubeconfigs: Array<{ value: string }> };
    const [, kubeToken] = /token: (\S+)/.exec(Buffer.from(kubeconfigs[0]?.value ?? "", "base64").toString()) ?? [];
    const watch = await fetch(`${url}/kubernetes/dev-weu/api/v1/nodes?watch=true`, {
      headers: { authorization: `Bearer ${kubeToken}` },
    });
    expect(watch.status).toBe(200);
    const cut = watch.text().then(
      () => "ended",
      () => "cut",
    );
    one.signal(signal);
    const late = setTimeout(() => one.signal("SIGKILL"), 10_000);
    const { code, signal: killedBy } = await one.ended;
    clearTimeout(late);
    expect({ code, killedBy }).toEqual({ code: 0, killedBy: null });
    expect(["ended", "cut"]).toContain(await cut);
  });
});

describe("a mistake of the user ends with code 2 and exactly one line that says what to do", () => {
  it("a port in use", async () => {
    const taken = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => taken.once("listening", resolve));
    const { port } = taken.address() as AddressInfo;
    const line = await mistakeOf(start("--port", `${port}`));
    taken.close();
    expect(line).toBe(`simulator: cannot listen on port ${port}: it is in use; choose another with --port`);
  });

  it.each([
    ["an unknown flag", ["--fast"], /unknown option '--fast'/],
    ["a flag without its value", ["--port"], /--port <n>' argument missing/],
    ["a stray word", ["here"], /too many arguments/],
    ["a port that is no number", ["--port", "http"], /--port <n>' argument 'http' is invalid.*0 to 65535/],
    ["a port that cannot be", ["--port", "65536"], /0 to 65535/],
    ["a clock that stands still", ["--speed", "0"], /--speed.*from 0\.01/],
    ["a seed with a fraction", ["--seed", "1.5"], /--seed.*whole number/],
    ["half an origin", ["--clock-origin", "1"], /REAL_MS,VIRTUAL_MS/],
    ["an empty origin", ["--clock-origin", ","], /REAL_MS,VIRTUAL_MS/],
    ["a level that is none", ["--log-level", "loud"], /--log-level.*debug, info/],
    ["a fleet folder that is not there", ["--fleet", "/nowhere"], /cannot read the fleet's \/nowhere\/azure\.yaml/],
    ["a scenario that is not there", ["--scenario", "/nowhere.yaml"], /cannot read the scenario \/nowhere\.yaml/],
  ])("%s", async (_what, flags, expected) => {
    expect(await mistakeOf(start(...flags))).toMatch(expected);
  });

  it.each([
    ["no YAML", "faults: [\n {a", /cannot read the scenario .*line 2/],
    ["an unknown key", "fault: []", /Unrecognized key: "fault"/],
    [
      "a pattern that is none",
      'faults: [{match: {path: "("}, reset: true}]',
      /faults\.0\.match\.path: must be a regular/,
    ],
    ["a fault of two kinds", "faults: [{match: {path: a}, reset: true, delaySeconds: 1}]", /exactly one of/],
    ["a setting out of range", "settings: {jitter: 2}", /settings\.jitter: /],
  ])("a scenario with %s", async (_what, text, expected) => {
    const file = write("scenario.yaml", text);
    const line = await mistakeOf(start("--scenario", file));
    expect(line).toMatch(expected);
    expect(line).toContain(file);
  });

  it("a fleet with a mistake, by its place", async () => {
    const fleet = join(folder.path, "fleet");
    mkdirSync(fleet);
    writeFileSync(join(fleet, "azure.yaml"), "subscriptionId: nobody\n");
    expect(await mistakeOf(start("--fleet", fleet))).toMatch(/azure\.yaml: .*subscriptionId/);
  });

  it.each([
    ["a file in its place", () => write("state", "not a folder")],
    [
      "a database that is none",
      () => {
        mkdirSync(state);
        write("state/simulator.sqlite", "not a database, but long enough to be one".repeat(99));
      },
    ],
    ["a folder where the database should be", () => mkdirSync(join(state, "simulator.sqlite"), { recursive: true })],
  ])("a state folder that cannot be used: %s", async (_what, prepare) => {
    prepare();
    expect(await mistakeOf(start("--state", state))).toContain(
      `cannot use ${join(state, "simulator.sqlite")} as the simulator's state: `,
    );
  });

  it("a state of another version", async () => {
    const first = start("--state", state);
    await first.ready;
    first.signal("SIGTERM");
    await first.ended;
    const database = new DatabaseSync(join(state, "simulator.sqlite"));
    database.exec("UPDATE entries SET value = '{}' WHERE collection = 'pools' AND key = 'dev-weu/apps'");
    database.close();
    expect(await mistakeOf(start("--state", state))).toMatch(
      /another version \(pools dev-weu\/apps\); remove the state/,
    );
  });

  it("a second simulator on a state in use, which the first does not notice", async () => {
    const { url } = await start("--state", state).ready;
    expect(await mistakeOf(start("--state", state))).toMatch(/another simulator uses it$/);
    expect((await fetch(`${url}/simulator/status`)).status).toBe(200);
  });
});
