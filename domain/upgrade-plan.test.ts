import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ClusterFacts, PoolFacts } from "./cluster-facts.ts";
import { type FleetConfig, fleetConfigSchema } from "./fleet-config.ts";
import { type Observation, type PlanRequest, planUpgrade, stillBehind } from "./upgrade-plan.ts";

const OLD = "AKSUbuntu-2204gen2containerd-202601.05.0";
const NEW = "AKSUbuntu-2204gen2containerd-202602.10.0";
const NEWER = "AKSUbuntu-2204gen2containerd-202603.1.0";

function resourceId(name: string): string {
  return `/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/rg/providers/Microsoft.ContainerService/managedClusters/${name}`;
}

function fleet(clusters: Record<string, string>): FleetConfig {
  return fleetConfigSchema.parse({
    fleet: "harbour",
    rings: [{ name: "dev" }, { name: "staging" }, { name: "prod", maxParallel: 2 }],
    clusters: Object.entries(clusters).map(([name, ring]) => ({ name, resourceId: resourceId(name), ring })),
  });
}

function pool(name: string, change: Partial<PoolFacts> = {}): PoolFacts {
  return {
    name,
    mode: "User",
    osType: "Linux",
    osSku: "Ubuntu",
    vmSize: "Standard_D4s_v5",
    count: 3,
    kubernetesVersion: "1.33.5",
    nodeImageVersion: OLD,
    latestNodeImageVersion: NEW,
    provisioningState: "Succeeded",
    powerState: "Running",
    ...change,
  };
}

function facts(name: string, pools: PoolFacts[], change: Partial<ClusterFacts> = {}): ClusterFacts {
  return {
    name,
    resourceId: resourceId(name),
    location: "westeurope",
    kubernetesVersion: "1.33.5",
    upgrades: [],
    provisioningState: "Succeeded",
    powerState: "Running",
    pools,
    ...change,
  };
}

function seen(name: string, pools: PoolFacts[], change: Partial<ClusterFacts> = {}): Observation {
  return { name, facts: facts(name, pools, change) };
}

/** A run over everything, as far as its rings allow. */
const ALL: PlanRequest = { targets: null, scope: "minor" };

/** The plan for one cluster, with what a reader asks first. */
function planOf(observation: Observation | undefined) {
  const plan = planUpgrade(fleet({ "dev-weu": "dev" }), observation ? [observation] : [], ALL);
  const [cluster] = plan.rings[0]?.clusters ?? [];
  return {
    skip: cluster?.skip,
    pools: cluster?.pools.map(({ name }) => name),
    findings: plan.findings.map(({ code, severity, subject }) => `${severity} ${code} ${subject}`),
  };
}

const upToDate = { nodeImageVersion: NEW };

