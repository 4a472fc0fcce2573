import type { AgentPool, ManagedCluster } from "@azure/arm-containerservice";
import type { ClusterSettings, PoolSettings } from "../../domain/cluster-settings.ts";

/** What AKS takes where a pool says nothing (learn.microsoft.com/azure/aks/upgrade-aks-node-pools-rolling). */
const DEFAULT_UPGRADE = {
  maxSurge: "10%",
  maxUnavailable: "0",
  drainTimeoutMinutes: 30,
  undrainableNodeBehavior: "Schedule",
} as const;
const DEFAULT_MAX_PODS = 250;

/** What the owner of a cluster chose. */
export function clusterSettings(cluster: ManagedCluster, pools: readonly AgentPool[]): ClusterSettings {
  const { autoUpgradeProfile, networkProfile } = cluster;
  return {
    upgradeChannel: chosenChannel(autoUpgradeProfile?.upgradeChannel),
    nodeOsUpgradeChannel: chosenChannel(autoUpgradeProfile?.nodeOSUpgradeChannel),
    supportPlan: cluster.supportPlan ?? "KubernetesOfficial",
    podsTakeNodeAddresses: networkProfile?.networkPlugin === "azure" && networkProfile.networkPluginMode !== "overlay",
    pools: pools.map(poolSettings),
  };
}

function poolSettings(pool: AgentPool): PoolSettings {
  const { upgradeSettings = {}, minCount, maxCount } = pool;
  const isScaled = pool.enableAutoScaling === true && minCount !== undefined && maxCount !== undefined;
  return {
    name: pool.name ?? "",
    nodeLabels: pool.nodeLabels ?? {},
    nodeTaints: pool.nodeTaints ?? [],
    zones: pool.availabilityZones ?? [],
    maxPods: pool.maxPods ?? DEFAULT_MAX_PODS,
    isSpot: pool.scaleSetPriority === "Spot",
    autoscaler: isScaled ? { min: minCount, max: maxCount } : null,
    upgradeSettings: {
      maxSurge: upgradeSettings.maxSurge ?? DEFAULT_UPGRADE.maxSurge,
      maxUnavailable: upgradeSettings.maxUnavailable ?? DEFAULT_UPGRADE.maxUnavailable,
      drainTimeoutMinutes: upgradeSettings.drainTimeoutInMinutes ?? DEFAULT_UPGRADE.drainTimeoutMinutes,
      undrainableNodeBehavior: upgradeSettings.undrainableNodeBehavior ?? DEFAULT_UPGRADE.undrainableNodeBehavior,
    },
    subnetId: pool.vnetSubnetID ?? null,
    podSubnetId: pool.podSubnetID ?? null,
  };
}

function chosenChannel(channel: string | undefined): string | null {
  return channel === undefined || channel.toLowerCase() === "none" ? null : channel;
}
