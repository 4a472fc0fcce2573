import { CoreV1Api, KubeConfig, PolicyV1Api } from "@kubernetes/client-node";
import { describe, expect, it } from "vitest";
import type { UpgradeRunView } from "../../domain/api/upgrade-view.ts";
import { upgradeReportSchema } from "../../domain/report.ts";
import { armClient } from "../simulator/start-simulator.ts";
import { clusterId, newVersionEvent, type TestWorld, useWorlds } from "./world.ts";

const newWorld = useWorlds();
const NEW_UBUNTU = "AKSUbuntu-2204gen2containerd-202611.10.0";
const OLD_UBUNTU = "AKSUbuntu-2204gen2containerd-202610.27.0";

interface ClusterStatus {
  readonly name: string;
  readonly pools: ReadonlyArray<{ readonly name: string; readonly nodeImageVersion: string }>;
}

async function azure(world: TestWorld): Promise<ClusterStatus[]> {
  const response = await fetch(`${world.simulator.url}/simulator/status`);
  return ((await response.json()) as { clusters: ClusterStatus[] }).clusters;
}

async function kubernetes(world: TestWorld, cluster: string): Promise<KubeConfig> {
  const client = await armClient(world.simulator);
  const { kubeconfigs = [] } = await client.managedClusters.listClusterAdminCredentials(`rg-${cluster}`, cluster);
  const config = new KubeConfig();
  config.loadFromString(Buffer.from(kubeconfigs[0]?.value ?? []).toString());
  return config;
}

async function nodes(world: TestWorld, cluster: string) {
  const core = (await kubernetes(world, cluster)).makeApiClient(CoreV1Api);
  return (await core.listNode()).items;
}

async function expectUntouched(world: TestWorld, cluster: string): Promise<void> {
  const status = (await azure(world)).find(({ name }) => name === cluster);
  expect(status?.pools.map(({ name }) => name).sort()).toEqual(["apps", "system"]);
  for (const node of await nodes(world, cluster)) expect(node.spec?.unschedulable ?? false).toBe(false);
}

/** Puts a budget on an app that no eviction can meet. */
async function forbidDisruptions(world: TestWorld, cluster: string, app = "report-writer"): Promise<void> {
  const policy = (await kubernetes(world, cluster)).makeApiClient(PolicyV1Api);
  await policy.createNamespacedPodDisruptionBudget({
    namespace: app === "storefront" ? "shop" : "reports",
    body: { metadata: { name: "never" }, spec: { maxUnavailable: 0, selector: { matchLabels: { app } } } },
  });
}

/** What a run found that somebody has to look at. */
function gravely(run: UpgradeRunView): unknown[] {
  return run.findings.filter(({ severity }) => severity !== "info");
}

function drainedNodes(run: UpgradeRunView): unknown[] {
  const pools = run.rings.flatMap(({ clusters }) => clusters.flatMap(({ pools }) => pools));
  return pools.flatMap(({ nodes }) => nodes).filter(({ state }) => state === "drained");
}

function poolState(run: UpgradeRunView, pool: string): string | undefined {
  return run.rings
    .flatMap(({ clusters }) => clusters.flatMap(({ pools }) => pools))
    .find(({ name, state }) => name === pool && state !== "pending")?.state;
}

async function started(world: TestWorld, body: object = {}): Promise<string> {
  const response = await world.api("runs", {
    method: "POST",
    body: { kind: "upgrade", by: "test", reason: "a test", ...body },
  });
  expect(response.status).toBe(202);
  const { id } = (await response.json()) as { id: string };
  expect(response.headers.get("location")).toBe(`/api/v1/runs/${id}`);
  return id;
}

