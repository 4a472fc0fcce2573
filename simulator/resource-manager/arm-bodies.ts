import type { AzureModel } from "../azure/azure-model.ts";
import { machineAddress, machineResourceId } from "../azure/node-object.ts";
import type { ClusterRecord, Machine, OperationRecord, PoolRecord } from "../azure/records.ts";
import { clusterId, poolId } from "../azure/resource-id.ts";
import { osTypeOf } from "../fleet/os-sku.ts";

/** Profiles of a cluster that says nothing about them. */
const DEFAULT_PROFILES = {
  supportPlan: "KubernetesOfficial",
  networkProfile: {
    networkPlugin: "azure",
    networkPluginMode: "overlay",
    networkPolicy: "cilium",
    networkDataplane: "cilium",
    loadBalancerSku: "standard",
    podCidr: "10.244.0.0/16",
    serviceCidr: "10.0.0.0/16",
    dnsServiceIP: "10.0.0.10",
    outboundType: "loadBalancer",
  },
  autoUpgradeProfile: { upgradeChannel: "none", nodeOSUpgradeChannel: "None" },
  disableLocalAccounts: false,
  storageProfile: {
    diskCSIDriver: { enabled: true },
    fileCSIDriver: { enabled: true },
    snapshotController: { enabled: true },
  },
};

/** A managed cluster as the API shows it. */
export function clusterBody(azure: AzureModel, cluster: ClusterRecord) {
  const { name, location, tags, eTag, uid, kubernetesVersion, resourceGroup, powerState, sku, kept } = cluster;
  const { identity = { type: "SystemAssigned" }, ...properties } = kept;
  const host = `${name}-${uid.slice(0, 8)}.hcp.${location}.azmk8s.io`;
  return {
    id: clusterId(cluster),
    name,
    type: "Microsoft.ContainerService/ManagedClusters",
    location,
    tags,
    eTag,
    sku,
    identity: { ...(identity as object), principalId: uid, tenantId: azure.fleet.azure.tenantId },
    properties: {
      provisioningState: stateOf(azure, cluster),
      powerState: { code: powerState },
      kubernetesVersion,
      currentKubernetesVersion: kubernetesVersion,
      dnsPrefix: name,
      fqdn: host,
      azurePortalFQDN: host.replace(".hcp.", ".portal.hcp."),
      agentPoolProfiles: azure.poolsOf(name).map((pool) => ({ name: pool.name, ...poolProperties(pool) })),
      nodeResourceGroup: `MC_${resourceGroup}_${name}_${location}`,
      enableRBAC: true,
      maxAgentPools: 100,
      resourceUID: uid.replaceAll("-", "").slice(0, 20),
      ...DEFAULT_PROFILES,
      ...properties,
      ...(cluster.provisioningError ? { status: { provisioningError: cluster.provisioningError } } : {}),
    },
  };
}

/** While a pool of it is worked on, the cluster is Updating. */
function stateOf(azure: AzureModel, cluster: ClusterRecord): string {
  const running = azure.runningOperation(cluster.name);
  return running && running.poolName !== "" ? "Updating" : cluster.provisioningState;
}

/** An agent pool as the API shows it. */
export function poolBody(cluster: ClusterRecord, pool: PoolRecord) {
  return {
    id: poolId(cluster, pool.name),
    name: pool.name,
    type: "Microsoft.ContainerService/managedClusters/agentPools",
    properties: poolProperties(pool),
  };
}

/** A machine of a pool as the API shows it. */
export function machineBody(cluster: ClusterRecord, pool: PoolRecord, machine: Machine) {
  return {
    id: `${poolId(cluster, pool.name)}/machines/${machine.name}`,
    name: machine.name,
    type: "Microsoft.ContainerService/managedClusters/agentPools/machines",
    ...(machine.zone === undefined ? {} : { zones: [machine.zone] }),
    properties: {
      network: { ipAddresses: [{ family: "IPv4", ip: machineAddress(machine) }] },
      resourceId: machineResourceId(cluster, pool, machine),
    },
  };
}

function poolProperties(pool: PoolRecord) {
  const { settings } = pool;
  const { count, vmSize, mode, osSKU, maxPods, osDiskSizeGB, orchestratorVersion } = settings;
  const { availabilityZones, nodeLabels, nodeTaints, tags, upgradeSettings } = settings;
  const { enableAutoScaling, minCount, maxCount, kept } = settings;
  return {
    eTag: pool.eTag,
    count,
    vmSize,
    osDiskSizeGB,
    osDiskType: "Ephemeral",
    kubeletDiskType: "OS",
    maxPods,
    type: "VirtualMachineScaleSets",
    ...(availabilityZones ? { availabilityZones } : {}),
    enableAutoScaling,
    ...(minCount === undefined ? {} : { minCount }),
    ...(maxCount === undefined ? {} : { maxCount }),
    scaleDownMode: "Delete",
    provisioningState: pool.provisioningState,
    powerState: { code: pool.powerState },
    orchestratorVersion,
    currentOrchestratorVersion: pool.machines[0]?.kubernetesVersion ?? orchestratorVersion,
    enableNodePublicIP: false,
    mode,
    enableEncryptionAtHost: false,
    enableUltraSSD: false,
    osType: osTypeOf(osSKU),
    osSKU,
    nodeImageVersion: pool.nodeImageVersion,
    ...(nodeLabels ? { nodeLabels } : {}),
    ...(nodeTaints ? { nodeTaints } : {}),
    ...(tags ? { tags } : {}),
    upgradeSettings: {
      maxSurge: "10%",
      maxUnavailable: "0",
      drainTimeoutInMinutes: 30,
      nodeSoakDurationInMinutes: 0,
      undrainableNodeBehavior: "Schedule",
      ...upgradeSettings,
    },
    enableFIPS: false,
    securityProfile: { enableVTPM: false, enableSecureBoot: false },
    ...kept,
    ...(pool.provisioningError ? { status: { provisioningError: pool.provisioningError } } : {}),
  };
}

/** The status of a long-running operation. */
export function operationBody(operation: OperationRecord) {
  const { id, status, startMs, endMs, error } = operation;
  return {
    name: swappedGuid(id),
    status,
    startTime: new Date(startMs).toISOString(),
    ...(endMs === undefined ? {} : { endTime: new Date(endMs).toISOString() }),
    ...(error ? { error } : {}),
  };
}

/** The service shows an operation's id with its first three groups byte-swapped: a client must not compare them. */
function swappedGuid(id: string): string {
  const swap = (group: string) => (group.match(/../g) ?? []).reverse().join("");
  const [first = "", second = "", third = "", ...rest] = id.split("-");
  return [swap(first), swap(second), swap(third), ...rest].join("-");
}
