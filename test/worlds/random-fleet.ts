import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { stringify } from "yaml";
import type { Dice } from "./dice.ts";
import type { DesignedBackups } from "./random-backups.ts";
import { type Manifest, randomWorkloads } from "./random-workloads.ts";

export const SUBSCRIPTION = "11111111-2222-3333-4444-555555555555";
const OLD = "202610.27.0";
/** The newest release of the images. */
export const NEW = "202611.10.0";
const IMAGES = { Ubuntu: "AKSUbuntu-2204gen2containerd", AzureLinux: "AKSAzureLinux-V3gen2" } as const;

/** The weekly opening of a ring, in UTC. */
export interface Opening {
  readonly days: readonly string[];
  readonly start: string;
  readonly hours: number;
}

export interface DesignedRing {
  readonly name: string;
  readonly maxParallel: number;
  readonly soakMinutes: number;
  readonly opening: Opening | null;
}

export interface DesignedCluster {
  readonly name: string;
  readonly ring: string;
  readonly pools: ReadonlyArray<
    Record<string, unknown> & { readonly name: string; readonly osSKU: keyof typeof IMAGES }
  >;
  readonly workloads: readonly Manifest[];
}

/** A fleet as a world begins with it. */
export interface Design {
  readonly rings: readonly DesignedRing[];
  readonly clusters: readonly DesignedCluster[];
  readonly upgrade: Record<string, unknown>;
  readonly backups: DesignedBackups | null;
}

/** Draws a fleet: rings, windows, policies, clusters, pools, workloads. */
export function randomFleet(dice: Dice): Design {
  const clusterCount = dice.pick([1, 1, 1, 1, 2, 2, 3, 4]);
  const ringNames = ["dev", "staging", "prod"].slice(0, dice.between(1, Math.min(3, clusterCount)));
  const clusters = Array.from({ length: clusterCount }, (_, index) => randomCluster(dice, index, ringNames));
  const strategy = (blueGreen: number) => ({
    strategy: dice.chance(blueGreen) ? "blueGreen" : "surge",
    parallelDrains: dice.between(1, 3),
    soakMinutes: dice.pick([0, 0, 2, 15]),
  });
  return {
    rings: ringNames.map((name) => randomRing(dice, name)),
    clusters,
    backups: null,
    upgrade: {
      systemPools: strategy(0.2),
      userPools: strategy(0.75),
      drain: {
        timeoutMinutes: dice.pick([5, 10, 30]),
        barePods: dice.pick(["block", "delete", "delete"]),
        emptyDir: dice.pick(["block", "delete", "delete"]),
      },
    },
  };
}

function randomRing(dice: Dice, name: string): DesignedRing {
  const opening = dice.chance(0.3)
    ? {
        days: dice.pick([
          ["sat", "sun"],
          ["mon", "tue", "wed", "thu", "fri"],
          ["mon", "tue", "wed", "thu", "fri", "sat", "sun"],
        ]),
        start: `${String(dice.between(0, 23)).padStart(2, "0")}:${dice.pick(["00", "30"])}`,
        hours: dice.pick([1, 2, 6, 12]),
      }
    : null;
  return { name, maxParallel: dice.between(1, 3), soakMinutes: dice.pick([0, 0, 5, 60]), opening };
}

function randomCluster(dice: Dice, index: number, ringNames: readonly string[]): DesignedCluster {
  const userPools = dice.pick([["apps"], ["apps"], ["apps", "batch"]]);
  const ring = ringNames[index] ?? dice.pick(ringNames);
  return {
    name: `${ring}-${"abcd".charAt(index)}`,
    ring,
    pools: [
      { ...randomPool(dice, "system", "System"), nodeTaints: ["CriticalAddonsOnly=true:NoSchedule"] },
      ...userPools.map((name) => ({ ...randomPool(dice, name, "User"), nodeLabels: { workload: name } })),
    ],
    workloads: randomWorkloads(dice, userPools),
  };
}

function randomPool(dice: Dice, name: string, mode: "System" | "User") {
  const osSKU = dice.pick(["Ubuntu", "AzureLinux"] as const);
  return {
    name,
    mode,
    count: dice.between(1, mode === "System" ? 2 : 3),
    vmSize: "Standard_D4ds_v5",
    osSKU,
    nodeImageVersion: `${IMAGES[osSKU]}-${dice.chance(0.15) ? NEW : OLD}`,
    ...(dice.chance(0.5) ? { availabilityZones: ["1", "2", "3"] } : {}),
    upgradeSettings: { maxSurge: dice.pick(["1", "33%", "50%"]) },
  };
}

/** The resource id of a cluster of this name, whether there is one or not. */
export function resourceIdOf(cluster: string): string {
  return `/subscriptions/${SUBSCRIPTION}/resourceGroups/rg-${cluster}/providers/Microsoft.ContainerService/managedClusters/${cluster}`;
}

/** The fleet as fleet.yaml has it. */
export function fleetYaml(design: Design): string {
  return stringify({
    fleet: "world",
    rings: design.rings.map(({ opening, ...ring }) => ({
      ...ring,
      ...(opening ? { window: { timeZone: "Etc/UTC", weekly: [opening] } } : {}),
    })),
    clusters: design.clusters.map(({ name, ring }) => ({ name, ring, resourceId: resourceIdOf(name) })),
    upgrade: design.upgrade,
    ...(design.backups ? { restoreTests: design.backups.restoreTests } : {}),
  });
}

/** Writes the folder that the simulator reads. */
export function writeFleetFolder(design: Design, directory: string): void {
  const image = (osSKU: keyof typeof IMAGES, version: string, releasedAt: string) => ({
    version: `${IMAGES[osSKU]}-${version}`,
    osSKU,
    releasedAt,
  });
  const azure = {
    subscriptionId: SUBSCRIPTION,
    tenantId: "99999999-8888-7777-6666-555555555555",
    kubernetesVersions: [{ version: "1.33.5" }, { version: "1.34.2" }],
    images: (["Ubuntu", "AzureLinux"] as const).flatMap((osSKU) => [
      image(osSKU, OLD, "start-21d"),
      image(osSKU, NEW, "start-3d"),
    ]),
    clusters: design.clusters.map(({ name, pools }) => ({
      name,
      resourceGroup: `rg-${name}`,
      location: "westeurope",
      kubernetesVersion: "1.33.5",
      ...(design.backups?.protected[name] ? { backup: design.backups.protected[name] } : {}),
      pools,
    })),
  };
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, "azure.yaml"), stringify(azure));
  for (const { name, workloads } of design.clusters) {
    const folder = join(directory, "clusters", name);
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "kustomization.yaml"), "resources:\n  - workloads.yaml\n");
    writeFileSync(join(folder, "workloads.yaml"), workloads.map((workload) => stringify(workload)).join("---\n"));
  }
}
