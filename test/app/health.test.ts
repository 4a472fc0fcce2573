import {
  AppsV1Api,
  CoreV1Api,
  CustomObjectsApi,
  KubeConfig,
  KubernetesObjectApi,
  PatchStrategy,
  setHeaderOptions,
} from "@kubernetes/client-node";
import { describe, expect, it } from "vitest";
import { parse, stringify } from "yaml";
import type { UpgradeRunView } from "../../domain/api/upgrade-view.ts";
import { armClient } from "../simulator/start-simulator.ts";
import { type TestWorld, useWorlds } from "./world.ts";

const newWorld = useWorlds();

/** What the tests measure: how many copies somebody asks for, which nobody but they change. */
const QUERY = 'sum(kube_deployment_spec_replicas{cluster="{cluster}", deployment="gauge"})';
const GAUGE = { apiVersion: "apps/v1", kind: "Deployment", metadata: { name: "gauge", namespace: "shop" } };
const SELECTOR = { matchLabels: { app: "gauge" } };
const POD = {
  metadata: { labels: SELECTOR.matchLabels },
  spec: {
    nodeSelector: { workload: "apps" },
    containers: [{ name: "gauge", image: "registry.example.com/shop/storefront:5.12.0" }],
  },
};

interface Changes {
  readonly soakMinutes?: number;
  readonly poolSoakMinutes?: number;
  readonly slo?: object;
  readonly endpoint?: string;
  /** Whether AKS rolls the pools, which then may be rolled back, or not. */
  readonly surge?: { readonly rollBack: boolean };
}

/** The sample's fleet.yaml with a measure in its first ring, of clusters dev-weu and staging-weu. */
function measuring({ soakMinutes = 0, poolSoakMinutes = 0, slo = {}, endpoint, surge }: Changes) {
  return (text: string, url: string): string => {
    const fleet = parse(text);
    const prometheus = { endpoint: endpoint ?? `${url}/prometheus` };
    fleet.rings[0] = {
      ...fleet.rings[0],
      soakMinutes,
      slo: { prometheus, queries: [{ name: "copies", query: QUERY, max: 1 }], ...slo },
    };
    fleet.rings.splice(2);
    fleet.clusters.splice(2);
    delete fleet.restoreTests;
    fleet.upgrade.userPools.soakMinutes = poolSoakMinutes;
    if (surge) Object.assign(fleet.upgrade.userPools, { strategy: "surge", ...surge });
    return stringify(fleet);
  };
}

async function kubernetes(world: TestWorld): Promise<KubeConfig> {
  const client = await armClient(world.simulator);
  const { kubeconfigs = [] } = await client.managedClusters.listClusterAdminCredentials("rg-dev-weu", "dev-weu");
  const config = new KubeConfig();
  config.loadFromString(Buffer.from(kubeconfigs[0]?.value ?? []).toString());
  return config;
}

async function plantGauge(world: TestWorld, replicas: number): Promise<void> {
  const api = KubernetesObjectApi.makeApiClient(await kubernetes(world));
  await api.create({ ...GAUGE, spec: { replicas, selector: SELECTOR, template: POD } } as never);
  await world.pass(120);
}

async function scaleGauge(world: TestWorld, replicas: number): Promise<void> {
  const apps = (await kubernetes(world)).makeApiClient(AppsV1Api);
  await apps.patchNamespacedDeployment(
    { name: "gauge", namespace: "shop", body: { spec: { replicas } } },
    setHeaderOptions("Content-Type", PatchStrategy.MergePatch),
  );
}

/** The node image of a pool, as Azure has it. */
async function imageOf(world: TestWorld, cluster: string, pool: string): Promise<string | undefined> {
  const response = await fetch(`${world.simulator.url}/simulator/status`);
  const { clusters } = (await response.json()) as {
    clusters: Array<{ name: string; pools: Array<{ name: string; nodeImageVersion: string }> }>;
  };
  const pools = clusters.find(({ name }) => name === cluster)?.pools;
  return pools?.find(({ name }) => name === pool)?.nodeImageVersion;
}

