import { appendFileSync, cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { changedFleet, clusterIn } from "../simulator/changed-fleet.ts";
import { FLEET } from "../simulator/start-simulator.ts";
import {
  codesOf,
  outcomesOf,
  proven,
  resourcesOf,
  signalTests,
  startTests,
  testReport,
  withPlan,
} from "./restore-tests.ts";
import { useWorlds } from "./world.ts";

const newWorld = useWorlds();

const folders: string[] = [];

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

/** The sample fleet with something more in the namespace shop, or something else in its database. */
function fleetWith(shop: string, database = (text: string) => text): string {
  const folder = mkdtempSync(join(tmpdir(), "fleet-"));
  folders.push(folder);
  cpSync(FLEET, folder, { recursive: true });
  writeFileSync(join(folder, "apps/shop/more.yaml"), shop);
  appendFileSync(join(folder, "apps/shop/kustomization.yaml"), "  - more.yaml\n");
  const file = join(folder, "apps/orders-db/statefulset.yaml");
  writeFileSync(file, database(readFileSync(file, "utf8")));
  return folder;
}

const LOUD = `
apiVersion: batch/v1
kind: CronJob
metadata: { name: mail-customers }
spec:
  schedule: "* * * * *"
  jobTemplate:
    spec:
      template:
        spec: { restartPolicy: Never, containers: [{ name: mail, image: "registry.example.com/shop/mail:1" }] }
---
apiVersion: v1
kind: Service
metadata: { name: front }
spec: { type: LoadBalancer, selector: { app: storefront }, ports: [{ port: 80 }] }
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: allow-all }
spec: { podSelector: {}, policyTypes: [Egress], egress: [{}] }
`;

const CLASS = `
apiVersion: storage.k8s.io/v1
kind: StorageClass
metadata: { name: fast }
provisioner: disk.csi.azure.com
volumeBindingMode: WaitForFirstConsumer
`;

describe("a restored copy of production", () => {
  it("can call nobody and is called by nobody: egress is denied, CronJobs sleep, no address is public", async () => {
    const world = await newWorld({ fleetDirectory: fleetWith(LOUD) });
    const before = resourcesOf(world);
    const id = await startTests(world, { keepHours: 2 });
    await world.untilTests(id, ({ gates }) => gates.length > 0);
    const name = world.simulator.azure.clusters.values().find((one) => one.name.startsWith("drydock-"))?.name ?? "";
    const scratch = world.simulator.azure.kubernetes(name);
    const find = (plural: "cronjobs" | "services" | "networkpolicies", of = "shop") => scratch.table(plural).list(of);
    expect(find("networkpolicies")).toMatchObject([
      { metadata: { name: "drydock-isolation" }, spec: { podSelector: {}, policyTypes: ["Egress"] } },
    ]);
    expect(find("cronjobs")).toMatchObject([{ metadata: { name: "mail-customers" }, spec: { suspend: true } }]);
    expect(find("services")).toMatchObject([{ metadata: { name: "front" }, spec: { type: "ClusterIP" } }]);
    await signalTests(world, id, "approve");
    await world.testsEnded(id);
    const { clusters } = await testReport(world, id);
    expect(clusters[0]).toMatchObject({ verdict: "passed" });
    expect(resourcesOf(world)).toEqual(before);
  });

  it("whose volume never binds has failed, and the report names the claim", async () => {
    const database = (text: string) => text.replace("storageClassName: managed-csi", "storageClassName: fast");
    // Its class belongs to no namespace, and the plan leaves such things out.
    const fleetYaml = withPlan({ test: { clusterResources: false } });
    const world = await newWorld({ fleetDirectory: fleetWith(CLASS, database), fleetYaml });
    const before = resourcesOf(world);
    const test = await proven(world);
    expect(test.verdict).toBe("failed");
    expect(outcomesOf(test)).toContain("verify done");
    expect(codesOf(test)).toEqual(expect.arrayContaining(["blocker ClaimNotBound", "blocker WorkloadNotReady"]));
    expect(JSON.stringify(test)).toContain("PersistentVolumeClaim/orders/data-orders-db-0 is Pending");
    expect(resourcesOf(world)).toEqual(before);
  });
});

describe("a scratch cluster that tests share", () => {
  it("is made once, emptied between the tests, and goes after the last", async () => {
    const parent = mkdtempSync(join(tmpdir(), "fleet-"));
    folders.push(parent);
    const fleetDirectory = changedFleet(parent, (azure) => ({
      ...azure,
      clusters: azure.clusters.map((one) =>
        one.name === "staging-weu"
          ? { ...one, backup: { ...clusterIn(azure, "prod-weu").backup, vault: "bv-staging" } }
          : one,
      ),
    }));
    const plan = withPlan({ scratch: { shared: true } });
    const fleetYaml = (yaml: string) =>
      plan(yaml)
        .replace("cluster: prod-neu", "cluster: staging-weu")
        .replace(/ +region: northeurope\n/, "");
    const world = await newWorld({ fleetDirectory, fleetYaml });
    const before = resourcesOf(world);
    const { report } = await proven(world, { clusters: ["prod-weu", "staging-weu"] });
    expect(report.clusters.map(({ cluster, verdict }) => `${cluster} ${verdict}`)).toEqual([
      "prod-weu passed",
      "staging-weu passed",
    ]);
    expect(new Set(report.clusters.map(({ scratchCluster }) => scratchCluster)).size).toBe(1);
    const made = world.requests.filter((line) => /^PUT .*managedClusters\/drydock-[0-9a-f]+\?/.test(line));
    expect(made).toHaveLength(1);
    expect(report.findings).toEqual([]);
    expect(resourcesOf(world)).toEqual(before);
  });
});

describe("a restore from the vault", () => {
  it("is hydrated in a place that the run makes, and nothing of it stays", async () => {
    const parent = mkdtempSync(join(tmpdir(), "fleet-"));
    folders.push(parent);
    const fleetDirectory = changedFleet(parent, (azure) => ({
      ...azure,
      clusters: azure.clusters.map((one) =>
        one.backup ? { ...one, backup: { ...one.backup, vaultTier: true } } : one,
      ),
    }));
    const world = await newWorld({ fleetDirectory, fleetYaml: withPlan({ test: { tiers: ["vault"] } }) });
    const before = resourcesOf(world);
    const id = await startTests(world);
    const hydrated = () => resourcesOf(world).filter((one) => one.includes("/disks/hydrated-"));
    await world.untilTests(id, () => hydrated().length > 0);
    expect(hydrated()).toEqual([expect.stringContaining("/resourceGroups/rg-drydock-scratch-")]);
    await world.testsEnded(id);
    const { clusters } = await testReport(world, id);
    expect(clusters[0]).toMatchObject({ verdict: "passed", point: { tier: "vault" } });
    expect(resourcesOf(world)).toEqual(before);
  });
});
