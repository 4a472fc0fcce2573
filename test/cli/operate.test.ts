import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { parse } from "yaml";
import { createProgram } from "../../cli/program.ts";
import { planViewSchema } from "../../domain/api/plan-view.ts";
import { upgradeReportSchema } from "../../domain/report.ts";
import { whySchema } from "../../domain/why.ts";
import { onlyClusters, type TestWorld, useWorlds } from "../app/world.ts";

const ROOT = join(import.meta.dirname, "../..");
const newWorld = useWorlds();

interface Said {
  readonly code: number;
  readonly text: string;
}

/** Runs a command of the command line in this process; rejects as it does. */
async function drydock(environment: NodeJS.ProcessEnv, ...args: string[]): Promise<Said> {
  let text = "";
  let code = -1;
  const out = { write: (written: string) => (text += written) };
  const place = { out, err: { write: () => 0 }, environment };
  const program = createProgram(ROOT, place, (exitCode) => {
    code = exitCode;
  });
  await program.parseAsync(["node", "drydock", ...args]);
  return { code, text };
}

/** Runs a command against the app of a world, while some time goes on. */
function ask(world: TestWorld, ...args: string[]): Promise<Said> {
  const environment = { DRYDOCK_URL: world.host.url, DRYDOCK_KEY: world.host.keys.host };
  return world.slowly(() => drydock(environment, ...args));
}

/** What a command is refused with, as its exit code and what it says. */
async function refusal(said: Promise<Said>): Promise<[number, string]> {
  const error = await said.then(
    ({ text }) => new Error(`it was not refused: ${text}`),
    (refused: Error & { exitCode?: number }) => refused,
  );
  return [(error as { exitCode?: number }).exitCode ?? -1, error.message];
}

const WHY = ["--reason", "a test", "--by", "ada"];