async function start(world: TestWorld, clusters: string[] = ["dev-weu"]): Promise<string> {
  const body = { kind: "upgrade", scope: "nodeImage", by: "ada", reason: "a test", clusters };
  return ((await (await world.api("runs", { method: "POST", body })).json()) as { id: string }).id;
}

async function signal(world: TestWorld, run: string, kind: string): Promise<void> {
  const body = { signal: kind, by: "bob", reason: `because of ${kind}` };
  expect((await world.api(`runs/${run}/signals`, { method: "POST", body })).status).toBe(202);
}

const appsPool = (run: UpgradeRunView) => run.rings[0]?.clusters[0]?.pools.find(({ name }) => name === "apps");
const isSoaking = (run: UpgradeRunView) => appsPool(run)?.state === "soaking";
const isHalted = ({ gates }: UpgradeRunView) => gates.some(({ kind }) => kind === "halt");
const codes = ({ findings }: UpgradeRunView) => findings.map(({ severity, code }) => `${severity} ${code}`);

async function expectBlueBack(world: TestWorld): Promise<void> {
  const client = await armClient(world.simulator);
  const pools: unknown[] = [];
  for await (const { name } of client.agentPools.list("rg-dev-weu", "dev-weu")) pools.push(name);
  expect(pools.sort()).toEqual(["apps", "system"]);
  const { items } = await (await kubernetes(world)).makeApiClient(CoreV1Api).listNode();
  expect(items.filter(({ spec }) => spec?.unschedulable === true)).toEqual([]);
}