describe("an event of a new AKS version", () => {
  it("takes the whole fleet to the new node image ring by ring, and tells Teams", async () => {
    const world = await newWorld();
    const event = newVersionEvent("e-1");
    expect((await world.postEvents([event])).status).toBe(202);
    const run = await world.ended(await world.newestRun());
    expect(run).toMatchObject({ verdict: "passed", trigger: { event: { id: "e-1" } } });
    expect(gravely(run)).toEqual([]);
    expect(run.rings.map(({ name, state }) => `${name} ${state}`)).toEqual(["dev done", "staging done", "prod done"]);
    const images = (await azure(world)).flatMap(({ pools }) => pools.map(({ nodeImageVersion }) => nodeImageVersion));
    expect(new Set(images)).toEqual(new Set([NEW_UBUNTU, "AKSAzureLinux-V3gen2-202611.10.0"]));
    const apps = run.rings[0]?.clusters[0]?.pools.find(({ name }) => name === "apps");
    expect(apps).toMatchObject({ strategy: "blueGreen", replacement: "apps2", state: "done", toImage: NEW_UBUNTU });
    expect(apps?.nodes.map(({ state, podsLeft }) => `${state} ${podsLeft}`)).toEqual(["drained 0", "drained 0"]);
    expect(JSON.stringify(await world.cards())).toMatch(/Upgrade passed.*4 of 4 done/);
    // One ring after the other, never two at once.
    const spans = run.rings.map(({ clusters }) => ({
      from: Math.min(...clusters.map(({ startedAt }) => Date.parse(startedAt ?? ""))),
      to: Math.max(...clusters.map(({ endedAt }) => Date.parse(endedAt ?? ""))),
    }));
    expect(spans[1]!.from - spans[0]!.to).toBeGreaterThanOrEqual(5 * 60_000);
    expect(spans[2]!.from - spans[1]!.to).toBeGreaterThanOrEqual(5 * 60_000);

    // The same event again, and the same news from another cluster after the run: the first starts nothing, the second a
    // run that finds nothing to do.
    expect((await world.postEvents([event])).status).toBe(202);
    expect((await world.postEvents([newVersionEvent("e-2", clusterId("prod-weu"))])).status).toBe(202);
    const { runs } = (await (await world.api("runs")).json()) as { runs: Array<{ id: string }> };
    expect(runs.length).toBeLessThanOrEqual(2);
    const second = await world.ended((await (await nextRun(world, run.id)).id) ?? "");
    expect(second.verdict).toBe("passed");
    expect(second.rings.flatMap(({ clusters }) => clusters.map(({ state, reason }) => `${state}: ${reason}`))).toEqual(
      Array(4).fill("skipped: all node images are up to date; offered: Kubernetes 1.34.2 (notify)"),
    );
  });

  it("folds the same news from other clusters into the run under way, and the report names them", async () => {
    const world = await newWorld();
    await world.postEvents([newVersionEvent("e-1")]);
    const id = await world.newestRun();
    await world.until(id, ({ rings }) => rings[0]?.state === "running");
    await world.postEvents([
      newVersionEvent("e-2", clusterId("staging-weu")),
      newVersionEvent("e-3", clusterId("prod-weu")),
    ]);
    const run = await world.ended(id);
    expect(run.findings.filter(({ code }) => code === "EventsFolded")).toMatchObject([
      {
        code: "EventsFolded",
        severity: "info",
        // Events of a batch are handled side by side: which comes first is open.
        evidence: expect.arrayContaining([expect.stringContaining("e-2"), expect.stringContaining("e-3")]),
      },
    ]);
    const { runs } = (await (await world.api("runs")).json()) as { runs: unknown[] };
    expect(runs).toHaveLength(1);
  });

  it("wakes the wait for a pool as soon as AKS says that it is done", async () => {
    const world = await newWorld();
    await world.postEvents([newVersionEvent("e-1")]);
    const id = await world.newestRun();
    await world.until(id, ({ rings }) => rings[0]?.clusters[0]?.pools[0]?.state === "upgrading");
    const rolling = {
      eventType: "Microsoft.ContainerService.NodePoolRollingSucceeded",
      data: { nodePoolName: "system" },
    };
    expect((await world.postEvents([newVersionEvent("r-1", clusterId("dev-weu"), rolling)])).status).toBe(202);
    expect(world.logged.join("")).toContain(`woke ${id}:dev-weu:system:upgrade`);
    expect((await world.ended(id)).verdict).toBe("passed");
  });
});

async function nextRun(world: TestWorld, known: string): Promise<{ id: string }> {
  for (;;) {
    const { runs } = (await (await world.api("runs")).json()) as { runs: Array<{ id: string }> };
    const other = runs.find(({ id }) => id !== known);
    if (other) return other;
  }
}