describe("drydock plan, run, runs, watch and report", () => {
  it("show a plan, do what it says, and tell how it went", async () => {
    const world = await newWorld({ fleetYaml: onlyClusters("dev-weu") });
    const shown = await ask(world, "plan", "upgrade", "--scope", "nodeImage", "--cluster", "dev-weu");
    expect(shown.code).toBe(0);
    const [, id = ""] =
      /^Plan (plan-[0-9a-f]{16}), made 2026-11-21 \S+ UTC, forecast to end 2026-/.exec(shown.text) ?? [];
    expect(shown.text).toMatch(/\ndev: 1 at a time, soak 5 min, at any time\n/);
    expect(shown.text).toMatch(/ {2}CLUSTER +PART +CHANGE +ABOUT +STARTS +ENDS\n {2}dev-weu .*2026-11-21 /);
    expect(shown.text).toMatch(/\n +apps \(\d nodes, blueGreen\) +AKSUbuntu\S+ to AKSUbuntu\S+202611\.10\.0 +\d+ min/);
    expect(shown.text).toContain(`drydock run upgrade --plan ${id} --reason`);

    const started = await ask(world, "run", "upgrade", "--plan", id, ...WHY);
    const [, run = ""] = /^Started (upgrade-[0-9a-f]{16})\. Watch it: drydock watch /.exec(started.text) ?? [];
    const early = await refusal(drydock(environmentOf(world), "report", run));
    expect(early).toEqual([1, expect.stringContaining("its report comes at its end")]);
    const watched = await world.during(() => drydock(environmentOf(world), "watch", run));
    expect(watched.code).toBe(0);
    expect(watched.text).toMatch(/dev\/dev-weu done/);
    expect(watched.text).toMatch(new RegExp(`Verdict: passed\\nReport: {2}drydock report ${run}\\n$`));

    const listed = await ask(world, "runs");
    expect(listed.text).toMatch(/^RUN +STARTED +TOOK +STATE +BY +REASON\n/);
    expect(listed.text).toMatch(new RegExp(`\\n${run} +2026-11-21 \\S+ UTC +\\d+ min.* passed +ada +a test\\n`));
    const report = await ask(world, "report", run, "-o", "json");
    expect(upgradeReportSchema.parse(JSON.parse(report.text))).toMatchObject({ id: run, verdict: "passed" });
    expect((await ask(world, "report", run)).text).toMatch(/^# /);
    const idle = await ask(world, "plan", "upgrade", "--scope", "nodeImage");
    expect(idle.text).toMatch(/^Plan plan-\S+ made .*: nothing to do\n/);
    const again = ["run", "upgrade", "--scope", "nodeImage", "--watch", ...WHY];
    const idleRun = await world.during(() => drydock(environmentOf(world), ...again));
    expect(idleRun).toMatchObject({ code: 0, text: expect.stringContaining("\nVerdict: passed\n") });
  });

  it("print the API's own answers as JSON and YAML", async () => {
    const world = await newWorld();
    const plan = await ask(world, "plan", "upgrade", "--no-preflight", "-o", "json");
    expect(planViewSchema.parse(JSON.parse(plan.text)).rings).toHaveLength(3);
    const fleet = await ask(world, "fleet", "-o", "yaml");
    expect(parse(fleet.text)).toMatchObject({ fleet: "sample", rings: [{ name: "dev" }, {}, {}] });
    expect((await ask(world, "fleet")).text).toMatch(
      /\nprod +prod-neu +auto +auto +notify +11111111-\S+ +rg-prod-neu\n/,
    );
    expect((await ask(world, "runs")).text).toMatch(/^There are no runs yet\./);
    expect(JSON.parse((await ask(world, "runs", "-o", "json")).text)).toEqual({ runs: [], next: null });
    const why = await ask(world, "why", "dev-weu", "-o", "json");
    expect(whySchema.parse(JSON.parse(why.text))).toMatchObject({ standing: "behind" });
    const said = await ask(world, "why", "dev-weu");
    expect(said.text).toMatch(/^dev-weu \(ring dev\): behind\n {2}It is behind: /);
    expect(said.text).toMatch(/\nNext: 2026-11-22 06:30 UTC, daily search: /);
  });
});

function environmentOf(world: TestWorld): NodeJS.ProcessEnv {
  return { DRYDOCK_URL: world.host.url, DRYDOCK_KEY: world.host.keys.host };
}

describe("drydock approve, decline, pause, resume, cancel, retry and skip", () => {
  it("tell a run what they say, and why it would have no effect", async () => {
    const world = await newWorld({
      fleetYaml: (yaml) => onlyClusters("dev-weu")(yaml).replace("patch: auto", "nodeImage: approve, patch: approve"),
    });
    const started = await ask(world, "run", "upgrade", ...WHY, "-o", "json");
    const { id } = JSON.parse(started.text) as { id: string };
    await world.until(id, ({ gates }) => gates.length > 0);
    expect(await refusal(ask(world, "retry", id, ...WHY))).toEqual([
      1,
      expect.stringContaining("approve-dev takes approve, decline"),
    ]);
    expect(await refusal(ask(world, "approve", id, ...WHY, "--gate", "approve-prod"))).toEqual([
      1,
      expect.stringContaining("asks nothing by the name approve-prod"),
    ]);
    expect((await ask(world, "pause", id, ...WHY)).text).toBe(`Run ${id} has taken it in: pause, by ada.\n`);
    expect(await refusal(ask(world, "pause", id, ...WHY))).toEqual([1, expect.stringContaining("paused already")]);
    expect((await ask(world, "resume", id, ...WHY)).code).toBe(0);
    const approved = await ask(world, "approve", id, "--reason", "looks good", "--by", "grace");
    expect(approved.text).toBe(`Run ${id} has taken it in: approve for approve-dev, by grace.\n`);
    expect((await ask(world, "cancel", id, ...WHY)).code).toBe(0);
    const { verdict, signals } = await world.ended(id);
    expect(verdict).toBe("cancelled");
    expect(signals.map(({ kind, by }) => `${kind} ${by}`)).toEqual([
      "pause ada",
      "resume ada",
      "approve grace",
      "cancel ada",
    ]);
    expect(await refusal(ask(world, "skip", id, ...WHY))).toEqual([1, expect.stringContaining("has ended")]);
    expect((await ask(world, "watch", id)).code).toBe(1);
  });
});

describe("a question to the app that comes to nothing", () => {
  it("is told from an app that is not there, and says what to do", async () => {
    const world = await newWorld();
    expect(await refusal(ask(world, "why", "nowhere"))).toEqual([
      2,
      expect.stringContaining("Its clusters are dev-weu"),
    ]);
    expect(await refusal(ask(world, "watch", "upgrade-1"))).toEqual([2, "There is no run upgrade-1."]);
    expect(await refusal(ask(world, "approve", "upgrade-1", ...WHY))).toEqual([2, "There is no run upgrade-1."]);
    const unplanned = ask(world, "run", "upgrade", "--plan", "plan-0000000000000000", ...WHY);
    expect(await refusal(unplanned)).toEqual([1, expect.stringContaining("make one with POST plans")]);
    const wrongKey = drydock({ DRYDOCK_URL: world.host.url, DRYDOCK_KEY: "guess" }, "runs");
    expect(await refusal(wrongKey)).toEqual([2, expect.stringMatching(/refused the key\. Set DRYDOCK_KEY/)]);
    const nobody = drydock({ DRYDOCK_KEY: "any" }, "runs", "--url", "http://127.0.0.1:9");
    expect(await refusal(nobody)).toEqual([3, expect.stringMatching(/does not answer \(.*\)\. Start the app/)]);
    const nowhere = drydock({}, "runs", "--state", "/nowhere");
    expect(await refusal(nowhere)).toEqual([2, expect.stringContaining("Start one with drydock start")]);
    const noKey = drydock({ DRYDOCK_URL: "https://drydock.example.com" }, "runs");
    expect(await refusal(noKey)).toEqual([
      2,
      expect.stringContaining("There is no key for https://drydock.example.com"),
    ]);
    const noUrl = drydock({ DRYDOCK_URL: "drydock", DRYDOCK_KEY: "any" }, "runs");
    expect(await refusal(noUrl)).toEqual([2, 'DRYDOCK_URL must be an http(s) URL, not "drydock".']);
  });

  it.each([
    [503, "", 3, /answered 503\. Try again/],
    [
      502,
      '{"detail":"fleet.yaml:3:1 rings: expected"}',
      3,
      /answered 502: fleet\.yaml:3:1 rings: expected\. Try again/,
    ],
    [404, "<html>", 2, /knows no \/api\/v1\/runs\. Is it a Drydock of this version\?/],
    [200, "<html>", 3, /something else than expected \(the whole body\)/],
    [200, '{"runs":[{"id":1}]}', 3, /something else than expected \(runs\.0/],
  ])("by an answer of %i with %j is refused with exit code %i", async (status, body, code, words) => {
    const url = await stub((_path, answer) => answer(status, body));
    const said = drydock({ DRYDOCK_URL: url, DRYDOCK_KEY: "any" }, "runs");
    expect(await refusal(said)).toEqual([code, expect.stringMatching(words)]);
  });

  it("is asked again where the app says that the answer is still being made", async () => {
    const asked: string[] = [];
    const why = {
      ...{ cluster: "shop", ring: "prod", standing: "up-to-date", sentences: [], lastRun: null },
      next: { at: null, by: "a search", reason: "it is looked at again" },
    };
    const url = await stub((path, answer) => {
      asked.push(path);
      if (asked.length === 3) answer(200, JSON.stringify(why));
      else answer(202, "{}", { location: "/api/v1/fleet/shop/why?plan=plan-1", "retry-after": "1" });
    });
    const said = await drydock({ DRYDOCK_URL: url, DRYDOCK_KEY: "any" }, "why", "shop");
    expect(said.text).toMatch(/^shop \(ring prod\): up-to-date\nNext: a search/);
    const again = "/api/v1/fleet/shop/why?plan=plan-1";
    expect(asked).toEqual(["/api/v1/fleet/shop/why", again, again]);
  });
});

type Answer = (status: number, body: string, headers?: Record<string, string>) => void;

/** A server that answers as a test says; it ends with the test. */
async function stub(handle: (path: string, answer: Answer) => void): Promise<string> {
  const server = createServer((request, response) => {
    handle(request.url ?? "", (status, body, headers = {}) => void response.writeHead(status, headers).end(body));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