describe("a measure of a ring", () => {
  it("that breaks while a pool soaks brings the blue pool back at once", async () => {
    const world = await newWorld({ fleetYaml: measuring({ poolSoakMinutes: 240 }) });
    await plantGauge(world, 1);
    const id = await start(world);
    await world.until(id, isSoaking);
    await scaleGauge(world, 2);
    const brokenMs = world.clock.nowMs();
    const halted = await world.until(id, isHalted);
    expect(world.clock.nowMs() - brokenMs).toBeLessThan(120 * 60_000);
    expect(appsPool(halted)).toMatchObject({ state: "failed", replacement: "apps2" });
    await expectBlueBack(world);
    await signal(world, id, "cancel");
    const run = await world.ended(id);
    expect(run.findings).toContainEqual(
      expect.objectContaining({
        code: "SloBroken",
        severity: "blocker",
        subject: "dev-weu/slo/copies",
        message: "SLO copies of dev-weu is 2; at most 1 is asked for",
      }),
    );
  });

  it.each([true, false])(
    "that breaks while a pool soaks that AKS rolled has it rolled back, if so asked: %s",
    async (rollBack) => {
      const world = await newWorld({ fleetYaml: measuring({ poolSoakMinutes: 240, surge: { rollBack } }) });
      await plantGauge(world, 1);
      const image = () => imageOf(world, "dev-weu", "apps");
      const before = await image();
      const id = await start(world);
      await world.until(id, isSoaking);
      const rolled = await image();
      expect(rolled).not.toBe(before);
      await scaleGauge(world, 2);
      await world.until(id, isHalted);
      expect(await image()).toBe(rollBack ? before : rolled);
      await signal(world, id, "cancel");
      const run = await world.ended(id);
      expect(appsPool(run)?.state).toBe("failed");
      expect(codes(run)).toContain("blocker SloBroken");
      expect(codes(run).includes("info PoolRolledBack")).toBe(rollBack);
      const { items } = await (await kubernetes(world)).makeApiClient(CoreV1Api).listNode();
      expect(items.filter(({ spec }) => spec?.unschedulable === true)).toEqual([]);
      // The same image would fail again: until a newer one is out, or for a week, no search takes the pool there.
      await world.pass(25 * 3_600);
      expect(await image()).toBe(rollBack ? before : rolled);
    },
  );

  it("that AKS does not roll back is told, with what to do", async () => {
    const world = await newWorld({ fleetYaml: measuring({ poolSoakMinutes: 240, surge: { rollBack: true } }) });
    await plantGauge(world, 1);
    const id = await start(world);
    await world.until(id, isSoaking);
    const client = await armClient(world.simulator);
    const cluster = await client.managedClusters.get("rg-dev-weu", "dev-weu");
    const channel = { ...cluster, autoUpgradeProfile: { upgradeChannel: "patch" } };
    await client.managedClusters.createOrUpdate("rg-dev-weu", "dev-weu", channel).submitted();
    await world.pass(300);
    await scaleGauge(world, 2);
    await world.until(id, isHalted);
    await signal(world, id, "cancel");
    const undone = (await world.ended(id)).findings.find(({ code }) => code === "UndoFailed");
    expect(undone).toMatchObject({ severity: "blocker", subject: "dev-weu/apps" });
    expect(undone?.evidence[0]).toMatch(/auto-upgrade channel/);
    expect(undone?.remedy).toContain("az aks nodepool rollback -n apps");
  });

  it("that breaks while its ring soaks halts the ring, again until it is kept again", async () => {
    const world = await newWorld({ fleetYaml: measuring({ soakMinutes: 120 }) });
    await plantGauge(world, 1);
    const id = await start(world, ["dev-weu", "staging-weu"]);
    await world.until(id, ({ rings }) => rings[0]?.state === "soaking");
    await scaleGauge(world, 2);
    const halted = await world.until(id, isHalted);
    expect(halted.rings[0]?.reason).toMatch(/ring dev is not well after its upgrade: SLO copies of dev-weu is 2/);
    await signal(world, id, "retry");
    const again = await world.until(id, ({ gates }) => gates.some(({ id: gate }) => gate === "halt-dev-2"));
    expect(again.rings[1]?.state).toBe("pending");
    await scaleGauge(world, 1);
    await signal(world, id, "retry");
    const run = await world.ended(id);
    expect(run.rings.map(({ name, state }) => `${name} ${state}`)).toEqual(["dev done", "staging done"]);
    expect(run.verdict).toBe("passed");
  });

  it("that is broken is passed over where somebody says so", async () => {
    const world = await newWorld({ fleetYaml: measuring({ soakMinutes: 60 }) });
    await plantGauge(world, 1);
    const id = await start(world, ["dev-weu", "staging-weu"]);
    await world.until(id, ({ rings }) => rings[0]?.state === "soaking");
    await scaleGauge(world, 2);
    await world.until(id, isHalted);
    await signal(world, id, "skip");
    const run = await world.ended(id);
    expect(run.rings.map(({ name, state }) => `${name} ${state}`)).toEqual(["dev done", "staging done"]);
  });

  it("that is broken for less than it takes to count stops nothing", async () => {
    const slo = { queries: [{ name: "copies", query: QUERY, max: 1, forMinutes: 60 }] };
    const world = await newWorld({ fleetYaml: measuring({ poolSoakMinutes: 120, slo }) });
    await plantGauge(world, 1);
    const id = await start(world);
    await world.until(id, isSoaking);
    await scaleGauge(world, 2);
    await world.pass(40 * 60);
    await scaleGauge(world, 1);
    expect((await world.ended(id)).verdict).toBe("passed");
  });

  it("that was broken before is told, and not blamed on the upgrade", async () => {
    const world = await newWorld({ fleetYaml: measuring({ soakMinutes: 60, poolSoakMinutes: 30 }) });
    await plantGauge(world, 2);
    const run = await world.ended(await start(world, ["dev-weu", "staging-weu"]));
    expect(run.verdict).toBe("passed-with-warnings");
    expect(codes(run).filter((code) => !code.startsWith("info"))).toEqual(["warning SloBrokenBefore"]);
  });

  it.each([
    ["is a warning", "warn", "passed-with-warnings", "warning SloUnknown"],
    ["blocks the cluster before it is touched where the ring wants to know", "halt", "blocked", "blocker SloUnknown"],
  ])("that cannot be told %s", async (_rule, cannotTell, verdict, code) => {
    const world = await newWorld({
      fleetYaml: (text, url) =>
        measuring({ endpoint: "http://127.0.0.1:9/prometheus", slo: { cannotTell } })(text, url).replace(
          "upgrade:\n",
          "upgrade:\n  gates: { haltHours: 0 }\n",
        ),
    });
    const run = await world.ended(await start(world));
    expect(run.verdict).toBe(verdict);
    expect(codes(run)).toContain(code);
    expect(run.findings.find(({ code: of }) => of === "SloUnknown")?.message).toMatch(/gave no answer: .*ECONNREFUSED/);
    const changes = world.requests.filter((request) => /^(PUT|POST) .*agentPools/.test(request));
    expect(changes.length > 0).toBe(cannotTell === "warn");
  });
});