describe("an upgrade", () => {
  it("touches nothing when a budget can never allow a disruption, and halts the rings after it", async () => {
    const world = await newWorld();
    await forbidDisruptions(world, "staging-weu");
    const run = await world.ended(await started(world));
    expect(run.verdict).toBe("blocked");
    expect(run.findings[0]).toMatchObject({ code: "BudgetNeverAllows", severity: "blocker", cluster: "staging-weu" });
    expect(run.rings.map(({ name, state }) => `${name} ${state}`)).toEqual([
      "dev done",
      "staging failed",
      "prod skipped",
    ]);
    expect(run.rings[2]?.reason).toBe("halted: staging-weu is blocked");
    for (const cluster of ["staging-weu", "prod-weu", "prod-neu"]) await expectUntouched(world, cluster);
    expect(JSON.stringify(await world.cards())).toContain("Upgrade blocked");
  });

  it("undoes everything when a node does not drain in time", async () => {
    const world = await newWorld();
    const id = await started(world, { clusters: ["prod-weu"] });
    // Preflight has passed by now; the budget comes while the green pool is made.
    await world.until(id, (run) => poolState(run, "apps") === "creating");
    await forbidDisruptions(world, "prod-weu");
    const run = await world.ended(id);
    expect(run.verdict).toBe("failed");
    const drain = run.findings.find(({ code }) => code === "DrainFailed");
    expect(drain?.message).toMatch(/did not drain: \d+ of \d+ pods are left/);
    expect(drain?.evidence.join("\n")).toMatch(/reports\/report-writer-.* reports\/never/);
    await expectUntouched(world, "prod-weu");
    const status = (await azure(world)).find(({ name }) => name === "prod-weu");
    expect(status?.pools.find(({ name }) => name === "apps")?.nodeImageVersion).toBe(OLD_UBUNTU);
  });

  it("names what it could not undo, and how to, when the pods that moved cannot move back", async () => {
    const world = await newWorld();
    const id = await started(world, { clusters: ["prod-weu"] });
    await world.until(id, (run) => drainedNodes(run).length === 1);
    await forbidDisruptions(world, "prod-weu", "report-writer");
    await forbidDisruptions(world, "prod-weu", "storefront");
    const run = await world.ended(id);
    expect(run.verdict).toBe("failed");
    expect(run.findings.slice(0, 2).map(({ code }) => code)).toEqual(["DrainFailed", "UndoFailed"]);
    expect(run.findings[1]).toMatchObject({
      message: "could not take pool apps2 away again",
      evidence: [expect.stringContaining("guarded by shop/never and shop/storefront")],
      remedy: expect.stringContaining("az aks nodepool delete --nodepool-name apps2"),
    });
    // Its pods run on, and nothing of it stays cordoned.
    const status = (await azure(world)).find(({ name }) => name === "prod-weu");
    expect(status?.pools.map(({ name }) => name).sort()).toEqual(["apps", "apps2", "system"]);
    for (const node of await nodes(world, "prod-weu")) expect(node.spec?.unschedulable ?? false).toBe(false);
  });

  it("stops where nothing is left half done when somebody cancels, and names who and why", async () => {
    const world = await newWorld();
    const id = await started(world);
    await world.until(id, ({ rings }) => rings[1]?.clusters[0]?.pools[1]?.state === "draining");
    const signal = { signal: "cancel", by: "ada", reason: "change freeze" };
    expect((await world.api(`runs/${id}/signals`, { method: "POST", body: signal })).status).toBe(202);
    const run = await world.ended(id);
    expect(run.verdict).toBe("cancelled");
    expect(run.findings).toContainEqual(
      expect.objectContaining({ code: "RunCancelled", message: "ada cancelled the run: change freeze" }),
    );
    expect(run.signals).toMatchObject([{ kind: "cancel", by: "ada", reason: "change freeze" }]);
    expect(run.rings[2]).toMatchObject({ state: "skipped", reason: "cancelled" });
    // The system pool was done before; the pool under way is as it was.
    await expectUntouched(world, "staging-weu");
    const again = await world.api(`runs/${id}/signals`, { method: "POST", body: signal });
    expect(again.status).toBe(409);
    // The lease is free: the next run takes up where this one stopped.
    expect((await world.ended(await started(world))).verdict).toBe("passed");
  });

  it("lets a second run wait for the first one's cluster, and does nothing twice", async () => {
    const world = await newWorld();
    const first = await started(world, { clusters: ["dev-weu"] });
    await world.until(first, ({ rings }) => rings[0]?.clusters[0]?.state === "upgrading");
    const second = await started(world, { clusters: ["dev-weu"] });
    const waiting = await world.until(second, ({ rings }) => rings[0]?.clusters[0]?.state === "queued");
    expect(waiting.rings[0]?.clusters[0]?.reason).toBe(`${first}:dev-weu is changing the cluster`);
    expect((await world.ended(first)).verdict).toBe("passed");
    const run = await world.ended(second);
    expect(run.verdict).toBe("passed");
    expect(run.rings[0]?.clusters[0]?.reason).toBe("another run had upgraded it meanwhile");
  });

  it("waits for the ring's window", async () => {
    const window = `
    window:
      timeZone: Europe/Berlin
      weekly:
        - days: [sun]
          start: "02:00"
          hours: 4`;
    const world = await newWorld({ fleetYaml: (text) => text.replace("- name: dev\n", `- name: dev${window}\n`) });
    const id = await started(world, { clusters: ["dev-weu"] });
    const run = await world.ended(id);
    // 2026-11-22 02:00 in Berlin.
    expect(Date.parse(run.rings[0]?.clusters[0]?.startedAt ?? "")).toBeGreaterThanOrEqual(
      Date.parse("2026-11-22T01:00:00Z"),
    );
    expect(run.verdict).toBe("passed");
  });

  it("outlives throttling, server errors and cut connections of Azure and Kubernetes", async () => {
    const world = await newWorld({
      scenario: {
        faults: [
          { match: { path: "^/subscriptions" }, nth: 3, count: 4, answer: { status: 429, retryAfterSeconds: 17 } },
          { match: { path: "^/subscriptions" }, nth: 20, count: 3, answer: { status: 503 } },
          { match: { path: "^/kubernetes/dev-weu" }, nth: 9, count: 2, answer: { status: 500 } },
          { match: { path: "^/kubernetes/dev-weu.*eviction" }, nth: 2, reset: true },
          { match: { path: "^/kubernetes/dev-weu/api/v1/nodes" }, nth: 3, count: 2, truncate: true },
          { match: { path: "^/kubernetes/dev-weu.*pods$" }, nth: 4, count: 3, truncate: true },
          { match: { path: "^/kubernetes/dev-weu.*poddisruptionbudgets" }, nth: 2, delaySeconds: 45 },
          // More often than the SDK tries by itself: a poll that fails is not an operation that failed.
          { match: { method: "GET", path: "/operations/" }, nth: 2, count: 7, answer: { status: 503 } },
          { match: { method: "GET", path: "/operations/" }, nth: 12, count: 5, reset: true },
          { match: { path: "^/teams" }, nth: 1, count: 2, answer: { status: 502 } },
        ],
      },
    });
    const run = await world.ended(await started(world, { clusters: ["dev-weu"] }));
    expect(run.verdict).toBe("passed");
    expect(gravely(run)).toEqual([]);
    expect(await world.cards()).toHaveLength(1);
  });

  it("leaves a cluster alone that cannot be seen, says so, and goes on with the others", async () => {
    const world = await newWorld({ fleetYaml: (text) => text.replaceAll("prod-neu", "prod-gone") });
    const run = await world.ended(await started(world, { clusters: ["dev-weu", "prod-gone"] }));
    expect(run.verdict).toBe("passed-with-warnings");
    expect(gravely(run)).toMatchObject([{ code: "ClusterUnreachable", cluster: "prod-gone" }]);
    // Nothing but what could not be seen: that is no pass.
    expect((await world.ended(await started(world, { clusters: ["prod-gone"] }))).verdict).toBe("failed");
  });

  it("ends in a report even when fleet.yaml is broken, with the place of the mistake", async () => {
    const world = await newWorld();
    const id = await started(world);
    expect((await world.ended(id)).verdict).toBe("passed");
    const broken = await newWorld({ fleetYaml: (text) => text.replace("ring: prod", "ring: produktion") });
    const response = await broken.api("fleet");
    expect(response.status).toBe(502);
    const { detail } = (await response.json()) as { detail: string };
    expect(detail).toMatch(/fleet\.yaml:\d+:\d+ clusters\.2\.ring: there is no ring "produktion"/);
  });
});

