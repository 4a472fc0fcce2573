import { describe, expect, it } from "vitest";
import { clusterId, newVersionEvent, type TestWorld, useWorlds } from "./world.ts";

const newWorld = useWorlds();
const MEBIBYTE = 1024 * 1024;

interface Problem {
  readonly status: number;
  readonly title: string;
  readonly detail: string;
}

async function expectNothingStarted(world: TestWorld): Promise<void> {
  expect(await (await world.api("runs")).json()).toEqual({ runs: [], next: null });
}

async function deadLetters(world: TestWorld, count: number): Promise<Array<Record<string, string>>> {
  for (;;) {
    const { deadLetters } = (await (await world.api("dead-letters")).json()) as {
      deadLetters: Array<Record<string, string>>;
    };
    if (deadLetters.length >= count) return deadLetters;
  }
}

describe("the Event Grid webhook", () => {
  it.each([
    ["malformed JSON", '[{"id": "e-1",', 400, /The body is not JSON: /, /not JSON/],
    ["JSON that is no event", '"hello"', 400, /an event, or an array of events, is expected/, /no object/],
    ["a body of 20 MB", `["${"x".repeat(20 * MEBIBYTE)}"]`, 413, /20|bytes|large/i, /413/],
  ])("refuses %s, says so in the log, and starts nothing", async (_name, raw, status, answer, logged) => {
    const world = await newWorld();
    const response = await world.postEvents(undefined, { raw });
    expect(response.status).toBe(status);
    expect(await response.text()).toMatch(answer);
    expect(world.logged.join("")).toMatch(logged);
    await expectNothingStarted(world);
  });

  it.each(["", "wrong"])("refuses the key %j", async (key) => {
    const world = await newWorld();
    const response = await world.postEvents([newVersionEvent("e-1")], { key });
    expect(response.status).toBe(401);
    expect(world.logged.join("")).toMatch(/refused with 401: the key is missing or wrong/);
    await expectNothingStarted(world);
  });

  it("keeps what it cannot handle as dead letters, once each, and starts nothing", async () => {
    const world = await newWorld();
    const events = [
      newVersionEvent("wrong-type", undefined, { eventType: "Microsoft.Storage.BlobCreated" }),
      newVersionEvent("unknown-cluster", clusterId("prod-xxx")),
      newVersionEvent("no-version", undefined, { data: {} }),
      newVersionEvent("", undefined),
      newVersionEvent("long", clusterId("x".repeat(5_000))),
    ];
    expect((await world.postEvents(events)).status).toBe(202);
    await deadLetters(world, events.length);
    expect((await world.postEvents(events.slice(0, 3))).status).toBe(202);
    // A new one behind them shows that those sent again have been taken.
    await world.postEvents([newVersionEvent("last", clusterId("other"))]);
    const letters = await deadLetters(world, events.length + 1);
    expect(Object.fromEntries(letters.map(({ eventId, code, reason }) => [eventId, `${code}: ${reason}`]))).toEqual({
      "wrong-type": "UnknownEventType: events of type Microsoft.Storage.BlobCreated are not handled here",
      "unknown-cluster": `UnknownCluster: ${clusterId("prod-xxx")} is not a cluster of fleet.yaml`,
      "no-version": expect.stringMatching(
        /^MalformedEvent: .*NewKubernetesVersionAvailable: data\.latestSupportedKubernetesVersion/,
      ),
      "": expect.stringMatching(/^MalformedEvent: id: /),
      long: expect.stringMatching(/^UnknownCluster: /),
      last: expect.stringMatching(/^UnknownCluster: /),
    });
    expect(letters).toHaveLength(events.length + 1);
    expect(Math.max(...letters.map((letter) => JSON.stringify(letter).length))).toBeLessThan(2_500);
    expect(world.logged.join("")).toMatch(/event unknown-cluster is a dead letter: UnknownCluster/);
    await expectNothingStarted(world);
  });

  it("starts a run for the good event of a batch, and keeps the bad one", async () => {
    const world = await newWorld();
    await world.postEvents([newVersionEvent("bad", clusterId("nowhere")), newVersionEvent("good")]);
    expect(await deadLetters(world, 1)).toMatchObject([{ eventId: "bad" }]);
    expect((await world.ended(await world.newestRun())).trigger.event?.id).toBe("good");
  });
});

