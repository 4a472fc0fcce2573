import type { ContainerServiceClient } from "@azure/arm-containerservice";
import { afterEach, describe, expect, it } from "vitest";
import { isNodeReady } from "../../simulator/kubernetes/model/pod-state.ts";
import { allOf, drive } from "./arm-clients.ts";
import { armClient, startSimulator, type TestSimulator } from "./start-simulator.ts";

const FAST = { updateIntervalInMs: 1 };
const GROUP = "rg-prod-weu";
const CLUSTER = "prod-weu";
const POOL = { vmSize: "Standard_D4ds_v5", count: 3, mode: "User", nodeLabels: { workload: "apps" } } as const;

let simulator: TestSimulator;
let client: ContainerServiceClient;
afterEach(() => simulator.close());

async function start(scenario: object): Promise<void> {
  simulator = await startSimulator({ scenario });
  client = await armClient(simulator);
}

const roll = () => client.agentPools.upgradeNodeImageVersion(GROUP, CLUSTER, "apps", FAST);
const poolNow = () => client.agentPools.get(GROUP, CLUSTER, "apps");
const counts = () => status("faults");
async function status(member: string): Promise<unknown> {
  return ((await (await fetch(`${simulator.url}/simulator/status`)).json()) as Record<string, unknown>)[member];
}

describe("an operation", () => {
  const failure = { code: "InternalOperationError", message: "Internal server error." };

  it("is accepted and fails late, with the code and message of the scenario", async () => {
    await start({ operations: [{ match: { kind: "UpgradeNodeImage" }, fail: { ...failure, afterSeconds: 120 } }] });
    const poller = roll();
    await poller.submitted();
    await expect(drive(simulator, poller)).rejects.toThrow(/InternalOperationError.*Internal server error/);
    expect(await poolNow()).toMatchObject({
      provisioningState: "Failed",
      status: { provisioningError: { code: "InternalOperationError" } },
    });
    const cordoned = simulator.azure
      .kubernetes(CLUSTER)
      .table("nodes")
      .list()
      .filter(({ spec }) => spec.unschedulable);
    expect(cordoned).toEqual([]);
    expect(await counts()).toEqual({ operationFails: 1 });
    await drive(simulator, roll());
    expect(await poolNow()).toMatchObject({ provisioningState: "Succeeded", count: 3 });
  });

  it("fails when it would have succeeded, if no time is given", async () => {
    await start({ operations: [{ match: { kind: "UpgradeCluster" }, fail: failure }] });
    const poller = client.managedClusters.createOrUpdate(
      GROUP,
      CLUSTER,
      { location: "westeurope", kubernetesVersion: "1.33.6" },
      FAST,
    );
    await expect(drive(simulator, poller)).rejects.toThrow(/InternalOperationError/);
    expect(await client.managedClusters.get(GROUP, CLUSTER)).toMatchObject({
      provisioningState: "Failed",
      kubernetesVersion: "1.33.5",
    });
  });

  it("is picked by kind, pool and turn", async () => {
    await start({ operations: [{ match: { pool: "apps" }, nth: 2, fail: { ...failure, afterSeconds: 1 } }] });
    const scale = (count: number) =>
      drive(simulator, client.agentPools.createOrUpdate(GROUP, CLUSTER, "apps", { ...POOL, count }, FAST));
    await scale(4);
    await expect(scale(5)).rejects.toThrow(/InternalOperationError/);
    await scale(3);
  });

  it("is stuck for hours, and lets itself be aborted", async () => {
    await start({ operations: [{ match: { kind: "UpgradeNodeImage" }, count: 2, stuckHours: 5 }] });
    const poller = roll();
    await poller.submitted();
    simulator.clock.advance(4 * 3_600);
    await poller.poll();
    expect([poller.isDone, (await poolNow()).provisioningState]).toEqual([false, "UpgradingNodeImageVersion"]);
    simulator.clock.advance(2 * 3_600);
    await drive(simulator, poller);
    expect(await poolNow()).toMatchObject({ provisioningState: "Succeeded" });
    simulator.world.change(() => {
      const pool = simulator.azure.findPool(CLUSTER, "apps");
      const machines = pool?.machines.map((machine) => ({ ...machine, imageVersion: "old" })) ?? [];
      if (pool) simulator.azure.putPool({ ...pool, machines, nodeImageVersion: "old" });
    });
    await roll().submitted();
    await drive(simulator, client.agentPools.abortLatestOperation(GROUP, CLUSTER, "apps", FAST));
    expect(await poolNow()).toMatchObject({ provisioningState: "Canceled" });
  });
});

