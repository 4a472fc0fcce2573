import type { ContainerServiceClient } from "@azure/arm-containerservice";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { allOf, drive } from "./arm-clients.ts";
import { armClient, startSimulator, type TestSimulator } from "./start-simulator.ts";

const GROUP = "rg-prod-weu";
const CLUSTER = "prod-weu";
const FAST = { updateIntervalInMs: 1 };
const POOL = { vmSize: "Standard_D4ds_v5", count: 3, mode: "User", nodeLabels: { workload: "apps" } } as const;

let simulator: TestSimulator;
let client: ContainerServiceClient;

beforeEach(async () => {
  simulator = await startSimulator();
  client = await armClient(simulator);
});

afterEach(() => simulator.close());

const kubernetes = () => simulator.azure.kubernetes(CLUSTER);
const nodesOf = (pool: string) =>
  kubernetes()
    .table("nodes")
    .list()
    .filter(({ metadata }) => metadata.labels?.agentpool === pool);

/** Lets a pool's PUT change its upgrade settings, and waits. */
async function setUpgrade(upgradeSettings: object, count = 3): Promise<void> {
  await drive(
    simulator,
    client.agentPools.createOrUpdate(GROUP, CLUSTER, "apps", { ...POOL, count, upgradeSettings }, FAST),
  );
}

/** Pins pods to nodes: the budget of the storefront lets none of it go. */
function blockStorefront(): void {
  simulator.world.change(() => {
    const budget = kubernetes().table("poddisruptionbudgets").get("shop", "storefront");
    kubernetes()
      .table("poddisruptionbudgets")
      .update({ ...budget, spec: { ...budget.spec, minAvailable: 4 } });
  });
}

/** What is true of the nodes at each second of an upgrade. */
async function watchUpgrade(
  see: () => void,
): Promise<{ readonly poller: { isDone: boolean; poll(): Promise<unknown> } }> {
  const poller = client.agentPools.upgradeNodeImageVersion(GROUP, CLUSTER, "apps", FAST);
  await poller.submitted();
  simulator.clock.advanceUntil(() => {
    see();
    return simulator.azure.runningOperation(CLUSTER) === undefined;
  }, 40_000);
  return { poller };
}

describe("machines", () => {
  it("are listed and shown with zone, address and virtual machine", async () => {
    const machines = await allOf(client.machines.list(GROUP, CLUSTER, "apps"));
    expect(machines).toHaveLength(3);
    const [first] = machines;
    const shown = await client.machines.get(GROUP, CLUSTER, "apps", first?.name ?? "");
    expect(shown).toMatchObject({ name: first?.name, zones: ["1"] });
    expect(shown.properties?.resourceId).toMatch(/virtualMachineScaleSets\/aks-apps-\d+-vmss\/virtualMachines\/0$/);
    await expect(client.machines.get(GROUP, CLUSTER, "apps", "nope")).rejects.toMatchObject({ statusCode: 404 });
  });

  it("are drained and deleted by name; the pool gets smaller", async () => {
    const [first = { name: "" }] = await allOf(client.machines.list(GROUP, CLUSTER, "apps"));
    const machineNames = [first.name ?? ""];
    await drive(simulator, client.agentPools.deleteMachines(GROUP, CLUSTER, "apps", { machineNames }, FAST));
    expect(await client.agentPools.get(GROUP, CLUSTER, "apps")).toMatchObject({
      count: 2,
      provisioningState: "Succeeded",
    });
    expect(nodesOf("apps").map(({ metadata }) => metadata.name)).not.toContain(first.name);
  });

  it("that are not there are refused by name", async () => {
    const body = { machineNames: ["aks-nope"] };
    await expect(client.agentPools.deleteMachines(GROUP, CLUSTER, "apps", body).submitted()).rejects.toMatchObject({
      statusCode: 400,
      message: expect.stringContaining("aks-nope"),
    });
  });
});

