import type { ContainerServiceClient } from "@azure/arm-containerservice";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { drive } from "./arm-clients.ts";
import { armClient, startSimulator, type TestSimulator } from "./start-simulator.ts";

const GROUP = "rg-prod-weu";
const CLUSTER = "prod-weu";
const FAST = { updateIntervalInMs: 1 };
const DAY_S = 86_400;

let simulator: TestSimulator;
let client: ContainerServiceClient;

beforeEach(async () => {
  simulator = await startSimulator();
  client = await armClient(simulator);
});

afterEach(() => simulator.close());

const poolNow = () => client.agentPools.get(GROUP, CLUSTER, "apps");
const recentlyUsed = async () =>
  (await client.agentPools.getUpgradeProfile(GROUP, CLUSTER, "apps")).recentlyUsedVersions ?? [];

async function rollBackTo(nodeImageVersion: string | undefined): Promise<void> {
  const { provisioningState: _, ...pool } = await poolNow();
  const body = { ...pool, ...(nodeImageVersion === undefined ? {} : { nodeImageVersion }) };
  await drive(simulator, client.agentPools.createOrUpdate(GROUP, CLUSTER, "apps", body, FAST));
}

/** Takes the pool to the newest node image; answers the one before. */
async function upgraded(): Promise<string> {
  const { nodeImageVersion = "" } = await poolNow();
  await drive(simulator, client.agentPools.upgradeNodeImageVersion(GROUP, CLUSTER, "apps", FAST));
  expect((await poolNow()).nodeImageVersion).not.toBe(nodeImageVersion);
  return nodeImageVersion;
}

describe("a pool that was upgraded", () => {
  it("goes back to what it ran before, node by node, and not a second time", async () => {
    expect(await recentlyUsed()).toEqual([]);
    const before = await upgraded();
    const { orchestratorVersion, nodeImageVersion: newest } = await poolNow();
    expect(await recentlyUsed()).toMatchObject([{ nodeImageVersion: before, orchestratorVersion }]);
    await rollBackTo(before);
    expect(await poolNow()).toMatchObject({ nodeImageVersion: before, provisioningState: "Succeeded", count: 3 });
    expect(await recentlyUsed()).toEqual([]);
    await expect(rollBackTo(newest)).rejects.toMatchObject({ statusCode: 400, code: "InvalidParameter" });
  });

  it("does not go to an image that it did not run, nor back after a week", async () => {
    const before = await upgraded();
    await expect(rollBackTo("AKSUbuntu-2204gen2containerd-202501.01.0")).rejects.toMatchObject({ statusCode: 400 });
    simulator.clock.advance(8 * DAY_S);
    client = await armClient(simulator);
    expect(await recentlyUsed()).toEqual([]);
    await expect(rollBackTo(before)).rejects.toMatchObject({ statusCode: 400 });
  });

  it("stays as it is when it is written back as it was read", async () => {
    await upgraded();
    const { nodeImageVersion } = await poolNow();
    await rollBackTo(undefined);
    expect(await poolNow()).toMatchObject({ nodeImageVersion, provisioningState: "Succeeded" });
    expect(await recentlyUsed()).toHaveLength(1);
  });
});