describe("the plan of a cluster", () => {
  it.each<[string, Observation | undefined, ReturnType<typeof planOf>]>([
    [
      "takes the pools that are behind, system pools first, then by name",
      seen("dev-weu", [pool("shop"), pool("sys", { mode: "System" }), pool("batch"), pool("asys", { mode: "System" })]),
      { skip: null, pools: ["asys", "sys", "batch", "shop"], findings: [] },
    ],
    [
      "leaves out pools that are up to date",
      seen("dev-weu", [pool("shop", upToDate), pool("batch")]),
      { skip: null, pools: ["batch"], findings: [] },
    ],
    [
      "leaves a cluster alone that is up to date",
      seen("dev-weu", [pool("shop", upToDate)]),
      { skip: "all node images are up to date", pools: [], findings: [] },
    ],
    [
      "leaves a stopped cluster alone",
      seen("dev-weu", [pool("shop")], { powerState: "Stopped" }),
      { skip: "dev-weu is stopped", pools: [], findings: ["warning ClusterStopped dev-weu"] },
    ],
    [
      "leaves a stopped pool alone and takes the others",
      seen("dev-weu", [pool("shop", { powerState: "Stopped" }), pool("batch")]),
      { skip: null, pools: ["batch"], findings: ["warning PoolStopped dev-weu/shop"] },
    ],
    [
      "does not call stopped pools that are behind up to date",
      seen("dev-weu", [pool("shop", { powerState: "Stopped" }), pool("batch", upToDate)]),
      { skip: "pool shop is stopped", pools: [], findings: ["warning PoolStopped dev-weu/shop"] },
    ],
    [
      "does not mind a stopped pool that is up to date",
      seen("dev-weu", [pool("shop", { powerState: "Stopped", ...upToDate })]),
      { skip: "all node images are up to date", pools: [], findings: [] },
    ],
    [
      "does not call pools up to date of which Azure names no newest image",
      seen("dev-weu", [pool("win", { latestNodeImageVersion: "" })]),
      {
        skip: "the newest image of pool win is not known",
        pools: [],
        findings: ["warning NewestImageUnknown dev-weu/win"],
      },
    ],
    [
      "leaves a cluster alone that cannot be seen",
      { name: "dev-weu", unreachable: "could not look at cluster dev-weu: 403" },
      {
        skip: "dev-weu cannot be seen: could not look at cluster dev-weu: 403",
        pools: [],
        findings: ["warning ClusterUnreachable dev-weu"],
      },
    ],
    [
      "leaves a cluster alone that was not looked at",
      undefined,
      {
        skip: "dev-weu cannot be seen: it was not looked at",
        pools: [],
        findings: ["warning ClusterUnreachable dev-weu"],
      },
    ],
  ])("%s", (_rule, observation, expected) => {
    expect(planOf(observation)).toEqual(expected);
  });

  it("fixes image and policy of every pool: system pools by theirs, user pools by theirs", () => {
    const observation = seen("dev-weu", [pool("sys", { mode: "system" }), pool("shop", { osType: "Windows" })]);
    const plan = planUpgrade(fleet({ "dev-weu": "dev" }), [observation], ALL);
    const surge = { strategy: "surge", parallelDrains: 1, soakMinutes: 0, rollBack: true };
    const to = { count: 3, fromImage: OLD, toImage: NEW, fromVersion: "1.33.5", toVersion: "1.33.5" };
    const estimate = { totalMs: expect.any(Number), pieceMs: expect.any(Number) };
    expect(plan.rings[0]?.clusters[0]?.pools).toEqual([
      { name: "sys", mode: "system", osType: "Linux", ...to, policy: surge, estimate },
      { name: "shop", mode: "User", osType: "Windows", ...to, policy: { ...surge, strategy: "blueGreen" }, estimate },
    ]);
  });

  it("estimates a pool by what its own upgrades took before", () => {
    const observation = seen("dev-weu", [pool("shop"), pool("batch")]);
    const history = { "dev-weu/shop/blueGreen": [60_000, 7_200_000] };
    const plan = planUpgrade(fleet({ "dev-weu": "dev" }), [observation], { ...ALL, history });
    const plain = planUpgrade(fleet({ "dev-weu": "dev" }), [observation], ALL);
    const [batch, shop] = plan.rings[0]?.clusters[0]?.pools ?? [];
    expect(shop?.estimate.totalMs).toBe(3 * 7_200_000);
    expect(batch).toEqual(plain.rings[0]?.clusters[0]?.pools[0]);
  });
});

