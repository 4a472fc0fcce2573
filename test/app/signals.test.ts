import { CoreV1Api, KubeConfig, PolicyV1Api } from "@kubernetes/client-node";
import { describe, expect, it } from "vitest";
import type { UpgradeRunView } from "../../domain/api/upgrade-view.ts";
import type { UpgradeReport } from "../../domain/report.ts";
import { armClient } from "../simulator/start-simulator.ts";
import { type TestWorld, useWorlds } from "./world.ts";

const newWorld = useWorlds();

async function kubernetes(world: TestWorld, cluster: string): Promise<KubeConfig> {
  const client = await armClient(world.simulator);
  const { kubeconfigs = [] } = await client.managedClusters.listClusterAdminCredentials(`rg-${cluster}`, cluster);
  const config = new KubeConfig();
  config.loadFromString(Buffer.from(kubeconfigs[0]?.value ?? []).toString());
  return config;
}

/** Puts a budget on an app that no eviction can meet; answers how to take it away. */
async function forbidDisruptions(world: TestWorld, cluster: string): Promise<() => Promise<void>> {
  const policy = (await kubernetes(world, cluster)).makeApiClient(PolicyV1Api);
  const place = { namespace: "reports", name: "never" };
  const selector = { matchLabels: { app: "report-writer" } };
  await policy.createNamespacedPodDisruptionBudget({
    namespace: place.namespace,
    body: { metadata: { name: place.name }, spec: { maxUnavailable: 0, selector } },
  });
  return async () => void (await policy.deleteNamespacedPodDisruptionBudget(place));
}

async function cordoned(world: TestWorld, cluster: string): Promise<string[]> {
  const core = (await kubernetes(world, cluster)).makeApiClient(CoreV1Api);
  const { items } = await core.listNode();
  return items.filter(({ spec }) => spec?.unschedulable === true).map(({ metadata }) => metadata?.name ?? "");
}

async function start(world: TestWorld, clusters?: string[]): Promise<string> {
  const body = { kind: "upgrade", scope: "nodeImage", by: "ada", reason: "a test", ...(clusters ? { clusters } : {}) };
  const response = await world.api("runs", { method: "POST", body });
  return ((await response.json()) as { id: string }).id;
}

async function signal(world: TestWorld, run: string, kind: string): Promise<Response> {
  const body = { signal: kind, by: "bob", reason: `because of ${kind}` };
  return world.api(`runs/${run}/signals`, { method: "POST", body });
}

async function refusal(response: Response): Promise<string> {
  expect(response.status).toBe(409);
  return ((await response.json()) as { detail: string }).detail;
}

function pool(run: UpgradeRunView, name: string) {
  return run.rings.flatMap(({ clusters }) => clusters.flatMap(({ pools }) => pools)).find((item) => item.name === name);
}

const isHalted = ({ gates }: UpgradeRunView) => gates.some(({ kind }) => kind === "halt");

