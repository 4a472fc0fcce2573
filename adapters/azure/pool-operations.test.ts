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
