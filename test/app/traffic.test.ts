import {
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

const GROUP = "gateway.networking.k8s.io";
const NAMES = { plural: "httproutes", singular: "httproute", kind: "HTTPRoute", listKind: "HTTPRouteList" };
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
const ROUTE = {
  apiVersion: `${GROUP}/v1`,
  kind: "HTTPRoute",
  metadata: { name: "storefront" },
  spec: {
    parentRefs: [{ name: "public" }],
    rules: [
      {
        matches: [{ path: { type: "PathPrefix", value: "/" } }],
        backendRefs: [
          { name: "storefront-blue", port: 80 },
          { name: "storefront-green", port: 80, weight: 0 },
        ],
      },
    ],
  },
};

/** Endpoints of a service; one that is not ready keeps its traffic away. */
const endpoints = (service: string, ready: boolean) => ({
  apiVersion: "discovery.k8s.io/v1",
  kind: "EndpointSlice",
  metadata: { name: `${service}-1`, namespace: "shop", labels: { "kubernetes.io/service-name": service } },
  addressType: "IPv4",
  endpoints: [{ addresses: ["10.0.0.9"], conditions: { ready } }],
});

const moving = (text: string): string => {
  const fleet = parse(text);
  fleet.upgrade.traffic = [
    { route: "shop/storefront", blue: "storefront-blue", green: "storefront-green", pauseMinutes: 20 },
  ];
  fleet.upgrade.gates = { haltHours: 0 };
  fleet.upgrade.drain.timeoutMinutes = 20;
  return stringify(fleet);
};

async function kubernetes(world: TestWorld): Promise<KubeConfig> {
  const client = await armClient(world.simulator);
  const { kubeconfigs = [] } = await client.managedClusters.listClusterAdminCredentials("rg-dev-weu", "dev-weu");
  const config = new KubeConfig();
  config.loadFromString(Buffer.from(kubeconfigs[0]?.value ?? []).toString());
  return config;
}

interface Setup {
  readonly isReady?: boolean;
  readonly keepsState?: boolean;
}

/** A cluster with a route whose traffic goes to blue. */
async function routed({ isReady = true, keepsState = false }: Setup = {}): Promise<TestWorld> {
  const world = await newWorld({ fleetYaml: moving, keepsState });
  const api = KubernetesObjectApi.makeApiClient(await kubernetes(world));
  await api.create(DEFINITION as never);
  await world.pass(60);
  const custom = (await kubernetes(world)).makeApiClient(CustomObjectsApi);
  await custom.createNamespacedCustomObject({ ...PLACE, body: ROUTE });
  await api.create(endpoints("storefront-green", isReady) as never);
  await api.create(endpoints("storefront-blue", true) as never);
  return world;
}

interface Route {
  readonly metadata: { readonly managedFields?: ReadonlyArray<{ readonly manager: string }> };
  readonly spec: typeof ROUTE.spec;
}

async function readRoute(world: TestWorld): Promise<Route> {
  const custom = (await kubernetes(world)).makeApiClient(CustomObjectsApi);
  return (await custom.getNamespacedCustomObject({ ...PLACE, name: "storefront" })) as Route;
}

async function weights(world: TestWorld): Promise<string> {
  const { spec } = await readRoute(world);
  return (spec.rules[0]?.backendRefs ?? []).map(({ weight = 1 }) => weight).join("/");
}

async function setWeights(world: TestWorld, blue: number, green: number): Promise<void> {
  const custom = (await kubernetes(world)).makeApiClient(CustomObjectsApi);
  const [first] = ROUTE.spec.rules;
  const backendRefs = [blue, green].map((weight, index) => ({ ...first?.backendRefs[index], weight }));
  const body = { spec: { rules: [{ ...first, backendRefs }] } };
  const merge = setHeaderOptions("Content-Type", PatchStrategy.MergePatch);
  await custom.patchNamespacedCustomObject({ ...PLACE, name: "storefront", body }, merge);
}

async function start(world: TestWorld): Promise<string> {
  const body = { kind: "upgrade", scope: "nodeImage", by: "ada", reason: "a test", clusters: ["dev-weu"] };
  return ((await (await world.api("runs", { method: "POST", body })).json()) as { id: string }).id;
}

const poolOf = (run: UpgradeRunView) => run.rings[0]?.clusters[0]?.pools.find(({ name }) => name === "apps");
const reasonOf = (run: UpgradeRunView) => poolOf(run)?.reason ?? "";
const isAt = (share: string) => (run: UpgradeRunView) => reasonOf(run).includes(share);
const found = ({ findings }: UpgradeRunView, code: string) => findings.find((finding) => finding.code === code);

describe("the traffic of a route", () => {
  it("goes step by step to the other service before anything is drained", async () => {
    const world = await routed();
    const before = await readRoute(world);
    const id = await start(world);
    const seen: string[] = [];
    for (const [share, expected] of [
      ["blue 90,", "90/10"],
      ["blue 50,", "50/50"],
      ["blue 0,", "0/100"],
    ] as const) {
      const run = await world.until(id, isAt(share));
      expect(poolOf(run)?.nodes).toEqual([]);
      seen.push(await weights(world));
      expect(seen.at(-1)).toBe(expected);
    }
    const run = await world.ended(id);
    expect(run.verdict).toBe("passed");
    expect(await weights(world)).toBe("0/100");
    const told = found(run, "TrafficShifted");
    expect(told?.evidence.map((line) => line.replace(/ at .*/, ""))).toEqual([
      "storefront-blue 1, storefront-green 0 before",
      "storefront-blue 90, storefront-green 10",
      "storefront-blue 50, storefront-green 50",
      "storefront-blue 0, storefront-green 100",
    ]);
    const times = told?.evidence.slice(1).map((line) => Date.parse(line.replace(/.* at /, ""))) ?? [];
    expect((times[2] ?? 0) - (times[1] ?? 0)).toBeGreaterThanOrEqual(20 * 60_000);
    const after = await readRoute(world);
    expect(after.spec.parentRefs).toEqual(before.spec.parentRefs);
    expect(after.spec.rules[0]?.matches).toEqual(before.spec.rules[0]?.matches);
    expect(after.metadata.managedFields?.map(({ manager }) => manager)).toContain("drydock");
  });

  it("is as it was when the run is cancelled between two steps", async () => {
    const world = await routed();
    const id = await start(world);
    await world.until(id, isAt("blue 50,"));
    const body = { signal: "cancel", by: "bob", reason: "not now" };
    expect((await world.api(`runs/${id}/signals`, { method: "POST", body })).status).toBe(202);
    const run = await world.ended(id);
    expect(run.verdict).toBe("cancelled");
    expect(await weights(world)).toBe("1/0");
    expect(found(run, "TrafficReverted")?.message).toMatch(/storefront-blue 1, storefront-green 0/);
  });

  it("is as it was when what comes after it fails", async () => {
    const world = await routed();
    const id = await start(world);
    await world.until(id, isAt("blue 0,"));
    const api = KubernetesObjectApi.makeApiClient(await kubernetes(world));
    await api.create({
      ...{ apiVersion: "policy/v1", kind: "PodDisruptionBudget" },
      metadata: { name: "never", namespace: "reports" },
      spec: { maxUnavailable: 0, selector: { matchLabels: { app: "report-writer" } } },
    } as never);
    const run = await world.ended(id);
    expect(run.verdict).toBe("failed");
    expect(await weights(world)).toBe("1/0");
  });

  it.each(["blue 90,", "blue 50,", "blue 0,"])("goes on, or back, when the host is killed at %s", async (share) => {
    const world = await routed({ keepsState: true });
    const id = await start(world);
    await world.until(id, isAt(share));
    await world.crash();
    if (share === "blue 50,") {
      await world.api(`runs/${id}/signals`, { method: "POST", body: { signal: "cancel", by: "bob", reason: "no" } });
    }
    const run = await world.ended(id);
    expect(run.verdict).toBe(share === "blue 50," ? "cancelled" : "passed");
    expect(await weights(world)).toBe(share === "blue 50," ? "1/0" : "0/100");
  });

  it("is as it was within an hour when the run is terminated with all of its parts", async () => {
    const world = await routed();
    const id = await start(world);
    await world.until(id, isAt("blue 50,"));
    const { management } = world.host.engine;
    const all = { createdFromMs: 0, createdToMs: Number.MAX_SAFE_INTEGER, idPrefix: id, limit: 1_000 };
    for (const { instanceId } of management.query({ ...all, statuses: ["Running"] }).instances) {
      management.terminate(instanceId, "a test");
    }
    await world.pass(3_600);
    expect(await weights(world)).toBe("1/0");
  });

  it("is not taken out of the hands of somebody who changes it meanwhile, who is left with it", async () => {
    const world = await routed();
    const id = await start(world);
    await world.until(id, isAt("blue 90,"));
    await setWeights(world, 70, 30);
    const run = await world.ended(id);
    expect(run.verdict).toBe("failed");
    expect(run.findings.map(({ code }) => code)).toEqual(expect.arrayContaining(["Conflict", "UndoFailed"]));
    expect(await weights(world)).toBe("70/30");
  });

  it("does not go to a service that has no endpoint", async () => {
    const world = await routed({ isReady: false });
    const run = await world.ended(await start(world));
    expect(run.verdict).toBe("failed");
    expect(found(run, "NoReadyEndpoint")?.message).toMatch(/shop\/storefront-green has no endpoint that is ready/);
    expect(world.requests.filter((request) => request.startsWith("PATCH") && request.includes("httproutes"))).toEqual(
      [],
    );
  });

  it("that is in somebody's hands already is left alone, and so is its pool", async () => {
    const world = await routed();
    await setWeights(world, 60, 40);
    const run = await world.ended(await start(world));
    expect(found(run, "TrafficUnclear")?.message).toMatch(/one of them has to have no traffic/);
    expect(await weights(world)).toBe("60/40");
  });

  it("which a cluster does not have is told, and the upgrade goes on", async () => {
    const world = await newWorld({ fleetYaml: moving });
    const run = await world.ended(await start(world));
    expect(run.verdict).toBe("passed-with-warnings");
    expect(found(run, "TrafficRouteMissing")?.message).toMatch(/dev-weu has no HTTPRoute shop\/storefront/);
  });
});
