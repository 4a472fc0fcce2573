import { type AgentPool, type ContainerServiceClient, restorePoller } from "@azure/arm-containerservice";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { armClient, fetchToken, SUBSCRIPTION, startSimulator, type TestSimulator } from "./start-simulator.ts";

const GROUP = "rg-prod-weu";
const CLUSTER = "prod-weu";
const OLD_IMAGE = "AKSUbuntu-2204gen2containerd-202610.27.0";
const NEW_IMAGE = "AKSUbuntu-2204gen2containerd-202611.10.0";

let simulator: TestSimulator;
let client: ContainerServiceClient;

beforeEach(async () => {
  simulator = await startSimulator();
  client = await armClient(simulator);
});

afterEach(() => simulator.close());

/** Polls a poller by hand, five simulated minutes a time. */
async function drive(poller: { isDone: boolean; poll(): Promise<unknown> }): Promise<void> {
  for (let polls = 0; !poller.isDone; polls += 1) {
    if (polls > 100) throw new Error("the operation does not end");
    simulator.clock.advance(300);
    await poller.poll();
  }
}

async function allOf<T>(pages: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const one of pages) found.push(one);
  return found;
}

describe("clusters and pools", () => {
  it("lists the subscription's clusters, and those of a group", async () => {
    const all = await allOf(client.managedClusters.list());
    expect(all.map(({ name }) => name)).toEqual(["dev-weu", "prod-neu", "prod-weu", "staging-weu"]);
    const ofGroup = await allOf(client.managedClusters.listByResourceGroup("RG-PROD-WEU"));
    expect(ofGroup.map(({ name }) => name)).toEqual(["prod-weu"]);
  });

  it("shows a cluster with its pools", async () => {
    const cluster = await client.managedClusters.get(GROUP, CLUSTER);
    expect(cluster).toMatchObject({
      provisioningState: "Succeeded",
      kubernetesVersion: "1.33.5",
      location: "westeurope",
    });
    expect(cluster.agentPoolProfiles?.map(({ name, count, mode }) => [name, count, mode])).toEqual([
      ["apps", 3, "User"],
      ["system", 2, "System"],
    ]);
  });

  it("says which node image a pool would get now", async () => {
    const profile = await client.agentPools.getUpgradeProfile(GROUP, CLUSTER, "apps");
    expect(profile).toMatchObject({ latestNodeImageVersion: NEW_IMAGE, kubernetesVersion: "1.33.5" });
    const ofCluster = await client.managedClusters.getUpgradeProfile(GROUP, CLUSTER);
    expect(ofCluster.controlPlaneProfile.upgrades?.map(({ kubernetesVersion }) => kubernetesVersion)).toEqual([
      "1.33.6",
      "1.34.1",
      "1.34.2",
    ]);
  });

  it("compares names in ids without regard to case", async () => {
    await expect(client.agentPools.get("RG-Prod-WEU", "PROD-weu", "Apps")).resolves.toMatchObject({ name: "apps" });
  });

  it("answers 404 ResourceNotFound for what is not there", async () => {
    await expect(client.managedClusters.get(GROUP, "nope")).rejects.toMatchObject({
      statusCode: 404,
      code: "ResourceNotFound",
    });
    await expect(client.managedClusters.get("rg-other", CLUSTER)).rejects.toMatchObject({
      code: "ResourceGroupNotFound",
    });
    await expect(client.managedClusters.get("rg-dev-weu", CLUSTER)).rejects.toMatchObject({ code: "ResourceNotFound" });
    await expect(client.agentPools.get(GROUP, CLUSTER, "nope")).rejects.toMatchObject({ code: "ResourceNotFound" });
  });

  it("pages long lists by nextLink", async () => {
    simulator.world.change(() => {
      const [some] = simulator.azure.clusters.values();
      for (let index = 0; some && index < 120; index += 1) {
        simulator.azure.clusters.put(`c${index}`, { ...some, name: `c${index}` });
      }
    });
    expect(await allOf(client.managedClusters.list())).toHaveLength(124);
  });
});

