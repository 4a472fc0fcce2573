import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { parse } from "yaml";
import type { AzureFile } from "../../simulator/fleet/azure-file.ts";
import { temporaryFolder } from "../host/program.ts";
import { allOf, graphClient } from "./arm-clients.ts";
import { armClient, FLEET, startSimulator, type TestSimulator } from "./start-simulator.ts";

const OTHER = "22222222-3333-4444-8555-666666666666";
const CLUSTERS = 400;

let simulator: TestSimulator;
const folder = temporaryFolder();

/** The sample fleet with hundreds of clusters that run the same, a tenth of them in another subscription. */
function writeFleet(): string {
  const directory = join(folder.path, "fleet");
  cpSync(FLEET, directory, { recursive: true });
  const file = join(directory, "azure.yaml");
  const azure = parse(readFileSync(file, "utf8")) as AzureFile;
  const [model] = azure.clusters;
  if (!model) throw new Error("the sample fleet has no clusters");
  const clusters = Array.from({ length: CLUSTERS }, (_, index) => ({
    ...model,
    name: `c${index}`,
    resourceGroup: `rg-c${index}`,
    workloads: "clusters/dev-weu",
    ...(index % 10 === 0 ? { subscriptionId: OTHER } : {}),
  }));
  writeFileSync(file, JSON.stringify({ ...azure, clusters }));
  return directory;
}

beforeEach(async () => {
  simulator = await startSimulator({ fleetDirectory: writeFleet() });
});

afterEach(async () => {
  await simulator.close();
  folder.remove();
});

describe("a large fleet", () => {
  it("is listed in pages, and nobody's Kubernetes is made for that", async () => {
    const client = await armClient(simulator);
    const first = await client.managedClusters.list().byPage().next();
    expect(first.value).toHaveLength(100);
    expect(await allOf(client.managedClusters.list())).toHaveLength(CLUSTERS * 0.9);
    expect(simulator.azure.clusters.values().filter(({ materialised }) => materialised)).toEqual([]);
  });

  it("is told apart by subscription", async () => {
    const graph = await graphClient(simulator);
    const query = "Resources | where type =~ 'microsoft.containerservice/managedclusters' | count";
    const all = await graph.resources({ query });
    expect(all.data).toEqual([{ Count: CLUSTERS }]);
    const some = await graph.resources({ query, subscriptions: [OTHER] });
    expect(some.data).toEqual([{ Count: CLUSTERS / 10 }]);
  });

  it("shares what runs on its clusters, and makes it when one is looked into", () => {
    const pods = simulator.azure.kubernetes("c7").table("pods").list();
    expect(pods.length).toBeGreaterThan(5);
    const made = simulator.azure.clusters.values().filter(({ materialised }) => materialised);
    expect(made.map(({ name }) => name)).toEqual(["c7"]);
  });
});
