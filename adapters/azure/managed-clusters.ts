import type { AgentPool, ManagedCluster, ManagedClusterPoolUpgradeProfile } from "@azure/arm-containerservice";
import type { ClusterFacts, OfferedVersion, PoolFacts } from "../../domain/cluster-facts.ts";
import type { ClusterSettings } from "../../domain/cluster-settings.ts";
import { type ArmSettings, createArmClient } from "./arm-client.ts";
import { azureFailure } from "./azure-failure.ts";
import { clusterSettings } from "./cluster-settings.ts";
import { parseClusterId } from "./resource-id.ts";

/** What Azure says of a cluster, and what its owner chose. */
export interface InspectedCluster {
  readonly facts: ClusterFacts;
  readonly settings: ClusterSettings;
}

/** Looks at a cluster and its node pools, with the newest image of each. Throws DrydockError. */
export async function observeCluster(settings: ArmSettings, resourceId: string): Promise<ClusterFacts> {
  return (await inspectCluster(settings, resourceId)).facts;
}

/** Looks at a cluster and its node pools once, for what they are and how they are set. Throws DrydockError. */
export async function inspectCluster(settings: ArmSettings, resourceId: string): Promise<InspectedCluster> {
  const { subscriptionId, resourceGroup, name } = parseClusterId(resourceId);
  const { client } = await createArmClient(settings, subscriptionId);
  try {
    const cluster = await client.managedClusters.get(resourceGroup, name);
    const listed: AgentPool[] = [];
    const pools: PoolFacts[] = [];
    for await (const pool of client.agentPools.list(resourceGroup, name)) {
      const profile = await client.agentPools.getUpgradeProfile(resourceGroup, name, pool.name ?? "");
      listed.push(pool);
      pools.push(poolFacts(pool, profile.latestNodeImageVersion));
    }
    const { controlPlaneProfile } = await client.managedClusters.getUpgradeProfile(resourceGroup, name);
    const upgrades = offeredVersions(controlPlaneProfile);
    return {
      facts: { ...clusterFacts(cluster, resourceId, pools), upgrades },
      settings: clusterSettings(cluster, listed),
    };
  } catch (error) {
    throw azureFailure(error, `look at cluster ${name}`);
  }
}

/** The kubeconfig of the app's own identity on a cluster, as YAML: a secret. Throws DrydockError. */
export async function readKubeconfig(settings: ArmSettings, resourceId: string): Promise<string> {
  const { subscriptionId, resourceGroup, name } = parseClusterId(resourceId);
  const { client } = await createArmClient(settings, subscriptionId);
  try {
    const { kubeconfigs = [] } = await client.managedClusters.listClusterUserCredentials(resourceGroup, name, {
      format: "exec",
    });
    const value = kubeconfigs[0]?.value;
    if (value === undefined) throw new Error("the answer holds no kubeconfig");
    return Buffer.from(value).toString("utf8");
  } catch (error) {
    throw azureFailure(error, `get the user credentials of cluster ${name}`);
  }
}

function offeredVersions({ upgrades = [] }: ManagedClusterPoolUpgradeProfile): OfferedVersion[] {
  return upgrades.flatMap(({ kubernetesVersion, isPreview }) =>
    kubernetesVersion === undefined ? [] : [{ version: kubernetesVersion, isPreview: isPreview === true }],
  );
}

function clusterFacts(
  cluster: ManagedCluster,
  resourceId: string,
  pools: readonly PoolFacts[],
): Omit<ClusterFacts, "upgrades"> {
  return {
    name: cluster.name ?? "",
    resourceId,
    location: cluster.location,
    kubernetesVersion: cluster.currentKubernetesVersion ?? cluster.kubernetesVersion ?? "",
    provisioningState: cluster.provisioningState ?? "Unknown",
    powerState: cluster.powerState?.code ?? "Running",
    pools,
  };
}

function poolFacts(pool: AgentPool, latestNodeImageVersion: string | undefined): PoolFacts {
  return {
    name: pool.name ?? "",
    mode: pool.mode ?? "User",
    osType: pool.osType ?? "Linux",
    osSku: pool.osSKU ?? "",
    vmSize: pool.vmSize ?? "",
    count: pool.count ?? 0,
    kubernetesVersion: pool.currentOrchestratorVersion ?? pool.orchestratorVersion ?? "",
    nodeImageVersion: pool.nodeImageVersion ?? "",
    latestNodeImageVersion: latestNodeImageVersion ?? "",
    provisioningState: pool.provisioningState ?? "Unknown",
    powerState: pool.powerState?.code ?? "Running",
  };
}