describe("upgrade settings", () => {
  it.each([
    ["1", 4],
    ["2", 5],
    ["33%", 4],
    ["50%", 5],
    ["100%", 6],
  ])("maxSurge %s of 3 nodes makes at most %i, percentages rounded up", async (maxSurge, most) => {
    await setUpgrade({ maxSurge });
    let seen = 0;
    await watchUpgrade(() => {
      seen = Math.max(seen, nodesOf("apps").length);
    });
    expect(seen).toBe(most);
    expect(nodesOf("apps")).toHaveLength(3);
  });

  it("maxUnavailable takes nodes without making others", async () => {
    await setUpgrade({ maxSurge: "0", maxUnavailable: "1" });
    let most = 0;
    let cordoned = 0;
    await watchUpgrade(() => {
      most = Math.max(most, nodesOf("apps").length);
      cordoned = Math.max(cordoned, nodesOf("apps").filter(({ spec }) => spec.unschedulable).length);
    });
    expect([most, cordoned]).toEqual([3, 1]);
  });

  it("nodeSoakDurationInMinutes waits between a drained node and its reimaging", async () => {
    await setUpgrade({ maxSurge: "1" });
    const beganMs = simulator.clock.nowMs();
    await watchUpgrade(() => {});
    const quickMs = simulator.clock.nowMs() - beganMs;
    await setUpgrade({ maxSurge: "1", nodeSoakDurationInMinutes: 10 });
    await resetImages();
    const againMs = simulator.clock.nowMs();
    await watchUpgrade(() => {});
    expect(simulator.clock.nowMs() - againMs).toBeGreaterThan(quickMs + 3 * 10 * 60_000 - 120_000);
  });

  it("drainTimeoutInMinutes ends a drain that gets nowhere", async () => {
    await setUpgrade({ maxSurge: "1", drainTimeoutInMinutes: 7 });
    blockStorefront();
    const beganMs = simulator.clock.nowMs();
    const { poller } = await watchUpgrade(() => {});
    const minutes = (simulator.clock.nowMs() - beganMs) / 60_000;
    expect(minutes).toBeGreaterThan(7);
    expect(minutes).toBeLessThan(11);
    await expect(drive(simulator, poller)).rejects.toThrow(/UpgradeFailed/);
  });

  it("Schedule leaves a blocked node schedulable, and the next PUT is well again", async () => {
    await setUpgrade({ maxSurge: "1", undrainableNodeBehavior: "Schedule" });
    blockStorefront();
    await watchUpgrade(() => {});
    expect(nodesOf("apps").filter(({ spec }) => spec.unschedulable)).toEqual([]);
    expect(await client.agentPools.get(GROUP, CLUSTER, "apps")).toMatchObject({ provisioningState: "Failed" });
    await setUpgrade({ maxSurge: "1" });
    expect(await client.agentPools.get(GROUP, CLUSTER, "apps")).toMatchObject({
      provisioningState: "Succeeded",
      count: 3,
    });
  });

  it("Cordon sets blocked nodes aside, goes on, and keeps the surge nodes in their place", async () => {
    await setUpgrade({ maxSurge: "100%", undrainableNodeBehavior: "Cordon", drainTimeoutInMinutes: 5 });
    blockStorefront();
    await watchUpgrade(() => {});
    const aside = nodesOf("apps").filter(({ spec }) => spec.unschedulable);
    expect(aside.length).toBeGreaterThan(0);
    for (const { metadata } of aside) {
      expect(metadata.labels).toMatchObject({ "kubernetes.azure.com/upgrade-status": "Quarantined" });
    }
    const pool = await client.agentPools.get(GROUP, CLUSTER, "apps");
    expect(pool).toMatchObject({ provisioningState: "Failed", count: 3 + aside.length });
    expect(nodesOf("apps").filter(({ spec }) => !spec.unschedulable)).toHaveLength(3);
  });

  it("Cordon ends as Canceled when there are more blocked nodes than surge nodes", async () => {
    await setUpgrade({ maxSurge: "1", undrainableNodeBehavior: "Cordon", drainTimeoutInMinutes: 5 });
    blockStorefront();
    await watchUpgrade(() => {});
    const pool = await client.agentPools.get(GROUP, CLUSTER, "apps");
    expect(pool).toMatchObject({ provisioningState: "Canceled", count: 4 });
    expect(nodesOf("apps").filter(({ spec }) => spec.unschedulable)).toHaveLength(1);
  });

  it("that ask for neither surge nor unavailability, or for it on a system pool, are refused", async () => {
    const put = (name: string, body: object) =>
      client.agentPools.createOrUpdate(GROUP, CLUSTER, name, body).submitted();
    const none = { maxSurge: "0", maxUnavailable: "0" };
    await expect(put("apps", { ...POOL, upgradeSettings: none })).rejects.toMatchObject({ code: "InvalidParameter" });
    const system = { mode: "System", count: 2, upgradeSettings: { maxUnavailable: "1" } };
    await expect(put("system", system)).rejects.toMatchObject({ code: "InvalidParameter" });
  });
});

