import { afterEach, describe, expect, it } from "vitest";
import { temporaryFolder } from "../host/program.ts";
import { drive } from "./arm-clients.ts";
import { changedFleet, clusterIn } from "./changed-fleet.ts";
import { armClient, fetchToken, SUBSCRIPTION, startSimulator, type TestSimulator } from "./start-simulator.ts";

const folder = temporaryFolder();
let simulator: TestSimulator | undefined;

afterEach(async () => {
  await simulator?.close();
  simulator = undefined;
  folder.remove();
});

const SUBNET = `/subscriptions/${SUBSCRIPTION}/resourceGroups/rg-net/providers/Microsoft.Network/virtualNetworks/hub/subnets/nodes`;

async function get(path: string) {
  if (!simulator) throw new Error("there is no simulator");
  const token = await fetchToken(simulator.identityEndpoint, simulator.identityHeader);
  const headers = { authorization: `Bearer ${token}` };
  const response = await fetch(`${simulator.url}${path}?api-version=2024-07-01`, { headers });
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape.
  return { status: response.status, body: (await response.json()) as any };
}

/** dev-weu's pools in a subnet of 11 addresses, of which others have some. */
function inSubnet(usedByOthers: number, networkPluginMode = "overlay"): string {
  return changedFleet(folder.path, (azure) => {
    const dev = clusterIn(azure, "dev-weu");
    const pools = dev.pools.map((pool) => ({ ...pool, subnet: "nodes" }));
    const subnet = { name: "nodes", resourceGroup: "rg-net", virtualNetwork: "hub", addressPrefix: "10.1.0.0/28" };
    const clusters = [{ ...dev, pools, networkPluginMode }];
    return { ...azure, clusters, subnets: [{ ...subnet, usedByOthers }] };
  });
}

describe("vCPU usage of a region", () => {
  it("counts the machines there, against the quotas of the scenario", async () => {
    const quotas = [{ location: "westeurope", family: "cores", limit: 60 }];
    simulator = await startSimulator({ scenario: { quotas } });
    const { body } = await get(
      `/subscriptions/${SUBSCRIPTION}/providers/Microsoft.Compute/locations/westeurope/usages`,
    );
    const used = (name: string) => body.value.find((usage: { name: { value: string } }) => usage.name.value === name);
    // dev 1 + 2, staging 2 + 3, prod 2 + 3 machines of four vCPUs.
    expect(used("cores")).toMatchObject({ unit: "Count", currentValue: 52, limit: 60 });
    expect(used("standardDDSv5Family").currentValue).toBe(52);
  });
});

describe("a subnet", () => {
  it("shows who has its addresses: one a node with an overlay, and those of others", async () => {
    simulator = await startSimulator({ fleetDirectory: inSubnet(4) });
    const { body } = await get(SUBNET);
    expect(body.properties.addressPrefix).toBe("10.1.0.0/28");
    expect(body.properties.ipConfigurations).toHaveLength(4 + 3);
    expect((await get(SUBNET.replace("nodes", "pods"))).status).toBe(404);
  });

  it("shows one for every pod that a node may have, without an overlay", async () => {
    simulator = await startSimulator({ fleetDirectory: inSubnet(0, "none") });
    expect((await get(SUBNET)).body.properties.ipConfigurations).toHaveLength(3 * 111);
  });

  it("that is full lets no surge node in: the upgrade fails and leaves nothing behind", async () => {
    simulator = await startSimulator({ fleetDirectory: inSubnet(8) });
    const client = await armClient(simulator);
    const roll = client.agentPools.upgradeNodeImageVersion("rg-dev-weu", "dev-weu", "apps");
    await expect(drive(simulator, roll)).rejects.toThrow(
      /SubnetIsFull. Subnet nodes with address prefix 10.1.0.0\/28 does not have enough capacity for 1 IP addresses/,
    );
    expect((await get(SUBNET)).body.properties.ipConfigurations).toHaveLength(8 + 3);
  });

  it("with one address left lets one in", async () => {
    simulator = await startSimulator({ fleetDirectory: inSubnet(7) });
    const client = await armClient(simulator);
    await drive(simulator, client.agentPools.upgradeNodeImageVersion("rg-dev-weu", "dev-weu", "apps"));
    expect((await get(SUBNET)).body.properties.ipConfigurations).toHaveLength(7 + 3);
  });
});

describe("a pool of the fleet file", () => {
  it("may be one that the cluster autoscaler scales", async () => {
    const fleetDirectory = changedFleet(folder.path, (azure) => {
      const dev = clusterIn(azure, "dev-weu");
      const autoscaler = { minCount: 1, maxCount: 5 };
      return { ...azure, clusters: [{ ...dev, pools: dev.pools.map((pool) => ({ ...pool, autoscaler })) }] };
    });
    simulator = await startSimulator({ fleetDirectory });
    const pool = await (await armClient(simulator)).agentPools.get("rg-dev-weu", "dev-weu", "apps");
    expect(pool).toMatchObject({ enableAutoScaling: true, minCount: 1, maxCount: 5, count: 2 });
  });
});

describe("the metrics of an API server", () => {
  it("name the deprecated APIs that were asked for", async () => {
    const api = { group: "policy", version: "v1beta1", resource: "poddisruptionbudgets", removedRelease: "1.34" };
    const fleetDirectory = changedFleet(folder.path, (azure) => ({
      ...azure,
      clusters: [{ ...clusterIn(azure, "dev-weu"), deprecatedApis: [api] }],
    }));
    simulator = await startSimulator({ fleetDirectory });
    const headers = { authorization: `Bearer ${simulator.azure.secrets.get("kubernetes/dev-weu")}` };
    const response = await fetch(`${simulator.url}/kubernetes/dev-weu/metrics`, { headers });
    expect(await response.text()).toContain(
      'apiserver_requested_deprecated_apis{group="policy",removed_release="1.34",resource="poddisruptionbudgets",subresource="",version="v1beta1"} 1',
    );
    const unknown = await fetch(`${simulator.url}/kubernetes/dev-weu/metrics`);
    expect(unknown.status).toBe(401);
  });
});
