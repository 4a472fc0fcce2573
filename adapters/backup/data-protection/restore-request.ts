import { DrydockError, terminal } from "../../../domain/errors.ts";
import type { RestoreRequest, RestoreScope, Tier } from "../../../domain/restore/backup-provider.ts";
import type {
  AzureBackupRecoveryPointBasedRestoreRequest,
  DatasourceRequest,
  KubernetesClusterRestoreCriteria,
  KubernetesClusterVaultTierRestoreCriteria,
} from "./models.ts";

const CLUSTER_TYPE = "Microsoft.ContainerService/managedClusters";

/** The service's names of its stores. */
export const STORE_OF: Readonly<Partial<Record<Tier, "OperationalStore" | "VaultStore">>> = {
  operational: "OperationalStore",
  vault: "VaultStore",
};

/** The body that restores what is asked for. Throws DrydockError "Invalid" for a tier that the service does not have. */
export function restoreRequestBody(request: RestoreRequest): AzureBackupRecoveryPointBasedRestoreRequest {
  const sourceDataStoreType = STORE_OF[request.tier];
  if (sourceDataStoreType === undefined) {
    throw new DrydockError(terminal("Invalid", `Azure Backup keeps no recovery points in the tier ${request.tier}`));
  }
  return {
    objectType: "AzureBackupRecoveryPointBasedRestoreRequest",
    recoveryPointId: request.pointId,
    sourceDataStoreType,
    restoreTargetInfo: {
      objectType: "ItemLevelRestoreTargetInfo",
      recoveryOption: "FailIfExists",
      restoreLocation: request.targetLocation,
      datasourceInfo: datasource(request, "Datasource"),
      datasourceSetInfo: datasource(request, "DatasourceSet"),
      restoreCriteria: [criterion(request)],
    },
  };
}

function datasource(
  { targetClusterId, targetLocation }: RestoreRequest,
  objectType: "Datasource" | "DatasourceSet",
): DatasourceRequest {
  return {
    objectType,
    datasourceType: CLUSTER_TYPE,
    // The service's own clients send it in this case.
    resourceType: "Microsoft.ContainerService/managedclusters",
    resourceID: targetClusterId,
    resourceUri: targetClusterId,
    resourceName: targetClusterId.split("/").at(-1) ?? "",
    resourceLocation: targetLocation,
  };
}

function criterion({
  tier,
  scope,
  staging,
}: RestoreRequest): KubernetesClusterRestoreCriteria | KubernetesClusterVaultTierRestoreCriteria {
  const common = choice(scope);
  if (tier !== "vault") return { objectType: "KubernetesClusterRestoreCriteria", ...common };
  if (staging === null) {
    const message = "a restore from the vault tier needs a staging resource group and storage account";
    throw new DrydockError(terminal("Invalid", message));
  }
  return {
    objectType: "KubernetesClusterVaultTierRestoreCriteria",
    ...common,
    stagingResourceGroupId: staging.resourceGroupId,
    stagingStorageAccountId: staging.storageAccountId,
  };
}

function choice(scope: RestoreScope): Omit<KubernetesClusterRestoreCriteria, "objectType"> {
  return {
    includeClusterScopeResources: scope.clusterResources,
    ...filled("includedNamespaces", scope.includedNamespaces),
    ...filled("excludedNamespaces", scope.excludedNamespaces),
    ...filled("includedResourceTypes", scope.includedResources),
    ...filled("excludedResourceTypes", scope.excludedResources),
    ...filled("labelSelectors", scope.labelSelectors),
    ...filled("restoreHookReferences", scope.hooks),
    persistentVolumeRestoreMode: scope.volumeData ? "RestoreWithVolumeData" : "RestoreWithoutVolumeData",
    conflictPolicy: scope.conflicts === "skip" ? "Skip" : "Patch",
    ...(Object.keys(scope.namespaceMappings).length > 0 ? { namespaceMappings: scope.namespaceMappings } : {}),
    ...(scope.modifier ? { resourceModifierReference: scope.modifier } : {}),
  };
}

/** An empty list would mean nothing where a missing one means everything. */
function filled<N extends string, T>(name: N, list: readonly T[]): { readonly [K in N]?: readonly T[] } {
  return (list.length === 0 ? {} : { [name]: list }) as { readonly [K in N]?: readonly T[] };
}