describe("a ring that was halted", () => {
  it("is asked about, tries again what failed with the same image, and goes on to the next ring", async () => {
    const world = await newWorld();
    const allow = await forbidDisruptions(world, "staging-weu");
    const id = await start(world);
    const halted = await world.until(id, isHalted);
    expect(halted.phase).toBe("halted in ring staging");
    expect(halted.rings[1]).toMatchObject({ state: "halted", reason: "halted: staging-weu is blocked" });
    expect(halted.gates[0]).toMatchObject({
      options: ["retry", "skip"],
      evidence: [
        expect.stringMatching(/^staging-weu: blocked: PDB reports\/never/),
        expect.stringMatching(/^staging-weu: /),
      ],
    });
    expect(JSON.stringify(await world.cards())).toContain("Upgrade halted");
    expect(await refusal(await signal(world, id, "approve"))).toContain("halt-staging-1 takes retry, skip");
    await allow();
    expect((await signal(world, id, "retry")).status).toBe(202);
    const run = await world.ended(id);
    expect(run.rings.map(({ name, state }) => `${name} ${state}`)).toEqual(["dev done", "staging done", "prod done"]);
    expect(run.rings[1]?.clusters[0]).toMatchObject({ state: "done", attempt: 2 });
    expect(run.rings[0]?.clusters[0]).toMatchObject({ state: "done", attempt: 1 });
    expect(run.findings).toContainEqual(expect.objectContaining({ code: "Retried" }));
    expect(run.verdict).toBe("passed");
    const report = (await (await world.api(`runs/${id}/report`)).json()) as UpgradeReport;
    expect(report.rings[1]?.earlierTries).toMatchObject([{ name: "staging-weu", attempt: 1, outcome: "blocked" }]);
  });

  it("goes on without what failed when somebody says so, and the run has not passed", async () => {
    const world = await newWorld();
    await forbidDisruptions(world, "staging-weu");
    const id = await start(world);
    await world.until(id, isHalted);
    expect((await signal(world, id, "skip")).status).toBe(202);
    const run = await world.ended(id);
    expect(run.rings.map(({ name, state }) => `${name} ${state}`)).toEqual(["dev done", "staging failed", "prod done"]);
    expect(run.verdict).toBe("blocked");
  });

  it("ends the run when it is cancelled, or when nobody answers", async () => {
    const world = await newWorld();
    await forbidDisruptions(world, "staging-weu");
    const id = await start(world, ["staging-weu"]);
    await world.until(id, isHalted);
    expect((await signal(world, id, "cancel")).status).toBe(202);
    expect(await world.ended(id)).toMatchObject({ verdict: "cancelled", gates: [] });
    const unanswered = await world.ended(await start(world, ["staging-weu"]));
    expect(unanswered.verdict).toBe("blocked");
    const hours = (Date.parse(unanswered.endedAt ?? "") - Date.parse(unanswered.startedAt)) / 3_600_000;
    expect(hours).toBeGreaterThanOrEqual(24);
  });

  it("does not wait where fleet.yaml gives no time for it, and a budget lets it go on", async () => {
    const impatient = (yaml: string) => yaml.replace("upgrade:\n", "upgrade:\n  gates: { haltHours: 0 }\n");
    const world = await newWorld({ fleetYaml: impatient });
    await forbidDisruptions(world, "staging-weu");
    const run = await world.ended(await start(world));
    expect(run.rings[2]).toMatchObject({ state: "skipped", reason: "halted: staging-weu is blocked" });
    expect(Date.parse(run.endedAt ?? "") - Date.parse(run.startedAt)).toBeLessThan(3 * 3_600_000);
    const lenient = await newWorld({
      fleetYaml: (yaml) => yaml.replace("    maxParallel: 2\n", "    maxParallel: 1\n    failureBudget: 1\n"),
    });
    await forbidDisruptions(lenient, "prod-weu");
    const other = await lenient.ended(await start(lenient, ["prod-weu", "prod-neu"]));
    expect(other.rings[0]?.clusters.map(({ name, state }) => `${name} ${state}`)).toEqual([
      "prod-weu blocked",
      "prod-neu done",
    ]);
  });
});

