import { compare } from "semver";
import type { AzureModel } from "../azure/azure-model.ts";
import { recentlyUsedVersions } from "../azure/pool-rollback.ts";
import type { ClusterRecord, PoolRecord } from "../azure/records.ts";
import { upgradesFrom, versionsIn } from "../azure/releases.ts";
import { clusterId, poolId } from "../azure/resource-id.ts";
import { osTypeOf } from "../fleet/os-sku.ts";

/** What a cluster may be upgraded to. */
export function clusterUpgradeProfile(azure: AzureModel, cluster: ClusterRecord) {
  return {
    id: `${clusterId(cluster)}/upgradeprofiles/default`,
    name: "default",
    type: "Microsoft.ContainerService/managedClusters/upgradeprofiles",
    properties: {
      controlPlaneProfile: {
        kubernetesVersion: cluster.kubernetesVersion,
        name: "master",
        osType: "Linux",
        upgrades: upgradesFrom(azure, cluster.location, cluster.kubernetesVersion),
      },
      agentPoolProfiles: azure.poolsOf(cluster.name).map((pool) => ({
        kubernetesVersion: pool.settings.orchestratorVersion,
        name: pool.name,
        osType: osTypeOf(pool.settings.osSKU),
        upgrades: upgradesFrom(azure, cluster.location, pool.settings.orchestratorVersion),
      })),
    },
  };
}

/** What a pool may be upgraded to, and the node image it would get now. */
export function poolUpgradeProfile(azure: AzureModel, cluster: ClusterRecord, pool: PoolRecord) {
  const upgrades = upgradesFrom(azure, cluster.location, pool.settings.orchestratorVersion);
  return {
    id: `${poolId(cluster, pool.name)}/upgradeProfiles/default`,
    name: "default",
    type: "Microsoft.ContainerService/managedClusters/agentPools/upgradeProfiles",
    properties: {
      kubernetesVersion: pool.settings.orchestratorVersion,
      osType: osTypeOf(pool.settings.osSKU),
      // A pool never runs ahead of its control plane.
      upgrades: upgrades.filter(({ kubernetesVersion }) => compare(kubernetesVersion, cluster.kubernetesVersion) <= 0),
      latestNodeImageVersion: azure.latestImage(pool.settings.osSKU, cluster.location),
      recentlyUsedVersions: recentlyUsedVersions(azure, pool),
    },
  };
}

/** What a new pool may run: what there is up to the control plane's version, the control plane's own being the default. */
export function availablePoolVersions(azure: AzureModel, cluster: ClusterRecord) {
  const { kubernetesVersion } = cluster;
  const versions = versionsIn(azure, cluster.location).filter(
    ({ version }) => compare(version, kubernetesVersion) <= 0,
  );
  return {
    id: `${clusterId(cluster)}/agentPools/availableAgentPoolVersions`,
    name: "default",
    type: "Microsoft.ContainerService/managedClusters/availableAgentpoolVersions",
    properties: {
      agentPoolVersions: versions.map(({ version, isPreview }) => ({
        ...(version === kubernetesVersion ? { default: true } : {}),
        kubernetesVersion: version,
        ...(isPreview ? { isPreview } : {}),
      })),
    },
  };
}