describe("the plan of a fleet", () => {
  const config = fleet({ "prod-weu": "prod", "dev-weu": "dev", "prod-neu": "prod", "staging-weu": "staging" });
  const observations = config.clusters.map(({ name }) => seen(name, [pool("shop")]));

  it.each([
    [
      "the whole fleet, ring by ring, clusters as fleet.yaml names them",
      null,
      ["dev: dev-weu", "staging: staging-weu", "prod: prod-weu prod-neu"],
    ],
    ["only what is asked for, and no empty rings", ["prod-neu", "dev-weu"], ["dev: dev-weu", "prod: prod-neu"]],
    ["nothing when nothing is asked for", [], []],
  ])("takes %s", (_what, targets, expected) => {
    const plan = planUpgrade(config, observations, { ...ALL, targets });
    expect(
      plan.rings.map(({ ring, clusters }) => `${ring.name}: ${clusters.map(({ name }) => name).join(" ")}`),
    ).toEqual(expected);
  });

  it("says when a cluster was asked for that fleet.yaml does not name", () => {
    const plan = planUpgrade(config, observations, { ...ALL, targets: ["dev-weu", "dev-neu"] });
    expect(plan.findings).toMatchObject([{ code: "ClusterNotInFleet", severity: "warning", subject: "dev-neu" }]);
    expect(plan.rings).toHaveLength(1);
  });

  it("keeps windows and widths of the rings as fleet.yaml gives them", () => {
    const window = { timeZone: "Europe/Berlin", weekly: [{ days: ["sat"], start: "22:00", hours: 4 }] };
    const withWindow = fleetConfigSchema.parse({
      ...config,
      rings: [{ name: "dev", window }, ...config.rings.slice(1)],
    });
    const [dev, , prod] = planUpgrade(withWindow, observations, ALL).rings;
    expect(dev?.ring.window).toEqual({ ...window, freezes: [] });
    expect(prod?.ring.maxParallel).toBe(2);
  });

  it("places every cluster exactly once, with pools or with a reason, and one that fails never stops the others", () => {
    const names = ["a", "b", "c", "d", "e", "f"];
    const state = fc.constantFrom("behind", "current", "stopped", "unreachable", "unseen");
    const rings = fc.constantFrom("dev", "staging", "prod");
    fc.assert(
      fc.property(fc.array(fc.tuple(rings, state), { minLength: 1, maxLength: 6 }), (specs) => {
        const clusters = specs.map(([ring, how], index) => ({ name: names[index] ?? "", ring, how }));
        const observed = clusters.flatMap(({ name, how }): Observation[] => {
          if (how === "unseen") return [];
          if (how === "unreachable") return [{ name, unreachable: "timeout" }];
          const powerState = how === "stopped" ? "Stopped" : "Running";
          return [seen(name, [pool("shop", how === "current" ? upToDate : {})], { powerState })];
        });
        const random = fleet(Object.fromEntries(clusters.map(({ name, ring }) => [name, ring])));
        const plan = planUpgrade(random, observed, ALL);
        const planned = plan.rings.flatMap((ring) => ring.clusters);
        expect(planned.map(({ name }) => name).toSorted()).toEqual(clusters.map(({ name }) => name).toSorted());
        for (const { name, pools, skip } of planned) {
          const how = clusters.find((cluster) => cluster.name === name)?.how;
          expect(pools.length > 0).toBe(how === "behind");
          expect(skip === null).toBe(how === "behind");
          const hasFinding = plan.findings.some(({ cluster }) => cluster === name);
          expect(hasFinding).toBe(how !== "behind" && how !== "current");
        }
        const order = plan.rings.map(({ ring }) => ["dev", "staging", "prod"].indexOf(ring.name));
        expect(order).toEqual(order.toSorted((left, right) => left - right));
      }),
    );
  });
});

describe("pools that are still behind when a cluster's turn has come", () => {
  const planned = planUpgrade(fleet({ "dev-weu": "dev" }), [seen("dev-weu", [pool("shop"), pool("batch")])], ALL);
  const [plan] = planned.rings[0]?.clusters ?? [];

  it.each([
    ["all, when nobody was there", [pool("shop"), pool("batch")], ["batch", "shop"]],
    ["not one that has the image now", [pool("shop", { nodeImageVersion: NEW }), pool("batch")], ["batch"]],
    ["not one that is gone", [pool("shop2", { nodeImageVersion: NEW }), pool("batch")], ["batch"]],
    ["none, when another run did it all", [pool("shop", { nodeImageVersion: NEW })], []],
    [
      "one that has the image and whose last operation failed",
      [pool("shop", { nodeImageVersion: NEW, provisioningState: "Failed" })],
      ["shop"],
    ],
    ["not one that somebody took further", [pool("shop", { nodeImageVersion: NEWER }), pool("batch")], ["batch"]],
    ["no pool that was not planned", [pool("new"), pool("batch")], ["batch"]],
  ])("%s", (_what, now, expected) => {
    const left = plan && stillBehind(plan, facts("dev-weu", now));
    expect(left?.pools.map(({ name }) => name)).toEqual(expected);
    expect(left?.controlPlane).toBeNull();
  });
});
