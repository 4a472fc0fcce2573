import type { ContainerServiceClient, ManagedCluster } from "@azure/arm-containerservice";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { allOf, drive } from "./arm-clients.ts";
import { armClient, startSimulator, type TestSimulator } from "./start-simulator.ts";

const GROUP = "rg-prod-weu";
const CLUSTER = "prod-weu";
const FAST = { updateIntervalInMs: 1 };

const SCRATCH: ManagedCluster = {
  location: "westeurope",
  tags: { "drydock-run": "r1" },
  identity: { type: "SystemAssigned" },
  dnsPrefix: "scratch",
  kubernetesVersion: "1.33.6",
  agentPoolProfiles: [
    { name: "system", mode: "System", count: 1, vmSize: "Standard_D4ds_v5" },
    { name: "apps", mode: "User", count: 2, vmSize: "Standard_D8ds_v5", availabilityZones: ["1", "2"] },
  ],
};

let simulator: TestSimulator;
let client: ContainerServiceClient;

beforeEach(async () => {
  simulator = await startSimulator();
  client = await armClient(simulator);
});

afterEach(() => simulator.close());

const put = (name: string, body: ManagedCluster, options: object = {}) =>
  client.managedClusters.createOrUpdate(GROUP, name, body, { ...FAST, ...options });

/** The status of a request to a cluster's Kubernetes API. */
async function askKubernetes(cluster: string): Promise<number> {
  const token = simulator.azure.secrets.get(`kubernetes/${cluster}`);
  const headers = { authorization: `Bearer ${token}` };
  return (await fetch(`${simulator.url}/kubernetes/${cluster}/api/v1/nodes`, { headers })).status;
}

describe("a new cluster", () => {
  it("is Creating, its pools come up, and then its Kubernetes answers, empty", async () => {
    const poller = put("scratch", SCRATCH);
    await poller.submitted();
    expect(await client.managedClusters.get(GROUP, "scratch")).toMatchObject({
      provisioningState: "Creating",
      tags: { "drydock-run": "r1" },
    });
    expect(await askKubernetes("scratch")).toBe(503);
    await drive(simulator, poller);
    const made = await client.managedClusters.get(GROUP, "scratch");
    expect(made).toMatchObject({ provisioningState: "Succeeded", kubernetesVersion: "1.33.6" });
    expect(
      made.agentPoolProfiles?.map(({ name, count, provisioningState }) => [name, count, provisioningState]),
    ).toEqual([
      ["apps", 2, "Succeeded"],
      ["system", 1, "Succeeded"],
    ]);
    expect(await askKubernetes("scratch")).toBe(200);
    const kubernetes = simulator.azure.kubernetes("scratch");
    expect(kubernetes.table("nodes").list()).toHaveLength(3);
    expect(
      kubernetes
        .table("namespaces")
        .list()
        .map(({ metadata }) => metadata.name),
    ).not.toContain("shop");
  });

  it("that goes and comes again under its name is empty", async () => {
    simulator.azure.kubernetes(CLUSTER);
    await drive(simulator, client.managedClusters.delete(GROUP, CLUSTER, FAST));
    await expect(client.managedClusters.get(GROUP, CLUSTER)).rejects.toMatchObject({ statusCode: 404 });
    await drive(simulator, put(CLUSTER, SCRATCH));
    simulator.clock.advance(600);
    const kubernetes = simulator.azure.kubernetes(CLUSTER);
    expect(kubernetes.table("nodes").list()).toHaveLength(3);
    expect(kubernetes.table("pods").list()).toEqual([]);
  });

  it.each([
    ["no system pool", { agentPoolProfiles: [{ name: "apps", mode: "User", count: 1, vmSize: "Standard_D4ds_v5" }] }],
    ["an unknown version", { kubernetesVersion: "1.12.0" }],
    [
      "a pool ahead of it",
      {
        agentPoolProfiles: [
          { name: "system", mode: "System", count: 1, vmSize: "Standard_D4ds_v5", orchestratorVersion: "1.34.1" },
        ],
      },
    ],
  ])("with %s is refused, and nothing of it stays", async (_what, change) => {
    await expect(put("scratch", { ...SCRATCH, ...change } as ManagedCluster).submitted()).rejects.toMatchObject({
      statusCode: 400,
    });
    await expect(client.managedClusters.get(GROUP, "scratch")).rejects.toMatchObject({ code: "ResourceNotFound" });
  });

  it("needs its resource group", async () => {
    const poller = client.managedClusters.createOrUpdate("rg-none", "scratch", SCRATCH, FAST);
    await expect(poller.submitted()).rejects.toMatchObject({ statusCode: 404, code: "ResourceGroupNotFound" });
  });
});

