import { foundBackup } from "../backup/found-backup.ts";
import type { ClusterEntry, PoolEntry } from "../fleet/azure-file.ts";
import type { AzureModel } from "./azure-model.ts";
import type { ClusterRecord, PoolRecord } from "./records.ts";
import { putGroup } from "./resources.ts";
import { subnetId } from "./subnets.ts";

/** Puts the clusters of the fleet file into a new world, with their groups and pools. Only inside a change. */
export function foundFleet(azure: AzureModel): void {
  for (const entry of azure.fleet.azure.clusters) {
    const cluster = foundCluster(azure, entry);
    const { subscriptionId, resourceGroup, location } = cluster;
    if (!azure.findGroup(subscriptionId, resourceGroup)) putGroup(azure, subscriptionId, resourceGroup, { location });
    for (const pool of entry.pools) foundPool(azure, cluster, pool);
    if (entry.backup) foundBackup(azure.backups, cluster, entry.backup);
  }
}

function foundCluster(azure: AzureModel, entry: ClusterEntry): ClusterRecord {
  const { name, resourceGroup, location, kubernetesVersion, tags = {}, autoUpgradeProfile, networkPluginMode } = entry;
  const eTag = azure.random.uuid();
  return azure.putCluster({
    subscriptionId: entry.subscriptionId ?? azure.fleet.azure.subscriptionId,
    name,
    resourceGroup,
    location,
    kubernetesVersion,
    tags,
    eTag,
    uid: eTag,
    provisioningState: "Succeeded",
    powerState: "Running",
    sku: { name: "Base", tier: "Standard" },
    kept: {
      ...(autoUpgradeProfile ? { autoUpgradeProfile } : {}),
      ...(networkPluginMode === "none" ? { networkProfile: { networkPlugin: "azure" } } : {}),
    },
    materialised: false,
  });
}

function foundPool(azure: AzureModel, cluster: ClusterRecord, entry: PoolEntry): void {
  const {
    name,
    nodeImageVersion,
    orchestratorVersion = cluster.kubernetesVersion,
    upgradeSettings = {},
    subnet,
    autoscaler,
    ...rest
  } = entry;
  let pool: PoolRecord = {
    clusterName: cluster.name,
    name,
    settings: {
      ...rest,
      osDiskSizeGB: 128,
      enableAutoScaling: autoscaler !== undefined,
      ...autoscaler,
      orchestratorVersion,
      upgradeSettings,
      kept: subnet === undefined ? {} : { vnetSubnetID: namedSubnet(azure, subnet) },
    },
    nodeImageVersion,
    provisioningState: "Succeeded",
    powerState: "Running",
    eTag: azure.random.uuid(),
    scaleSetId: String(azure.random.between(10_000_000, 49_999_999)),
    nextMachine: 0,
    machines: [],
  };
  const software = { imageVersion: nodeImageVersion, kubernetesVersion: orchestratorVersion };
  for (let count = 0; count < entry.count; count += 1) pool = azure.addMachine(pool, software).pool;
  const machines = pool.machines.map((machine) => ({ ...machine, joined: true }));
  azure.putPool({ ...pool, machines });
}

function namedSubnet(azure: AzureModel, name: string): string {
  const found = azure.fleet.azure.subnets?.find((subnet) => subnet.name === name);
  if (!found) throw new Error(`azure.yaml names a subnet ${name} that it does not list under subnets`);
  return subnetId(azure, found);
}
