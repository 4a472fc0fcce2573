import type { ManagedCluster } from "@azure/arm-containerservice";
import { describe, expect, it } from "vitest";
import type { ControlPlaneOperation } from "../../domain/long-operation.ts";
import { beginControlPlaneUpgrade, controlPlaneState } from "./control-plane-upgrade.ts";
import type { Site } from "./operation-states.ts";

const operation: ControlPlaneOperation = {
  kind: "upgradeControlPlane",
  resourceId: "/subscriptions/1/resourceGroups/rg/providers/Microsoft.ContainerService/managedClusters/dev-weu",
  runId: "upgrade-1",
  version: "1.34.2",
};

/** A cluster as Azure gives it: what its owner chose, and two pools that name their own version. */
const cluster: ManagedCluster = {
  location: "westeurope",
  kubernetesVersion: "1.33.5",
  currentKubernetesVersion: "1.33.5",
  provisioningState: "Succeeded",
  eTag: "5e7ec123",
  tags: { team: "platform" },
  dnsPrefix: "dev-weu",
  autoUpgradeProfile: { upgradeChannel: "none" },
  agentPoolProfiles: [
    { name: "sys", mode: "System", count: 3, orchestratorVersion: "1.33.5" },
    { name: "shop", mode: "User", count: 5, orchestratorVersion: "1.33.5" },
  ],
};

interface Written {
  readonly body: ManagedCluster;
  readonly options: unknown;
}

/** A site whose cluster looks like this, and what was written to it. */
function siteWith(change: Partial<ManagedCluster>): { site: Site; written: Written[] } {
  const written: Written[] = [];
  const managedClusters = {
    get: async () => ({ ...cluster, ...change }),
    createOrUpdate(_group: string, _name: string, body: ManagedCluster, options: unknown) {
      written.push({ body, options });
      return { submitted: async () => undefined, serialize: async () => "the poller" };
    },
  };
  const client = { managedClusters } as unknown as Site["client"];
  return { site: { client, group: "rg", cluster: "dev-weu", retryAfterSeconds: () => 20 } as Site, written };
}

describe("the upgrade of a control plane", () => {
  it("writes the cluster back as it was read, with another version, and only over what was read", async () => {
    const { site, written } = siteWith({});
    const state = await beginControlPlaneUpgrade(site, operation);
    expect(written).toEqual([{ body: { ...cluster, kubernetesVersion: "1.34.2" }, options: { ifMatch: "5e7ec123" } }]);
    expect(state).toMatchObject({ done: false, failure: null, poller: "the poller", retryAfterSeconds: 20 });
  });

  it("leaves the pools at their version, and names no node image, which would roll them back", async () => {
    const agentPoolProfiles = cluster.agentPoolProfiles?.map((pool) => ({ ...pool, nodeImageVersion: "AKSUbuntu-1" }));
    const { site, written } = siteWith(agentPoolProfiles ? { agentPoolProfiles } : {});
    await beginControlPlaneUpgrade(site, operation);
    expect(written[0]?.body.agentPoolProfiles).toEqual(cluster.agentPoolProfiles);
  });

  it.each<[string, Partial<ManagedCluster>, boolean]>([
    ["is under way already", { provisioningState: "Upgrading", kubernetesVersion: "1.34.2" }, false],
    ["is done already", { currentKubernetesVersion: "1.34.2", kubernetesVersion: "1.34.2" }, true],
  ])("is not begun again when it %s", async (_what, change, done) => {
    const { site, written } = siteWith(change);
    expect(await beginControlPlaneUpgrade(site, operation)).toMatchObject({ done, failure: null, poller: null });
    expect(written).toEqual([]);
  });

  it("is begun again when the last try failed", async () => {
    const { site, written } = siteWith({ provisioningState: "Failed", kubernetesVersion: "1.34.2" });
    await beginControlPlaneUpgrade(site, operation);
    expect(written).toHaveLength(1);
  });
});

describe("how the upgrade of a control plane stands", () => {
  it.each<[string, Partial<ManagedCluster>, { done: boolean; failure: string | null }]>([
    ["goes on", { provisioningState: "Upgrading" }, { done: false, failure: null }],
    ["goes on while Azure says no state", { provisioningState: "" }, { done: false, failure: null }],
    ["is done when the version is there", { currentKubernetesVersion: "1.34.2" }, { done: true, failure: null }],
    [
      "is not done before Azure has settled",
      { currentKubernetesVersion: "1.34.2", provisioningState: "Updating" },
      { done: false, failure: null },
    ],
    [
      "has failed, with the state",
      { provisioningState: "Failed" },
      { done: true, failure: "to upgrade the control plane of dev-weu to Kubernetes 1.34.2 ended in state Failed" },
    ],
    [
      "has failed when somebody stopped it",
      { provisioningState: "Canceled" },
      { done: true, failure: "to upgrade the control plane of dev-weu to Kubernetes 1.34.2 ended in state Canceled" },
    ],
    [
      "has failed when nothing goes on and the version is not there",
      {},
      {
        done: true,
        failure:
          "to upgrade the control plane of dev-weu to Kubernetes 1.34.2: it runs 1.33.5, and nothing is under way",
      },
    ],
  ])("%s", async (_how, change, expected) => {
    const { done, failure } = await controlPlaneState(siteWith(change).site, operation);
    expect({ done, failure: failure?.message ?? null }).toEqual(expected);
  });
});