describe("a control plane", () => {
  const upgrade = (version: string) => put(CLUSTER, { location: "westeurope", kubernetesVersion: version });

  it("is upgraded alone; its pools follow by their own PUT", async () => {
    const poller = upgrade("1.34.2");
    await poller.submitted();
    expect(await client.managedClusters.get(GROUP, CLUSTER)).toMatchObject({
      provisioningState: "Upgrading",
      currentKubernetesVersion: "1.33.5",
    });
    await drive(simulator, poller);
    const upgraded = await client.managedClusters.get(GROUP, CLUSTER);
    expect(upgraded).toMatchObject({ provisioningState: "Succeeded", kubernetesVersion: "1.34.2" });
    expect(upgraded.agentPoolProfiles?.map(({ orchestratorVersion }) => orchestratorVersion)).toEqual([
      "1.33.5",
      "1.33.5",
    ]);
    const pool = { mode: "User", count: 3, orchestratorVersion: "1.34.2" } as const;
    await drive(simulator, client.agentPools.createOrUpdate(GROUP, CLUSTER, "apps", pool, FAST));
    expect(await client.agentPools.get(GROUP, CLUSTER, "apps")).toMatchObject({
      orchestratorVersion: "1.34.2",
      currentOrchestratorVersion: "1.34.2",
    });
    const nodes = simulator.azure.kubernetes(CLUSTER).table("nodes").list();
    const versions = nodes.map(({ status }) => (status.nodeInfo as { kubeletVersion: string }).kubeletVersion);
    expect([...new Set(versions)].sort()).toEqual(["v1.33.5", "v1.34.2"]);
  });

  it("goes one minor version at a time, and never back", async () => {
    await expect(upgrade("1.35.0").submitted()).rejects.toMatchObject({
      statusCode: 400,
      message: expect.stringContaining("Available upgrades: [1.33.6 1.34.1 1.34.2]"),
    });
    await drive(simulator, upgrade("1.34.1"));
    await expect(upgrade("1.33.6").submitted()).rejects.toMatchObject({ statusCode: 400 });
  });

  it("keeps profiles, tags and all when only one of them is put", async () => {
    const channels = { upgradeChannel: "patch", nodeOSUpgradeChannel: "NodeImage" } as const;
    await drive(simulator, put(CLUSTER, { location: "westeurope", autoUpgradeProfile: channels }));
    const shown = await client.managedClusters.get(GROUP, CLUSTER);
    expect(shown).toMatchObject({ autoUpgradeProfile: channels, tags: { ring: "prod" } });
    expect(shown.kubernetesVersion).toBe("1.33.5");
  });
});

describe("a cluster", () => {
  it("gets other tags, by its eTag only", async () => {
    const { eTag = "" } = await client.managedClusters.get(GROUP, CLUSTER);
    const patch = (ifMatch: string) =>
      client.managedClusters.updateTags(GROUP, CLUSTER, { tags: { ring: "x" } }, { ...FAST, ifMatch });
    await drive(simulator, patch(eTag));
    await expect(patch(eTag).submitted()).rejects.toMatchObject({ statusCode: 412, code: "PreconditionFailed" });
    expect(await client.managedClusters.get(GROUP, CLUSTER)).toMatchObject({ tags: { ring: "x" } });
  });

  it("is stopped and started; while it is stopped its Kubernetes does not answer", async () => {
    simulator.azure.kubernetes(CLUSTER);
    await drive(simulator, client.managedClusters.stop(GROUP, CLUSTER, FAST));
    expect(await client.managedClusters.get(GROUP, CLUSTER)).toMatchObject({ powerState: { code: "Stopped" } });
    expect(await askKubernetes(CLUSTER)).toBe(503);
    const pool = { mode: "User", count: 4 } as const;
    await expect(client.agentPools.createOrUpdate(GROUP, CLUSTER, "apps", pool).submitted()).rejects.toMatchObject({
      code: "OperationNotAllowed",
    });
    await drive(simulator, client.managedClusters.start(GROUP, CLUSTER, FAST));
    expect(await askKubernetes(CLUSTER)).toBe(200);
  });

  it("takes everything with it when it is deleted; deleting it again is no error", async () => {
    await client.trustedAccessRoleBindings.createOrUpdate(GROUP, CLUSTER, "backup", BINDING, FAST).submitted();
    simulator.clock.advance(60);
    await drive(simulator, client.managedClusters.delete(GROUP, CLUSTER, FAST));
    expect(simulator.azure.poolsOf(CLUSTER)).toEqual([]);
    expect(simulator.azure.resources.keys().filter((id) => id.includes(`/${CLUSTER}/`))).toEqual([]);
    await client.managedClusters.delete(GROUP, CLUSTER, FAST).submitted();
    simulator.clock.advance(3_600);
  });

  it("has its creation aborted", async () => {
    const poller = put("scratch", SCRATCH);
    await poller.submitted();
    await drive(simulator, client.managedClusters.abortLatestOperation(GROUP, "scratch", FAST));
    expect(await client.managedClusters.get(GROUP, "scratch")).toMatchObject({ provisioningState: "Canceled" });
    await drive(simulator, client.managedClusters.delete(GROUP, "scratch", FAST));
  });
});

