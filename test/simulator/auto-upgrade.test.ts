import { afterEach, describe, expect, it } from "vitest";
import type { AzureFile } from "../../simulator/fleet/azure-file.ts";
import { temporaryFolder } from "../host/program.ts";
import { changedFleet, clusterIn } from "./changed-fleet.ts";
import { armClient, startSimulator, type TestSimulator } from "./start-simulator.ts";

const HOUR = 3_600;
const folder = temporaryFolder();
let simulator: TestSimulator | undefined;

afterEach(async () => {
  await simulator?.close();
  simulator = undefined;
  folder.remove();
});

type Channels = NonNullable<AzureFile["clusters"][number]["autoUpgradeProfile"]>;

/** dev-weu alone, with channels; the world begins on Friday at 08:00 UTC. */
async function start(autoUpgradeProfile: Channels): Promise<TestSimulator> {
  const fleetDirectory = changedFleet(folder.path, (azure) => ({
    ...azure,
    clusters: [{ ...clusterIn(azure, "dev-weu"), autoUpgradeProfile }],
  }));
  simulator = await startSimulator({ fleetDirectory });
  return simulator;
}

/** Lets AKS upgrade on Saturdays between 01:00 and 05:00 UTC. */
async function openOnSaturday(name: string): Promise<void> {
  if (!simulator) throw new Error("there is no simulator");
  const client = await armClient(simulator);
  await client.maintenanceConfigurations.createOrUpdate("rg-dev-weu", "dev-weu", name, {
    maintenanceWindow: {
      schedule: { weekly: { intervalWeeks: 1, dayOfWeek: "Saturday" } },
      durationHours: 4,
      startTime: "01:00",
    },
  });
}

/** What AKS has begun by itself: kind, pool and how long after the start of the world, in hours. */
function begun({ azure, world }: TestSimulator): string[] {
  return azure.operations
    .values()
    .sort((left, right) => left.startMs - right.startMs)
    .map(({ kind, poolName, startMs, status }) => {
      const hours = Math.floor((startMs - world.startMs) / 3_600_000);
      return `${kind} ${poolName || "cluster"} after ${hours} h: ${status}`;
    });
}

describe("AKS", () => {
  it("upgrades node images by itself in the window for them, one pool after the other", async () => {
    const { clock } = await start({ nodeOSUpgradeChannel: "NodeImage" });
    await openOnSaturday("aksManagedNodeOSUpgradeSchedule");
    clock.advance(16 * HOUR);
    expect(begun(simulator as TestSimulator)).toEqual([]);
    clock.advance(5 * HOUR);
    expect(begun(simulator as TestSimulator)).toEqual([
      "UpgradeNodeImage apps after 17 h: Succeeded",
      "UpgradeNodeImage system after 17 h: Succeeded",
    ]);
  });

  it("upgrades the control plane by its channel, then the pools", async () => {
    const { clock, azure } = await start({ upgradeChannel: "patch" });
    await openOnSaturday("aksManagedAutoUpgradeSchedule");
    clock.advance(21 * HOUR);
    expect(begun(simulator as TestSimulator)).toEqual([
      "UpgradeCluster cluster after 17 h: Succeeded",
      "UpgradePool apps after 17 h: Succeeded",
      "UpgradePool system after 17 h: Succeeded",
    ]);
    expect(azure.findCluster("dev-weu")?.kubernetesVersion).toBe("1.33.6");
  });

  it("goes one minor version at a time to where its channel leads", async () => {
    const { clock, azure } = await start({ upgradeChannel: "rapid" });
    clock.advance(24 * HOUR);
    expect(azure.findCluster("dev-weu")?.kubernetesVersion).toBe("1.34.2");
  });

  it("waits for what somebody else has under way, and leaves alone what has no channel", async () => {
    const { clock, azure } = await start({ nodeOSUpgradeChannel: "NodeImage" });
    await openOnSaturday("aksManagedNodeOSUpgradeSchedule");
    clock.advance(16 * HOUR + 3_000);
    const { agentPools } = await armClient(simulator as TestSimulator);
    const apps = await agentPools.get("rg-dev-weu", "dev-weu", "apps");
    await agentPools.createOrUpdate("rg-dev-weu", "dev-weu", "apps", { ...apps, count: 3 }).submitted();
    clock.advance(4 * HOUR);
    expect(begun(simulator as TestSimulator).map((line) => line.split(" ").slice(0, 2).join(" "))).toEqual([
      "UpdatePool apps",
      "UpgradeNodeImage apps",
      "UpgradeNodeImage system",
    ]);
    expect(azure.runningOperation("dev-weu")).toBeUndefined();
  });

  it("does nothing by itself when the channels are none", async () => {
    const { clock } = await start({ upgradeChannel: "none", nodeOSUpgradeChannel: "Unmanaged" });
    clock.advance(14 * 24 * HOUR);
    expect(begun(simulator as TestSimulator)).toEqual([]);
  });
});