describe("the front door", () => {
  const path = `/subscriptions/${SUBSCRIPTION}/providers/Microsoft.ContainerService/managedClusters`;

  it("wants a token that it issued", async () => {
    const without = await fetch(`${simulator.url}${path}?api-version=2026-04-01`);
    expect([without.status, await without.json()]).toMatchObject([401, { error: { code: "AuthenticationFailed" } }]);
    const headers = { authorization: "Bearer made.up.token" };
    const withOther = await fetch(`${simulator.url}${path}?api-version=2026-04-01`, { headers });
    expect([withOther.status, await withOther.json()]).toMatchObject([
      401,
      { error: { code: "InvalidAuthenticationToken" } },
    ]);
  });

  it("lets a token expire on the simulator's clock", async () => {
    const token = await fetchToken(simulator.identityEndpoint, simulator.identityHeader);
    simulator.clock.advance(86_401);
    const headers = { authorization: `Bearer ${token}` };
    const response = await fetch(`${simulator.url}${path}?api-version=2026-04-01`, { headers });
    expect([response.status, await response.json()]).toMatchObject([
      401,
      { error: { code: "ExpiredAuthenticationToken" } },
    ]);
  });

  it("wants an api-version, and names its requests", async () => {
    const token = await fetchToken(simulator.identityEndpoint, simulator.identityHeader);
    const response = await fetch(`${simulator.url}${path}`, { headers: { authorization: `Bearer ${token}` } });
    expect([response.status, await response.json()]).toMatchObject([
      400,
      { error: { code: "MissingApiVersionParameter" } },
    ]);
    expect(response.headers.get("x-ms-request-id")).toMatch(/^[0-9a-f-]{36}$/);
    expect(Number(response.headers.get("x-ms-ratelimit-remaining-subscription-reads"))).toBeGreaterThan(0);
  });

  it("wants an api-version that is one", async () => {
    const token = await fetchToken(simulator.identityEndpoint, simulator.identityHeader);
    const headers = { authorization: `Bearer ${token}`, "x-ms-correlation-request-id": "mine" };
    const response = await fetch(`${simulator.url}${path}?api-version=latest`, { headers });
    expect([response.status, await response.json()]).toMatchObject([
      400,
      { error: { code: "InvalidApiVersionParameter" } },
    ]);
    expect(response.headers.get("x-ms-correlation-request-id")).toBe("mine");
  });

  it("knows its subscriptions, providers and paths, and nothing else", async () => {
    const token = await fetchToken(simulator.identityEndpoint, simulator.identityHeader);
    const ask = async (wanted: string, method = "GET") => {
      const headers = { authorization: `Bearer ${token}` };
      const response = await fetch(`${simulator.url}${wanted}?api-version=2026-04-01`, { method, headers });
      return [response.status, ((await response.json()) as { error?: { code: string } }).error?.code];
    };
    expect(await ask(`/subscriptions/${SUBSCRIPTION}`)).toEqual([200, undefined]);
    expect(await ask(`/subscriptions/${SUBSCRIPTION}/providers/Microsoft.ContainerService`)).toEqual([200, undefined]);
    expect(await ask("/subscriptions/00000000-0000-0000-0000-000000000000")).toEqual([404, "SubscriptionNotFound"]);
    expect(await ask(`/subscriptions/${SUBSCRIPTION}/nothing`)).toEqual([404, "InvalidResourceType"]);
    expect(await ask(path, "DELETE")).toEqual([405, "MethodNotAllowed"]);
  });

  it("wants the link to an operation to be followed as it is", async () => {
    const poller = client.agentPools.upgradeNodeImageVersion(GROUP, CLUSTER, "apps", { updateIntervalInMs: 1 });
    await poller.submitted();
    const token = await fetchToken(simulator.identityEndpoint, simulator.identityHeader);
    const [operation] = simulator.azure.operations.values();
    const link = `/subscriptions/${SUBSCRIPTION}/providers/Microsoft.ContainerService/locations/westeurope/operations/${operation?.id}`;
    const headers = { authorization: `Bearer ${token}` };
    const built = await fetch(`${simulator.url}${link}?api-version=2026-04-01`, { headers });
    expect(built.status).toBe(403);
  });

  it("hands out no token without the identity header", async () => {
    const response = await fetch(`${simulator.identityEndpoint}?resource=x&api-version=2019-08-01`);
    expect(response.status).toBe(401);
  });
});