describe("a pause", () => {
  it("begins nothing new, cordons nothing meanwhile, and goes on where it was", async () => {
    const world = await newWorld();
    const id = await start(world, ["dev-weu"]);
    expect(await refusal(await signal(world, id, "resume"))).toContain("the run is not paused");
    await world.until(id, (run) => pool(run, "apps")?.state === "draining");
    expect((await signal(world, id, "pause")).status).toBe(202);
    expect(await refusal(await signal(world, id, "pause"))).toContain("paused already");
    const held = await world.until(id, (run) => pool(run, "apps")?.state === "waiting");
    expect(pool(held, "apps")?.reason).toBe("paused by bob: because of pause");
    expect(held.phase).toMatch(/^paused by bob/);
    expect(await cordoned(world, "dev-weu")).toHaveLength(1);
    const drained = pool(held, "apps")?.nodes.filter(({ state }) => state === "drained");
    expect(await cordoned(world, "dev-weu")).toEqual(drained?.map(({ name }) => name));
    expect((await signal(world, id, "resume")).status).toBe(202);
    const run = await world.ended(id);
    expect(run.verdict).toBe("passed");
    expect(run.signals.map(({ kind }) => kind)).toEqual(["pause", "resume"]);
  });

  it("can be cancelled, and then nothing of the pool is left", async () => {
    const world = await newWorld();
    const id = await start(world, ["dev-weu"]);
    await world.until(id, (run) => pool(run, "apps")?.state === "draining");
    await signal(world, id, "pause");
    await world.until(id, (run) => pool(run, "apps")?.state === "waiting");
    expect((await signal(world, id, "cancel")).status).toBe(202);
    expect((await world.ended(id)).verdict).toBe("cancelled");
    expect(await cordoned(world, "dev-weu")).toEqual([]);
    const client = await armClient(world.simulator);
    const pools: string[] = [];
    for await (const { name = "" } of client.agentPools.list("rg-dev-weu", "dev-weu")) pools.push(name);
    expect(pools.sort()).toEqual(["apps", "system"]);
  });
});

describe("a window that shuts", () => {
  const daily = (hours: number) => `
    window:
      timeZone: UTC
      weekly:
        - { days: [mon, tue, wed, thu, fri, sat, sun], start: "08:00", hours: ${hours} }`;
  const withWindow = (hours: number) => (text: string) => text.replace("- name: dev\n", `- name: dev${daily(hours)}\n`);

  it("lets nothing begin that could not end in it; what was begun goes on in the next opening", async () => {
    const world = await newWorld({ fleetYaml: withWindow(0.2) });
    const id = await start(world, ["dev-weu"]);
    const held = await world.until(id, ({ rings }) => rings[0]?.clusters[0]?.state === "waiting");
    expect(held.rings[0]?.clusters[0]?.reason).toMatch(
      /^the ring's window shuts in \d+ min, and about 11 min are needed; until 2026-11-22T08:00/,
    );
    expect(pool(held, "system")?.state).toBe("done");
    const run = await world.ended(id);
    expect(run).toMatchObject({ verdict: "passed", endedAt: expect.stringMatching(/^2026-11-22T08:0/) });
    expect(pool(run, "apps")?.nodes.map(({ startedAt }) => startedAt?.slice(0, 13))).toEqual(
      Array(2).fill("2026-11-22T08"),
    );
  });

  it("holds a pool between two drains, with all nodes but the drained ones taking pods", async () => {
    const world = await newWorld({ fleetYaml: withWindow(0.3) });
    const id = await start(world, ["dev-weu"]);
    // A pause lasts until the window has less than a drain's time left.
    await world.until(id, (run) => pool(run, "apps")?.state === "draining");
    await signal(world, id, "pause");
    await world.until(id, () => world.clock.nowMs() >= Date.parse("2026-11-21T08:14:00Z"));
    await signal(world, id, "resume");
    const held = await world.until(id, (run) => /until/.test(pool(run, "apps")?.reason ?? ""));
    expect(pool(held, "apps")?.reason).toMatch(/until 2026-11-22T08:00/);
    const drained = pool(held, "apps")?.nodes.filter(({ state }) => state === "drained");
    expect(drained).toHaveLength(1);
    expect(await cordoned(world, "dev-weu")).toEqual(drained?.map(({ name }) => name));
    expect((await world.ended(id)).verdict).toBe("passed");
  });

  it("is told when it can never hold what has to be done, and nothing is touched", async () => {
    const world = await newWorld({ fleetYaml: withWindow(0.1) });
    const id = await start(world, ["dev-weu"]);
    const halted = await world.until(id, isHalted);
    expect(halted.rings[0]?.reason).toBe(
      "halted: no opening of the ring's window is long enough: about 8 min are needed",
    );
    await signal(world, id, "cancel");
    const run = await world.ended(id);
    expect(run.verdict).toBe("cancelled");
    expect(run.rings[0]?.clusters[0]?.state).toBe("skipped");
  });
});
