import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { AzureFile } from "../../simulator/fleet/azure-file.ts";
import { temporaryFolder } from "../host/program.ts";
import { drive } from "./arm-clients.ts";
import { changedFleet } from "./changed-fleet.ts";
import { armClient, startSimulator, type TestSimulator } from "./start-simulator.ts";
import { startWebhook, type WebhookEndpoint } from "./webhook-endpoint.ts";

const DAY = 86_400;
const folder = temporaryFolder();
let simulator: TestSimulator;
let hook: WebhookEndpoint;

/** 1.34.3 comes out in a day, in the north a day later; the support of 1.33 ends in 40 days. */
const KUBERNETES: AzureFile["kubernetesVersions"] = [
  { version: "1.33.5" },
  { version: "1.33.6", endOfSupport: "start+40d" },
  { version: "1.34.2" },
  { version: "1.34.3", releasedAt: "start+1d", regions: { northeurope: "start+2d" } },
  { version: "1.35.0", isPreview: true },
];

async function start(change: (azure: AzureFile) => object) {
  simulator = await startSimulator({ fleetDirectory: changedFleet(folder.path, change) });
  return armClient(simulator);
}

/** Lets days pass; a token lasts only one, so there is another client. */
async function passDays(days: number) {
  simulator.clock.advance(days * DAY);
  return armClient(simulator);
}

beforeEach(async () => {
  hook = await startWebhook();
});

afterEach(async () => {
  await simulator.close();
  await hook.close();
  folder.remove();
});

async function subscribe(): Promise<void> {
  await fetch(`${simulator.url}/simulator/event-subscriptions/drydock`, {
    method: "PUT",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ endpoint: hook.url }),
  });
}

/** What has been told so far, each as `type subject`; waits until it is so much. */
async function told(count: number): Promise<string[]> {
  const seen = () => hook.events().map(({ eventType, subject }) => `${String(eventType).split(".").at(-1)} ${subject}`);
  // Each request lets what is under way go on.
  await expect.poll(() => fetch(`${simulator.url}/simulator/event-grid`).then(() => seen().length)).toBe(count);
  return seen().sort();
}

describe("Kubernetes versions", () => {
  it("are offered when they are out in the region, and no earlier", async () => {
    let client = await start((azure) => ({ ...azure, kubernetesVersions: KUBERNETES }));
    const offered = async (cluster: string) => {
      const { controlPlaneProfile } = await client.managedClusters.getUpgradeProfile(`rg-${cluster}`, cluster);
      return controlPlaneProfile?.upgrades?.map(({ kubernetesVersion }) => kubernetesVersion);
    };
    expect(await offered("prod-weu")).toEqual(["1.33.6", "1.34.2"]);
    client = await passDays(1);
    expect(await offered("prod-weu")).toEqual(["1.33.6", "1.34.2", "1.34.3"]);
    expect(await offered("prod-neu")).toEqual(["1.33.6", "1.34.2"]);
    client = await passDays(1);
    expect(await offered("prod-neu")).toEqual(["1.33.6", "1.34.2", "1.34.3"]);
  });

  it("are refused where they are not out, and when they have lost their support", async () => {
    const client = await start((azure) => ({ ...azure, kubernetesVersions: KUBERNETES }));
    const upgrade = (kubernetesVersion: string) =>
      client.managedClusters.createOrUpdate("rg-prod-neu", "prod-neu", { location: "northeurope", kubernetesVersion });
    await expect(upgrade("1.34.3")).rejects.toMatchObject({ statusCode: 400, code: "K8sVersionNotSupported" });
    await expect(upgrade("1.35.0")).rejects.toMatchObject({ statusCode: 400, code: "OperationNotAllowed" });
    const later = await passDays(41);
    const old = later.managedClusters.createOrUpdate("rg-prod-neu", "prod-neu", {
      location: "northeurope",
      kubernetesVersion: "1.33.6",
    });
    await expect(old).rejects.toMatchObject({ code: "K8sVersionNotSupported" });
  });

  it("are told of to the clusters of the regions that they reach", async () => {
    await start((azure) => ({ ...azure, kubernetesVersions: KUBERNETES }));
    await subscribe();
    await passDays(1);
    expect(await told(3)).toEqual(
      ["dev-weu", "prod-weu", "staging-weu"].map((name) => `NewKubernetesVersionAvailable ${name}`),
    );
    expect(hook.events()[0]?.data).toMatchObject({ latestSupportedKubernetesVersion: "1.34.3" });
    await passDays(1);
    expect(await told(4)).toContain("NewKubernetesVersionAvailable prod-neu");
  });

  it("are told to lose their support a month before, and when they do, to the clusters that have them", async () => {
    await start((azure) => ({ ...azure, kubernetesVersions: KUBERNETES.slice(0, 3) }));
    await subscribe();
    const client = await passDays(10);
    expect(await told(4)).toContain("ClusterSupportEnding prod-neu");
    await drive(
      simulator,
      client.managedClusters.createOrUpdate("rg-prod-neu", "prod-neu", {
        location: "northeurope",
        kubernetesVersion: "1.34.2",
      }),
    );
    expect(hook.events().every(({ eventType }) => String(eventType).endsWith("ClusterSupportEnding"))).toBe(true);
    await passDays(30);
    const all = await told(7);
    expect(all).toContain("ClusterSupportEnded prod-weu");
    expect(all).not.toContain("ClusterSupportEnded prod-neu");
  });
});