describe("the card", () => {
  it("stays away when fleet.yaml asks for none", async () => {
    const world = await newWorld({ fleetYaml: (text) => `${text}\nnotifications: { teams: false }\n` });
    const run = await world.ended(await started(world, { clusters: ["dev-weu"] }));
    expect(run).toMatchObject({ verdict: "passed", phase: "finished; no card, as fleet.yaml asks" });
    expect(await world.cards()).toEqual([]);
  });

  it("is not what a run's verdict hangs on", async () => {
    const world = await newWorld({ settings: { TEAMS_WEBHOOK_URL: undefined } });
    const run = await world.ended(await started(world, { clusters: ["dev-weu"] }));
    expect(run).toMatchObject({ verdict: "passed", phase: "finished; no card, TEAMS_WEBHOOK_URL is not set" });
    const refused = await newWorld({
      scenario: { faults: [{ match: { path: "^/teams" }, count: 100, answer: { status: 400 } }] },
    });
    const told = await refused.ended(await started(refused, { clusters: ["dev-weu"] }));
    expect(told.verdict).toBe("passed");
    expect(told.phase).toMatch(/^finished; the card could not be delivered: .*400/);
  });
});

describe("the report", () => {
  it("is there as JSON and Markdown once the run has ended, and not before", async () => {
    const world = await newWorld();
    const id = await started(world, { clusters: ["dev-weu"] });
    expect((await world.api(`runs/${id}/report`)).status).toBe(409);
    await world.ended(id);
    const report = upgradeReportSchema.parse(await (await world.api(`runs/${id}/report`)).json());
    expect(report.fleetDigest).toMatch(/^[0-9a-f]{64}$/);
    const markdown = await world.api(`runs/${id}/report?format=markdown`);
    expect(markdown.headers.get("content-type")).toBe("text/markdown; charset=utf-8");
    expect(await markdown.text()).toContain(`# Upgrade ${id}: passed`);
    expect((await world.api(`runs/${id}/report?format=pdf`)).status).toBe(400);
  });
});