describe("upgradeNodeImageVersion", () => {
  it("rolls the pool, as seen by the SDK's poller", async () => {
    const poller = client.agentPools.upgradeNodeImageVersion(GROUP, CLUSTER, "apps", { updateIntervalInMs: 1 });
    await poller.poll();
    const during = await client.agentPools.get(GROUP, CLUSTER, "apps");
    expect(during).toMatchObject({ provisioningState: "UpgradingNodeImageVersion", nodeImageVersion: OLD_IMAGE });
    await drive(poller);
    const after = await client.agentPools.get(GROUP, CLUSTER, "apps");
    expect(after).toMatchObject({ provisioningState: "Succeeded", nodeImageVersion: NEW_IMAGE, count: 3 });
  });

  it("goes on from a poller's serialized state", async () => {
    const state = await client.agentPools
      .upgradeNodeImageVersion(GROUP, CLUSTER, "apps", { updateIntervalInMs: 1 })
      .serialize();
    const operation = client.agentPools.upgradeNodeImageVersion;
    const poller = restorePoller(client, state, operation, { updateIntervalInMs: 1 });
    await poller.submitted();
    expect(poller.isDone).toBe(false);
    await drive(poller);
    expect(poller.operationState).toMatchObject({ status: "succeeded" });
  });

  it("refuses another operation on the cluster meanwhile", async () => {
    const first = client.agentPools.upgradeNodeImageVersion(GROUP, CLUSTER, "apps", { updateIntervalInMs: 1 });
    await first.poll();
    const second = client.agentPools.upgradeNodeImageVersion(GROUP, CLUSTER, "system");
    await expect(second.submitted()).rejects.toMatchObject({ statusCode: 409, code: "OperationNotAllowed" });
    const elsewhere = client.agentPools.upgradeNodeImageVersion("rg-prod-neu", "prod-neu", "apps");
    await expect(elsewhere.submitted()).resolves.toBeUndefined();
    await drive(first);
  });

  it("has nothing to do when the pool is up to date", async () => {
    await drive(client.agentPools.upgradeNodeImageVersion(GROUP, CLUSTER, "apps", { updateIntervalInMs: 1 }));
    const again = client.agentPools.upgradeNodeImageVersion(GROUP, CLUSTER, "apps", { updateIntervalInMs: 1 });
    await again.submitted();
    expect(again.isDone).toBe(true);
  });

  it("fails as UpgradeFailed when a budget never lets go", async () => {
    const kubernetes = simulator.azure.kubernetes(CLUSTER);
    simulator.world.change(() => {
      const budget = kubernetes.table("poddisruptionbudgets").get("shop", "storefront");
      kubernetes.table("poddisruptionbudgets").update({ ...budget, spec: { ...budget.spec, minAvailable: 4 } });
    });
    const poller = client.agentPools.upgradeNodeImageVersion(GROUP, CLUSTER, "apps", { updateIntervalInMs: 1 });
    await poller.submitted();
    await expect(drive(poller)).rejects.toThrow(/UpgradeFailed.*storefront.*blocked by pdb storefront/s);
    const pool = await client.agentPools.get(GROUP, CLUSTER, "apps");
    expect(pool).toMatchObject({
      provisioningState: "Failed",
      status: { provisioningError: { code: "UpgradeFailed" } },
    });
    expect(
      kubernetes
        .table("nodes")
        .list()
        .filter(({ spec }) => spec.unschedulable),
    ).toEqual([]);
  });
});