/** Gives the nodes of the pool an old image again, as if a month had passed. */
async function resetImages(): Promise<void> {
  simulator.world.change(() => {
    const pool = simulator.azure.findPool(CLUSTER, "apps");
    if (!pool) throw new Error("the pool is gone");
    const imageVersion = "AKSUbuntu-2204gen2containerd-202610.27.0";
    const machines = pool.machines.map((machine) => ({ ...machine, imageVersion }));
    simulator.azure.putPool({ ...pool, machines, nodeImageVersion: imageVersion });
  });
}

describe("an operation on a pool", () => {
  it("is aborted: Canceled, no node left cordoned, and the pool can be changed again", async () => {
    const poller = client.agentPools.upgradeNodeImageVersion(GROUP, CLUSTER, "apps", FAST);
    await poller.submitted();
    simulator.clock.advanceUntil(() => nodesOf("apps").some(({ spec }) => spec.unschedulable), 2_000);
    await drive(simulator, client.agentPools.abortLatestOperation(GROUP, CLUSTER, "apps", FAST));
    await expect(drive(simulator, poller)).rejects.toThrow(/cancel/i);
    expect(await client.agentPools.get(GROUP, CLUSTER, "apps")).toMatchObject({ provisioningState: "Canceled" });
    expect(nodesOf("apps").filter(({ spec }) => spec.unschedulable)).toEqual([]);
    await setUpgrade({});
    expect(nodesOf("apps")).toHaveLength(3);
  });

  it("cannot be aborted when there is none", async () => {
    await expect(client.agentPools.abortLatestOperation(GROUP, CLUSTER, "apps").submitted()).rejects.toMatchObject({
      code: "OperationNotAllowed",
    });
  });

  it("holds the whole cluster, in the words of the real one", async () => {
    await client.agentPools.upgradeNodeImageVersion(GROUP, CLUSTER, "apps", FAST).submitted();
    const refusal = { statusCode: 409, code: "OperationNotAllowed" };
    await expect(client.managedClusters.delete(GROUP, CLUSTER).submitted()).rejects.toMatchObject(refusal);
    await expect(client.agentPools.delete(GROUP, CLUSTER, "apps").submitted()).rejects.toMatchObject({
      ...refusal,
      message: expect.stringContaining("(apps - UpgradingNodeImageVersion) is in progress"),
    });
  });
});

describe("a pool", () => {
  it("keeps autoscaler settings, tags and taints, and checks them", async () => {
    const scaling = { enableAutoScaling: true, minCount: 2, maxCount: 6 };
    const body = { ...POOL, ...scaling, tags: { team: "shop" } };
    await drive(simulator, client.agentPools.createOrUpdate(GROUP, CLUSTER, "apps", body, FAST));
    expect(await client.agentPools.get(GROUP, CLUSTER, "apps")).toMatchObject({ ...scaling, tags: { team: "shop" } });
    const put = (change: object) =>
      client.agentPools.createOrUpdate(GROUP, CLUSTER, "apps", { ...body, ...change }).submitted();
    await expect(put({ count: 7 })).rejects.toMatchObject({ code: "InvalidParameter" });
    await expect(put({ minCount: 5, maxCount: 4 })).rejects.toMatchObject({ code: "InvalidParameter" });
    await expect(put({ enableAutoScaling: false })).rejects.toMatchObject({ code: "InvalidParameter" });
  });

  it("is stopped and started", async () => {
    const power = (code: string) => ({ ...POOL, powerState: { code } });
    await drive(simulator, client.agentPools.createOrUpdate(GROUP, CLUSTER, "apps", power("Stopped"), FAST));
    expect(await client.agentPools.get(GROUP, CLUSTER, "apps")).toMatchObject({ powerState: { code: "Stopped" } });
    const ready = () =>
      nodesOf("apps").filter(({ status }) => JSON.stringify(status).includes('"status":"True"')).length;
    expect(ready()).toBe(0);
    await drive(simulator, client.agentPools.createOrUpdate(GROUP, CLUSTER, "apps", power("Running"), FAST));
    expect(ready()).toBe(3);
  });

  it("is offered the versions up to its control plane's", async () => {
    const { agentPoolVersions } = await client.agentPools.getAvailableAgentPoolVersions(GROUP, CLUSTER);
    expect(agentPoolVersions).toEqual([expect.objectContaining({ kubernetesVersion: "1.33.5", default: true })]);
  });
});