describe("Flux in the proof of a pool", () => {
  const GROUP = "source.toolkit.fluxcd.io";
  const NAMES = { plural: "gitrepositories", singular: "gitrepository", kind: "GitRepository", listKind: "List" };
  const LOOSE = { openAPIV3Schema: { type: "object", "x-kubernetes-preserve-unknown-fields": true } };
  const DEFINITION = {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: `${NAMES.plural}.${GROUP}` },
    spec: {
      ...{ group: GROUP, scope: "Namespaced", names: NAMES },
      versions: [{ name: "v1", served: true, storage: true, schema: LOOSE }],
    },
  };
  const PLACE = { group: GROUP, version: "v1", namespace: "shop", plural: NAMES.plural };
  const SOURCE = { url: "https://git.example.com/fleet", interval: "1m", ref: { branch: "main" } };

  /** A source of Flux that is Ready, in a cluster that has no Flux of its own. */
  async function plantSource(world: TestWorld): Promise<void> {
    await KubernetesObjectApi.makeApiClient(await kubernetes(world)).create(DEFINITION as never);
    await world.pass(60);
    const custom = (await kubernetes(world)).makeApiClient(CustomObjectsApi);
    const body = {
      apiVersion: `${GROUP}/v1`,
      kind: "GitRepository",
      metadata: { name: "extra" },
      spec: SOURCE,
    };
    await custom.createNamespacedCustomObject({ ...PLACE, body });
    await world.pass(120);
  }

  async function patchSource(world: TestWorld, body: object): Promise<void> {
    const custom = (await kubernetes(world)).makeApiClient(CustomObjectsApi);
    const merge = setHeaderOptions("Content-Type", PatchStrategy.MergePatch);
    await custom.patchNamespacedCustomObject({ ...PLACE, name: "extra", body }, merge);
  }

  it("stops it when an object that was Ready is not Ready any longer, and brings the blue pool back", async () => {
    const world = await newWorld({ fleetYaml: measuring({ poolSoakMinutes: 60, slo: { queries: [] } }) });
    await plantSource(world);
    const id = await start(world);
    await world.until(id, isSoaking);
    await patchSource(world, { spec: { secretRef: { name: "lost" } } });
    await world.until(id, isHalted);
    await expectBlueBack(world);
    await signal(world, id, "cancel");
    const run = await world.ended(id);
    expect(codes(run)).toContain("blocker FluxNotReady");
    expect(run.findings[0]?.message).toMatch(/^GitRepository\/shop\/extra of dev-weu is not Ready: .*lost/);
  });

  it("tells of what somebody suspended meanwhile, and does not stop for it", async () => {
    const world = await newWorld({ fleetYaml: measuring({ poolSoakMinutes: 60, slo: { queries: [] } }) });
    await plantSource(world);
    const id = await start(world);
    await world.until(id, isSoaking);
    await patchSource(world, { spec: { suspend: true } });
    const run = await world.ended(id);
    expect(run.verdict).toBe("passed-with-warnings");
    expect(codes(run)).toContain("warning FluxSuspended");
  });
});