describe("the operator API", () => {
  it("tells what was wrong with a request, where, and what to do, and starts nothing", async () => {
    const world = await newWorld();
    const ask = { kind: "upgrade", by: "ada", reason: "test" };
    const refusals: Array<[string, { body?: unknown; raw?: string }, number, RegExp]> = [
      ["runs", { raw: '{"kind": "upgrade"' }, 400, /The body is not JSON: .+/],
      ["runs", { body: { ...ask, kind: "downgrade" } }, 400, /kind: .*'upgrade' \| 'restore-test'/],
      ["runs", { body: { kind: "upgrade", clusters: [] } }, 400, /clusters: .*; reason: /],
      ["runs", { body: { kind: "upgrade", reason: "test" } }, 400, /by: who wants it\? A key does not say/],
      ["runs", { body: { ...ask, reason: "  " } }, 400, /reason: /],
      ["runs", { body: { ...ask, cluster: "dev-weu" } }, 400, /cluster/],
      [
        "runs",
        { body: { ...ask, clusters: ["dev-weu", "dev"] } },
        400,
        /Not in fleet.yaml: dev\. Its clusters are dev-/,
      ],
      ["runs", { body: { ...ask, reason: "x".repeat(20 * MEBIBYTE) } }, 413, /1048576 bytes at most/],
      ["runs/nothing/signals", { body: { signal: "cancel", by: "a", reason: "b" } }, 404, /There is no run nothing/],
    ];
    for (const [path, body, status, detail] of refusals) {
      const response = await world.api(path, { method: "POST", ...body });
      expect.soft(response.status).toBe(status);
      expect.soft(response.headers.get("content-type")).toBe("application/problem+json");
      const problem = (await response.json()) as Problem;
      expect.soft(problem.status).toBe(status);
      expect.soft(problem.detail).toMatch(detail);
      expect.soft(world.logged.join("")).toContain(`${status} ${problem.title}`);
    }
    for (const [path, status, detail] of [
      ["runs/upgrade-0", 404, /There is no run upgrade-0/],
      ["runs/a%2Fb", 400, /letters, digits and dashes/],
      ["runs?limit=0", 400, /limit: a whole number from 1 to 200/],
      ["runs/upgrade-0/report?format=pdf", 400, /json, markdown or html/],
    ] as const) {
      const response = await world.api(path);
      expect.soft(response.status).toBe(status);
      expect.soft(((await response.json()) as Problem).detail).toMatch(detail);
    }
    await expectNothingStarted(world);
  });

  it("wants a key for all but the health check and the page", async () => {
    const world = await newWorld();
    for (const path of ["runs", "fleet", "dead-letters", "runs/upgrade-0", "runs/upgrade-0/report"]) {
      for (const key of [null, "wrong"]) expect.soft((await world.api(path, { key })).status).toBe(401);
    }
    expect((await world.api("runs", { method: "POST", key: null, body: {} })).status).toBe(401);
    expect(await (await world.api("health", { key: null })).json()).toEqual({ status: "ok" });
    const page = await fetch(`${world.host.url}/console`);
    expect(page.status).toBe(200);
    expect(page.headers.get("content-security-policy")).toMatch(/default-src 'none'/);
    expect((await fetch(`${world.host.url}/console/..%2Fmain.cjs`)).status).toBe(404);
  });

  it("writes no secret into its log or its answers", async () => {
    const world = await newWorld();
    const response = await world.api("runs", {
      method: "POST",
      body: { kind: "upgrade", by: "ada", reason: "test", clusters: ["dev-weu"] },
    });
    const { id } = (await response.json()) as { id: string };
    await world.ended(id);
    const told = world.logged.join("") + (await (await world.api(`runs/${id}/report`)).text());
    const secrets = [world.simulator.teamsWebhookUrl, world.simulator.identityHeader, world.host.keys.host];
    for (const secret of secrets) expect(told).not.toContain(secret);
    expect(told).not.toMatch(/client-(key|certificate)-data|eyJ[A-Za-z0-9_-]{10}/);
  });
});