describe("agent pools", () => {
  const pool = {
    vmSize: "Standard_D4ds_v5",
    count: 3,
    mode: "User",
    nodeLabels: { workload: "apps" },
    // The disks of the database stay in their zones.
    availabilityZones: ["1", "2", "3"],
  } satisfies AgentPool;

  it("replaces one pool by another: blue, green", async () => {
    const create = client.agentPools.createOrUpdate(GROUP, CLUSTER, "apps2", pool, { updateIntervalInMs: 1 });
    await create.poll();
    expect(await client.agentPools.get(GROUP, CLUSTER, "apps2")).toMatchObject({ provisioningState: "Creating" });
    await drive(create);
    expect(await create).toMatchObject({ provisioningState: "Succeeded", nodeImageVersion: NEW_IMAGE, count: 3 });
    const remove = client.agentPools.delete(GROUP, CLUSTER, "apps", { updateIntervalInMs: 1 });
    await drive(remove);
    const names = await allOf(client.agentPools.list(GROUP, CLUSTER));
    expect(names.map(({ name }) => name)).toEqual(["apps2", "system"]);
    const kubernetes = simulator.azure.kubernetes(CLUSTER);
    simulator.clock.advance(600);
    const storefronts = kubernetes.table("pods").list("shop");
    expect(storefronts).toHaveLength(4);
    expect(storefronts.every(({ spec }) => spec.nodeName?.startsWith("aks-apps2-"))).toBe(true);
  });

  it("scales up and down", async () => {
    const nodes = () => simulator.azure.kubernetes(CLUSTER).table("nodes").list().length;
    expect(nodes()).toBe(5);
    await drive(
      client.agentPools.createOrUpdate(GROUP, CLUSTER, "apps", { ...pool, count: 5 }, { updateIntervalInMs: 1 }),
    );
    expect(nodes()).toBe(7);
    await drive(
      client.agentPools.createOrUpdate(GROUP, CLUSTER, "apps", { ...pool, count: 2 }, { updateIntervalInMs: 1 }),
    );
    expect(nodes()).toBe(4);
  });

  it("refuses what is not valid", async () => {
    const put = (name: string, body: object) =>
      client.agentPools.createOrUpdate(GROUP, CLUSTER, name, body).submitted();
    await expect(put("Bad-Name", pool)).rejects.toMatchObject({ statusCode: 400, code: "InvalidParameter" });
    await expect(put("waytoolongname", pool)).rejects.toMatchObject({ code: "InvalidParameter" });
    await expect(put("apps2", { count: 1 })).rejects.toMatchObject({ code: "InvalidParameter" });
    await expect(put("apps2", { ...pool, count: -1 })).rejects.toMatchObject({ code: "InvalidParameter" });
    await expect(put("apps2", { ...pool, orchestratorVersion: "1.34.2" })).rejects.toMatchObject({
      code: "NodePoolMcVersionIncompatible",
    });
    await expect(put("apps2", { ...pool, orchestratorVersion: "1.2.3" })).rejects.toMatchObject({
      code: "K8sVersionNotSupported",
    });
    await expect(put("apps", { ...pool, vmSize: "Standard_D8ds_v5" })).rejects.toMatchObject({
      code: "PropertyChangeNotAllowed",
    });
    await expect(client.agentPools.delete(GROUP, CLUSTER, "system").submitted()).rejects.toMatchObject({
      statusCode: 400,
    });
  });

  it("honours If-Match and If-None-Match", async () => {
    const { eTag = "" } = await client.agentPools.get(GROUP, CLUSTER, "apps");
    const put = (options: object) => client.agentPools.createOrUpdate(GROUP, CLUSTER, "apps", pool, options);
    await expect(put({ ifMatch: "stale" }).submitted()).rejects.toMatchObject({ statusCode: 412 });
    await expect(put({ ifNoneMatch: "*" }).submitted()).rejects.toMatchObject({ statusCode: 412 });
    const fresh = put({ ifMatch: eTag, updateIntervalInMs: 1 });
    await drive(fresh);
    expect(await fresh).not.toMatchObject({ eTag });
  });

  it("deletes past budgets only when asked to", async () => {
    const kubernetes = simulator.azure.kubernetes(CLUSTER);
    simulator.world.change(() => {
      const budget = kubernetes.table("poddisruptionbudgets").get("shop", "storefront");
      kubernetes.table("poddisruptionbudgets").update({ ...budget, spec: { ...budget.spec, minAvailable: 4 } });
    });
    const patient = client.agentPools.delete(GROUP, CLUSTER, "apps", { updateIntervalInMs: 1 });
    await patient.submitted();
    await expect(drive(patient)).rejects.toThrow(/PodDrainFailure/);
    const options = { updateIntervalInMs: 1, ignorePodDisruptionBudget: true };
    await drive(client.agentPools.delete(GROUP, CLUSTER, "apps", options));
    await expect(client.agentPools.get(GROUP, CLUSTER, "apps")).rejects.toMatchObject({ statusCode: 404 });
  });
});
