import type { AzureModel } from "./azure-model.ts";
import { machineResourceId } from "./node-object.ts";
import type { AzureError, ClusterRecord, PoolRecord } from "./records.ts";

type SubnetEntry = NonNullable<AzureModel["fleet"]["azure"]["subnets"]>[number];

/** Azure keeps the first four addresses of a range and the last. */
const KEPT_BY_AZURE = 5;

/** The resource id of a subnet of the fleet file. */
export function subnetId(azure: AzureModel, { resourceGroup, virtualNetwork, name }: SubnetEntry): string {
  const group = `/subscriptions/${azure.fleet.azure.subscriptionId}/resourceGroups/${resourceGroup}`;
  return `${group}/providers/Microsoft.Network/virtualNetworks/${virtualNetwork}/subnets/${name}`;
}

/** The subnet of an id, in any case. */
export function findSubnet(azure: AzureModel, id: string): SubnetEntry | undefined {
  return azure.fleet.azure.subnets?.find((subnet) => subnetId(azure, subnet).toLowerCase() === id.toLowerCase());
}

/** How many addresses of a range can be had. */
function usableIn({ addressPrefix }: SubnetEntry): number {
  return 2 ** (32 - Number(addressPrefix.split("/")[1])) - KEPT_BY_AZURE;
}

/** Who has an address of a subnet, by the ids of their configurations: machines, their pods where those take one, others. */
export function addressHolders(azure: AzureModel, subnet: SubnetEntry): string[] {
  const id = subnetId(azure, subnet).toLowerCase();
  const group = id.slice(0, id.indexOf("/providers/"));
  const others = Array.from(
    { length: subnet.usedByOthers },
    (_, index) => `${group}/providers/microsoft.network/networkinterfaces/other-${index}/ipconfigurations/ipconfig1`,
  );
  const machines = azure.pools.values().flatMap((pool) => {
    const cluster = azure.findCluster(pool.clusterName);
    if (!cluster || String(pool.settings.kept.vnetSubnetID ?? "").toLowerCase() !== id) return [];
    const each = addressesEach(cluster, pool);
    return pool.machines.flatMap((machine) =>
      Array.from({ length: each }, (_, index) => {
        const card = `networkInterfaces/${machine.name}`;
        return `${machineResourceId(cluster, pool, machine)}/${card}/ipConfigurations/ipconfig${index + 1}`;
      }),
    );
  });
  return [...others, ...machines.sort()];
}

/** With an overlay only nodes take addresses of their subnet; without, each of their pods may. */
function addressesEach({ kept }: ClusterRecord, { settings }: PoolRecord): number {
  const profile = kept.networkProfile as { networkPluginMode?: string } | undefined;
  // A cluster that says nothing of its network has an overlay here.
  const isOverlay = profile === undefined || profile.networkPluginMode === "overlay";
  return isOverlay || settings.kept.podSubnetID !== undefined ? 1 : 1 + settings.maxPods;
}

/** Why the machines of a pool do not all get an address; undefined when they do, and for pools without a known subnet. */
export function subnetError(azure: AzureModel, cluster: ClusterRecord, pool: PoolRecord): AzureError | undefined {
  const subnet = findSubnet(azure, String(pool.settings.kept.vnetSubnetID ?? ""));
  if (!subnet || addressHolders(azure, subnet).length <= usableIn(subnet)) return undefined;
  const { name, addressPrefix } = subnet;
  const message = `Subnet ${name} with address prefix ${addressPrefix} does not have enough capacity for ${addressesEach(cluster, pool)} IP addresses.`;
  return { code: "SubnetIsFull", message };
}