const BINDING = {
  sourceResourceId:
    "/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/rg-backup/providers/Microsoft.DataProtection/backupVaults/v",
  roles: ["Microsoft.DataProtection/backupVaults/backup-operator"],
};

describe("trusted access", () => {
  // A cluster that no vault protects yet.
  const ON = ["rg-dev-weu", "dev-weu"] as const;

  it("is bound and unbound, long-running", async () => {
    const poller = client.trustedAccessRoleBindings.createOrUpdate(...ON, "backup", BINDING, FAST);
    await poller.submitted();
    expect(await client.trustedAccessRoleBindings.get(...ON, "backup")).toMatchObject({
      provisioningState: "Creating",
    });
    await drive(simulator, poller);
    expect(await allOf(client.trustedAccessRoleBindings.list(...ON))).toMatchObject([
      { name: "backup", provisioningState: "Succeeded", ...BINDING },
    ]);
    await drive(simulator, client.trustedAccessRoleBindings.delete(...ON, "backup", FAST));
    expect(await allOf(client.trustedAccessRoleBindings.list(...ON))).toEqual([]);
  });

  it("knows no roles but Azure Backup's", async () => {
    const roles = ["Microsoft.Other/things/reader"];
    const put = client.trustedAccessRoleBindings.createOrUpdate(...ON, "backup", { ...BINDING, roles });
    await expect(put.submitted()).rejects.toMatchObject({ statusCode: 400 });
  });
});

describe("maintenance configurations", () => {
  const NAME = "aksManagedNodeOSUpgradeSchedule";
  const maintenanceWindow = {
    schedule: { weekly: { intervalWeeks: 1, dayOfWeek: "Saturday" } },
    durationHours: 6,
    utcOffset: "+01:00",
    startTime: "22:00",
  } as const;

  it("are made, shown, listed and deleted", async () => {
    await client.maintenanceConfigurations.createOrUpdate(GROUP, CLUSTER, NAME, { maintenanceWindow });
    expect(await client.maintenanceConfigurations.get(GROUP, CLUSTER, NAME)).toMatchObject({ maintenanceWindow });
    expect(await allOf(client.maintenanceConfigurations.listByManagedCluster(GROUP, CLUSTER))).toHaveLength(1);
    await client.maintenanceConfigurations.delete(GROUP, CLUSTER, NAME);
    await client.maintenanceConfigurations.delete(GROUP, CLUSTER, NAME);
    expect(await allOf(client.maintenanceConfigurations.listByManagedCluster(GROUP, CLUSTER))).toEqual([]);
  });

  it("of another name, or too short, are refused", async () => {
    const make = (name: string, hours: number) =>
      client.maintenanceConfigurations.createOrUpdate(GROUP, CLUSTER, name, {
        maintenanceWindow: { ...maintenanceWindow, durationHours: hours },
      });
    await expect(make("mine", 6)).rejects.toMatchObject({ statusCode: 400 });
    await expect(make(NAME, 3)).rejects.toMatchObject({ statusCode: 400 });
  });
});