describe("an upgrade of Kubernetes", () => {
  it("changes the control plane alone, and tells of rolling pools only when a pool follows", async () => {
    const client = await start((azure) => ({ ...azure, kubernetesVersions: KUBERNETES.slice(0, 3) }));
    await subscribe();
    const group = ["rg-dev-weu", "dev-weu"] as const;
    const cluster = client.managedClusters.createOrUpdate(...group, {
      location: "westeurope",
      kubernetesVersion: "1.34.2",
    });
    await drive(simulator, cluster);
    const { currentOrchestratorVersion } = await client.agentPools.get(...group, "apps");
    expect([(await client.managedClusters.get(...group)).currentKubernetesVersion, currentOrchestratorVersion]).toEqual(
      ["1.34.2", "1.33.5"],
    );
    expect(hook.events()).toEqual([]);
    const pool = await client.agentPools.get(...group, "apps");
    await drive(
      simulator,
      client.agentPools.createOrUpdate(...group, "apps", { ...pool, orchestratorVersion: "1.34.2" }),
    );
    expect(await told(2)).toEqual(["NodePoolRollingStarted dev-weu", "NodePoolRollingSucceeded dev-weu"]);
    expect((await client.agentPools.get(...group, "apps")).currentOrchestratorVersion).toBe("1.34.2");
  });
});

describe("node images", () => {
  it("are out in some regions earlier than in others", async () => {
    let client = await start((azure) => ({
      ...azure,
      images: azure.images.map((image) =>
        image.releasedAt === "start-3d" ? { ...image, regions: { northeurope: "start+1d" } } : image,
      ),
    }));
    const latest = async (cluster: string) =>
      (await client.agentPools.getUpgradeProfile(`rg-${cluster}`, cluster, "apps")).latestNodeImageVersion;
    expect(await latest("prod-weu")).toMatch(/202611\.10\.0$/);
    expect(await latest("prod-neu")).toMatch(/202610\.27\.0$/);
    client = await passDays(1);
    expect(await latest("prod-neu")).toMatch(/202611\.10\.0$/);
  });
});

describe("a Windows pool", () => {
  it("has nodes of that system, images of its own, a short name, and no mode System", async () => {
    const client = await start((azure) => ({
      ...azure,
      images: [
        ...azure.images,
        { version: "AKSWindows-2022-containerd-20348.4294.251020", osSKU: "Windows2022", releasedAt: "start-9d" },
      ],
    }));
    const put = (name: string, more: object = {}) =>
      client.agentPools.createOrUpdate("rg-dev-weu", "dev-weu", name, {
        count: 1,
        vmSize: "Standard_D4ds_v5",
        osType: "Windows",
        ...more,
      });
    await expect(put("windows")).rejects.toMatchObject({
      statusCode: 400,
      message: expect.stringMatching(/max length of 6/),
    });
    await expect(put("win", { mode: "System" })).rejects.toMatchObject({ code: "InvalidParameter" });
    await expect(put("win", { osSKU: "Ubuntu" })).rejects.toMatchObject({ code: "InvalidParameter" });
    await drive(simulator, put("win"));
    const pool = await client.agentPools.get("rg-dev-weu", "dev-weu", "win");
    expect(pool).toMatchObject({
      osType: "Windows",
      osSKU: "Windows2022",
      nodeImageVersion: expect.stringMatching(/^AKSWindows/),
    });
    const nodes = simulator.azure.kubernetes("dev-weu").table("nodes").list();
    const windows = nodes.filter(({ metadata }) => metadata.labels?.["kubernetes.io/os"] === "windows");
    expect(windows.map(({ metadata }) => metadata.labels?.agentpool)).toEqual(["win"]);
  });
});
