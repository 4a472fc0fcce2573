import type { AzureModel } from "../azure/azure-model.ts";
import type { ClusterRecord, OperationRecord, PoolRecord } from "../azure/records.ts";

/** The resource id of a cluster. */
export function clusterId(azure: AzureModel, cluster: ClusterRecord): string {
  const { subscriptionId } = azure.fleet.azure;
  return `/subscriptions/${subscriptionId}/resourceGroups/${cluster.resourceGroup}/providers/Microsoft.ContainerService/managedClusters/${cluster.name}`;
}

/** A managed cluster as the API shows it. */
export function clusterBody(azure: AzureModel, cluster: ClusterRecord) {
  const { name, location, tags, eTag, kubernetesVersion, resourceGroup } = cluster;
  const host = `${name}-${eTag.slice(0, 8)}.hcp.${location}.azmk8s.io`;
  const running = azure.runningOperation(name);
  return {
    id: clusterId(azure, cluster),
    name,
    type: "Microsoft.ContainerService/ManagedClusters",
    location,
    tags,
    eTag,
    sku: { name: "Base", tier: "Standard" },
    identity: {
      type: "SystemAssigned",
      principalId: eTag,
      tenantId: azure.fleet.azure.tenantId,
    },
    properties: {
      provisioningState: running ? "Updating" : "Succeeded",
      powerState: { code: "Running" },
      kubernetesVersion,
      currentKubernetesVersion: kubernetesVersion,
      dnsPrefix: name,
      fqdn: host,
      azurePortalFqdn: host.replace(".hcp.", ".portal.hcp."),
      agentPoolProfiles: azure.poolsOf(name).map((pool) => ({ name: pool.name, ...poolProperties(pool) })),
      nodeResourceGroup: `MC_${resourceGroup}_${name}_${location}`,
      enableRBAC: true,
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
      maxAgentPools: 100,
      autoUpgradeProfile: { upgradeChannel: "none", nodeOSUpgradeChannel: "None" },
      disableLocalAccounts: false,
      resourceUID: eTag.replaceAll("-", "").slice(0, 20),
    },
  };
}

/** An agent pool as the API shows it. */
export function poolBody(azure: AzureModel, cluster: ClusterRecord, pool: PoolRecord) {
  return {
    id: `${clusterId(azure, cluster)}/agentPools/${pool.name}`,
    name: pool.name,
    type: "Microsoft.ContainerService/managedClusters/agentPools",
    properties: poolProperties(pool),
  };
}

function poolProperties(pool: PoolRecord) {
  const { settings } = pool;
  const { count, vmSize, mode, osSKU, maxPods, osDiskSizeGB, orchestratorVersion } = settings;
  const { availabilityZones, nodeLabels, nodeTaints, tags, upgradeSettings } = settings;
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
    enableAutoScaling: false,
    scaleDownMode: "Delete",
    provisioningState: pool.provisioningState,
    powerState: { code: "Running" },
    orchestratorVersion,
    currentOrchestratorVersion: pool.machines[0]?.kubernetesVersion ?? orchestratorVersion,
    enableNodePublicIP: false,
    mode,
    enableEncryptionAtHost: false,
    enableUltraSSD: false,
    osType: "Linux",
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
