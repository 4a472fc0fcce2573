import { type OsSku, osTypeOf } from "../fleet/os-sku.ts";
import type { ObjectDraft } from "../kubernetes/model/object-table.ts";
import { vcpusOf } from "./quota.ts";
import type { ClusterRecord, Machine, PoolRecord } from "./records.ts";

const KUBELET_CPU_RESERVE_MILLICORES = 140;
/** Share of a machine's memory that AKS leaves for pods, roughly (reserve and eviction threshold taken off). */
const ALLOCATABLE_MEMORY_SHARE = 0.8;
const MEMORY_GIB_PER_CPU = 4;
/** What a node of each operating system says of it. */
const SYSTEMS: Readonly<Record<OsSku, { readonly osImage: string; readonly kernelVersion: string }>> = {
  Ubuntu: { osImage: "Ubuntu 22.04.5 LTS", kernelVersion: "5.15.0-1098-azure" },
  AzureLinux: { osImage: "Azure Linux 3.0", kernelVersion: "6.6.104.2-4.azl3" },
  Windows2022: { osImage: "Windows Server 2022 Datacenter", kernelVersion: "10.0.20348.4294" },
};

/** The Node that a machine registers as, not ready yet. */
export function nodeObject(cluster: ClusterRecord, pool: PoolRecord, machine: Machine, nowText: string): ObjectDraft {
  return {
    apiVersion: "v1",
    kind: "Node",
    metadata: { name: machine.name, labels: nodeLabels(cluster, pool, machine) },
    spec: {
      providerID: `azure://${machineResourceId(cluster, pool, machine)}`,
      ...(pool.settings.nodeTaints?.length ? { taints: pool.settings.nodeTaints.map(parseTaint) } : {}),
    },
    status: {
      capacity: capacity(pool, 1, 0),
      allocatable: capacity(pool, ALLOCATABLE_MEMORY_SHARE, KUBELET_CPU_RESERVE_MILLICORES),
      conditions: [
        {
          type: "Ready",
          status: "False",
          reason: "KubeletNotReady",
          message: "container runtime network not ready",
          lastTransitionTime: nowText,
        },
      ],
      addresses: [
        { type: "InternalIP", address: machineAddress(machine) },
        { type: "Hostname", address: machine.name },
      ],
      nodeInfo: nodeInfo(pool, machine),
    },
  };
}

/** What a node says about its software; changes when it is reimaged. */
export function nodeInfo({ settings: { osSKU } }: PoolRecord, machine: Machine) {
  return {
    architecture: "amd64",
    bootID: "",
    containerRuntimeVersion: "containerd://2.0.6",
    ...SYSTEMS[osSKU],
    kubeProxyVersion: `v${machine.kubernetesVersion}`,
    kubeletVersion: `v${machine.kubernetesVersion}`,
    machineID: "",
    operatingSystem: osTypeOf(osSKU).toLowerCase(),
    systemUUID: "",
  };
}

/** The labels that AKS gives a node, and the pool's own. */
export function nodeLabels(cluster: ClusterRecord, pool: PoolRecord, machine: Machine): Record<string, string> {
  const { vmSize, mode, osSKU } = pool.settings;
  const zone = machine.zone === undefined ? "0" : `${cluster.location}-${machine.zone}`;
  return {
    ...pool.settings.nodeLabels,
    agentpool: pool.name,
    "kubernetes.azure.com/agentpool": pool.name,
    "kubernetes.azure.com/cluster": `MC_${cluster.resourceGroup}_${cluster.name}_${cluster.location}`,
    "kubernetes.azure.com/mode": mode.toLowerCase(),
    "kubernetes.azure.com/node-image-version": machine.imageVersion,
    "kubernetes.azure.com/os-sku": osSKU,
    "kubernetes.azure.com/role": "agent",
    "kubernetes.io/arch": "amd64",
    "kubernetes.io/hostname": machine.name,
    "kubernetes.io/os": osTypeOf(osSKU).toLowerCase(),
    "node.kubernetes.io/instance-type": vmSize,
    // The disk driver's own: what a zonal disk's affinity asks for. Empty where there are no zones.
    "topology.disk.csi.azure.com/zone": machine.zone === undefined ? "" : zone,
    "topology.kubernetes.io/region": cluster.location,
    "topology.kubernetes.io/zone": zone,
  };
}

/** Reads a taint as pools write it: `key=value:Effect`. */
export function parseTaint(text: string): { key: string; value?: string; effect: string } {
  const [, key = text, value, effect = "NoSchedule"] = /^([^=:]+)(?:=([^:]*))?:(\w+)$/.exec(text) ?? [];
  return { key, ...(value === undefined ? {} : { value }), effect };
}

function capacity(pool: PoolRecord, memoryShare: number, reservedMillicores: number): Record<string, string> {
  const cpus = vcpusOf(pool.settings.vmSize);
  const memoryMib = Math.floor(cpus * MEMORY_GIB_PER_CPU * 1024 * memoryShare);
  return {
    cpu: reservedMillicores === 0 ? String(cpus) : `${cpus * 1_000 - reservedMillicores}m`,
    memory: `${memoryMib}Mi`,
    pods: String(pool.settings.maxPods),
    "ephemeral-storage": `${pool.settings.osDiskSizeGB}Gi`,
  };
}

/** The resource id of a machine's virtual machine: an instance of the pool's scale set. */
export function machineResourceId(cluster: ClusterRecord, pool: PoolRecord, machine: Machine): string {
  const group = `mc_${cluster.resourceGroup}_${cluster.name}_${cluster.location}`.toLowerCase();
  const scaleSet = `aks-${pool.name}-${pool.scaleSetId}-vmss`;
  return `/subscriptions/${cluster.subscriptionId}/resourceGroups/${group}/providers/Microsoft.Compute/virtualMachineScaleSets/${scaleSet}/virtualMachines/${ordinalOf(machine)}`;
}

/** The number of a machine in its scale set: the name ends in it, in base 36. */
export function ordinalOf(machine: Pick<Machine, "name">): number {
  return Number.parseInt(machine.name.slice(-6), 36);
}

/** The address of a machine in the node subnet. */
export function machineAddress(machine: Pick<Machine, "name">): string {
  let hash = 0;
  for (const character of machine.name) hash = (hash * 31 + character.charCodeAt(0)) % 65_000;
  return `10.224.${Math.floor(hash / 254)}.${(hash % 254) + 1}`;
}