describe("capacity", () => {
  it("fails an upgrade whose surge finds no machine; its room is given up", async () => {
    await start({ capacity: [{ match: { location: "westeurope", pool: "apps" }, code: "ZonalAllocationFailed" }] });
    await expect(drive(simulator, roll())).rejects.toThrow(/ZonalAllocationFailed.*sufficient capacity/);
    expect(await allOf(client.machines.list(GROUP, CLUSTER, "apps"))).toHaveLength(3);
    await drive(simulator, roll());
  });

  it("that is short makes an upgrade to 1.35 do with less surge", async () => {
    // The upgrade to 1.34 asks for two machines and gets them; of the next two one cannot be had.
    await start({ capacity: [{ match: { pool: "apps" }, nth: 3 }] });
    const nodes = () =>
      simulator.azure
        .kubernetes(CLUSTER)
        .table("nodes")
        .list()
        .filter(({ metadata }) => metadata.labels?.agentpool === "apps").length;
    const mostSeen: number[] = [];
    for (const kubernetesVersion of ["1.34.2", "1.35.0"]) {
      const body = { location: "westeurope", kubernetesVersion };
      await drive(simulator, client.managedClusters.createOrUpdate(GROUP, CLUSTER, body, FAST));
      const upgrade = { ...POOL, orchestratorVersion: kubernetesVersion, upgradeSettings: { maxSurge: "2" } };
      await client.agentPools.createOrUpdate(GROUP, CLUSTER, "apps", upgrade, FAST).submitted();
      let most = 0;
      simulator.clock.advanceUntil(() => {
        most = Math.max(most, nodes());
        return simulator.azure.runningOperation(CLUSTER) === undefined;
      }, 20_000);
      mostSeen.push(most);
    }
    expect(mostSeen).toEqual([5, 4]);
    expect(await poolNow()).toMatchObject({ provisioningState: "Succeeded", orchestratorVersion: "1.35.0", count: 3 });
    expect(await counts()).toEqual({ allocation: 1 });
  });

  it("is there for another region", async () => {
    await start({ capacity: [{ match: { location: "westeurope" }, count: 99 }] });
    await drive(simulator, client.agentPools.upgradeNodeImageVersion("rg-prod-neu", "prod-neu", "apps", FAST));
  });
});

describe("quota", () => {
  // prod-weu, staging-weu and dev-weu: 5 + 5 + 3 nodes of 4 vCPUs.
  const quotas = (limit: number) => ({ quotas: [{ location: "westeurope", family: "standardDDSv5Family", limit }] });

  it("refuses a pool, a cluster or more nodes at once", async () => {
    await start(quotas(56));
    const put = (count: number) => client.agentPools.createOrUpdate(GROUP, CLUSTER, "apps", { ...POOL, count }, FAST);
    await expect(put(5).submitted()).rejects.toMatchObject({
      statusCode: 400,
      code: "QuotaExceeded",
      message: expect.stringMatching(
        /standardDDSv5Family Cores quota.*Limit: 56, Current Usage: 52, Additional Required: 8/,
      ),
    });
    await drive(simulator, put(4));
  });

  it("fails an upgrade whose surge does not fit", async () => {
    await start(quotas(52));
    await expect(drive(simulator, roll())).rejects.toThrow(/QuotaExceeded/);
    expect(await poolNow()).toMatchObject({ provisioningState: "Failed", count: 3 });
  });

  it("counts all families against cores", async () => {
    await start({ quotas: [{ location: "westeurope", family: "cores", limit: 54 }] });
    const pool = { vmSize: "Standard_E8s_v5", count: 1, mode: "User" } as const;
    await expect(client.agentPools.createOrUpdate(GROUP, CLUSTER, "mem", pool).submitted()).rejects.toMatchObject({
      code: "QuotaExceeded",
    });
  });
});

describe("nodes and pods", () => {
  it("a node that never gets ready stays NotReady and fails its operation in the end", async () => {
    await start({ nodes: [{ match: { cluster: CLUSTER, pool: "apps" } }], settings: { nodeReadyTimeoutSeconds: 600 } });
    const put = client.agentPools.createOrUpdate(GROUP, CLUSTER, "apps", { ...POOL, count: 4 }, FAST);
    await put.submitted();
    simulator.clock.advance(400);
    const unready = simulator.azure
      .kubernetes(CLUSTER)
      .table("nodes")
      .list()
      .filter(({ status }) => JSON.stringify(status).includes('"status":"False"'));
    expect(unready).toHaveLength(1);
    await expect(drive(simulator, put)).rejects.toThrow(/VMExtensionProvisioningError.*did not become ready/);
    await drive(simulator, client.agentPools.createOrUpdate(GROUP, CLUSTER, "apps", { ...POOL, count: 4 }, FAST));
    const nodes = simulator.azure.kubernetes(CLUSTER).table("nodes").list();
    expect(nodes.filter((node) => !isNodeReady(node))).toEqual([]);
  });

  it("a pod that never goes stays terminating until it is deleted by force", async () => {
    await start({ pods: [{ match: { namespace: "shop", name: "storefront.*" }, count: 50 }] });
    const kubernetes = simulator.azure.kubernetes(CLUSTER);
    const [pod] = kubernetes
      .table("pods")
      .list("shop")
      .filter(({ metadata }) => metadata.name.startsWith("storefront"));
    const name = pod?.metadata.name ?? "";
    const token = simulator.azure.secrets.get(`kubernetes/${CLUSTER}`);
    const path = `${simulator.url}/kubernetes/${CLUSTER}/api/v1/namespaces/shop/pods/${name}`;
    const remove = (query: string) =>
      fetch(path + query, { method: "DELETE", headers: { authorization: `Bearer ${token}` } });
    await remove("");
    simulator.clock.advance(7_200);
    expect(kubernetes.table("pods").find("shop", name)?.metadata.deletionTimestamp).toBeDefined();
    expect(await counts()).toEqual({ podNeverGone: 1 });
    await remove("?gracePeriodSeconds=0");
    expect(kubernetes.table("pods").find("shop", name)).toBeUndefined();
  });
});
