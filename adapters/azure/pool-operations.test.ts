import type { AgentPool } from "@azure/arm-containerservice";
import { describe, expect, it } from "vitest";
import type { PoolOperation } from "../../domain/long-operation.ts";
import type { Site } from "./operation-states.ts";
import { beginPoolOperation } from "./pool-operations.ts";

const operation: PoolOperation = {
  kind: "upgradePool",
  resourceId: "/subscriptions/1/resourceGroups/rg/providers/Microsoft.ContainerService/managedClusters/dev-weu",
  runId: "upgrade-1",
  pool: "apps",
  version: "1.34.2",
  image: "AKSUbuntu-2",
};

describe("the upgrade of a pool's version", () => {
  it("writes the pool back under its ETag without its node image, which would roll it back", async () => {
    const kept = { count: 3, orchestratorVersion: "1.33.5", provisioningState: "Succeeded", eTag: "5e7ec123" };
    const pool: AgentPool = { ...kept, nodeImageVersion: "AKSUbuntu-1" };
    const written: unknown[] = [];
    const agentPools = {
      get: async () => pool,
      createOrUpdate(...asked: unknown[]) {
        written.push(asked);
        return { submitted: async () => undefined, serialize: async () => "the poller" };
      },
    };
    const client = { agentPools } as unknown as Site["client"];
    await beginPoolOperation({ client, group: "rg", cluster: "c", retryAfterSeconds: () => 20 } as Site, operation);
    const body = { ...kept, orchestratorVersion: "1.34.2" };
    expect(written).toEqual([["rg", "c", "apps", body, { ifMatch: "5e7ec123" }]]);
  });
});

describe("the rollback of a pool", () => {
  const back: PoolOperation = { ...operation, kind: "rollBackPool", version: "1.33.5", image: "AKSUbuntu-1" };
  const kept = { count: 3, provisioningState: "Succeeded", eTag: "5e7ec123" };
  const pool = {
    ...kept,
    orchestratorVersion: "1.34.2",
    currentOrchestratorVersion: "1.34.2",
    nodeImageVersion: "AKSUbuntu-2",
  };

  async function begin(now: AgentPool, recentlyUsedVersions: object[]) {
    const written: unknown[] = [];
    const agentPools = {
      get: async () => now,
      getUpgradeProfile: async () => ({ recentlyUsedVersions }),
      createOrUpdate(...asked: unknown[]) {
        written.push(asked);
        return { submitted: async () => undefined, serialize: async () => "the poller" };
      },
    };
    const client = { agentPools } as unknown as Site["client"];
    const site = { client, group: "rg", cluster: "c", retryAfterSeconds: () => 20 } as Site;
    return { state: await beginPoolOperation(site, back), written };
  }

  it("writes the pool back under its ETag with the image and the version that it ran before", async () => {
    const { written } = await begin(pool, [{ nodeImageVersion: "AKSUbuntu-1", orchestratorVersion: "1.33.5" }]);
    const body = { ...pool, orchestratorVersion: "1.33.5", nodeImageVersion: "AKSUbuntu-1" };
    expect(written).toEqual([["rg", "c", "apps", body, { ifMatch: "5e7ec123" }]]);
  });

  it.each([
    ["no version at all", []],
    ["another image", [{ nodeImageVersion: "AKSUbuntu-0", orchestratorVersion: "1.33.5" }]],
    ["the image with another version", [{ nodeImageVersion: "AKSUbuntu-1", orchestratorVersion: "1.32.9" }]],
  ])("is not asked for where AKS lists %s", async (_what, listed) => {
    await expect(begin(pool, listed)).rejects.toMatchObject({ failure: { code: "Conflict" } });
  });

  it("is done, or under way, when it is begun twice", async () => {
    const there = { ...pool, nodeImageVersion: "AKSUbuntu-1", currentOrchestratorVersion: "1.33.5" };
    expect(await begin(there, [])).toMatchObject({ state: { done: true, failure: null }, written: [] });
    expect(await begin({ ...pool, provisioningState: "Upgrading" }, [])).toMatchObject({
      state: { done: false },
      written: [],
    });
  });
});
