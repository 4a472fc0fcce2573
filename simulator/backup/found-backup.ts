import type { ClusterRecord } from "../azure/records.ts";
import { clusterId, groupId } from "../azure/resource-id.ts";
import { putGroup } from "../azure/resources.ts";
import type { ClusterEntry } from "../fleet/azure-file.ts";
import { guidOf } from "../resource-manager/guid.ts";
import { scheduleBackup } from "./backup-jobs.ts";
import { nextInstant, retentionOf, scheduleOf } from "./backup-policy.ts";
import {
  type Backups,
  INSTANCE_TYPE,
  lastSegment,
  POLICY_TYPE,
  propertiesOf,
  VAULT_TYPE,
  vaultIdOf,
} from "./backups.ts";
import { baselineKey, keepPoint, pointId, policyOf } from "./recovery-points.ts";

type BackupEntry = NonNullable<ClusterEntry["backup"]>;

const CLUSTERS = "Microsoft.ContainerService/managedClusters";
const DEFAULT_STORE = { dataStoreType: "OperationalStore", objectType: "DataStoreInfoBase" };
const VAULT_STORE = { dataStoreType: "VaultStore", objectType: "DataStoreInfoBase" };

/**
 * Protects a cluster of the fleet file as it has been for long: extension, trusted access, vault, policy, instance, and the
 * recovery points that the policy has made until now. Only inside a change.
 */
export function foundBackup(backups: Backups, cluster: ClusterRecord, entry: BackupEntry): void {
  const { azure } = backups;
  const group = entry.resourceGroup ?? cluster.resourceGroup;
  const { subscriptionId, location } = cluster;
  if (!azure.findGroup(subscriptionId, group)) putGroup(azure, subscriptionId, group, { location });
  const vaultId = `${groupId(subscriptionId, group)}/providers/${VAULT_TYPE}/${entry.vault}`;
  putVault(backups, vaultId, entry.vault, location);
  const policyId = `${vaultId}/backupPolicies/${entry.policy}`;
  azure.putResource({ id: policyId, name: entry.policy, type: POLICY_TYPE, properties: policyOfEntry(backups, entry) });
  admitVault(backups, cluster, vaultId, entry.vault);
  const instance = putInstance(backups, cluster, { vaultId, policyId, group, entry });
  makePastPoints(backups, instance.id);
  scheduleBackup(backups, instance);
}

function putVault({ azure }: Backups, id: string, name: string, location: string): void {
  azure.putResource({
    id,
    name,
    type: VAULT_TYPE,
    location,
    tags: {},
    extra: { identity: vaultIdentity(id, azure.fleet.azure.tenantId) },
    properties: { ...VAULT_DEFAULTS, provisioningState: "Succeeded" },
  });
}

/** What a vault is unless it was asked to be something else. */
export const VAULT_DEFAULTS: Readonly<Record<string, unknown>> = {
  storageSettings: [{ datastoreType: "VaultStore", type: "LocallyRedundant" }],
  resourceMoveState: "Unknown",
  securitySettings: {
    softDeleteSettings: { state: "On", retentionDurationInDays: 14 },
    immutabilitySettings: { state: "Disabled" },
  },
  featureSettings: { crossSubscriptionRestoreSettings: { state: "Enabled" } },
  isVaultProtectedByResourceGuard: false,
};

/** The identity that Azure gives a vault. */
export function vaultIdentity(id: string, tenantId: string): Record<string, string> {
  return { type: "SystemAssigned", principalId: guidOf(id.toLowerCase()), tenantId };
}

function policyOfEntry({ azure }: Backups, entry: BackupEntry): Record<string, unknown> {
  const day = new Date(azure.world.startMs).toISOString().slice(0, 10);
  const interval = `R/${day}T${entry.startTime}:00+00:00/PT${entry.intervalHours}H`;
  const deleteAfter = { objectType: "AbsoluteDeleteOption", duration: `P${entry.retentionDays}D` };
  const copy = { dataStore: VAULT_STORE, copyAfter: { objectType: "ImmediateCopyOption" } };
  return {
    objectType: "BackupPolicy",
    datasourceTypes: [CLUSTERS],
    policyRules: [
      {
        name: "BackupDaily",
        objectType: "AzureBackupRule",
        backupParameters: { backupType: "Incremental", objectType: "AzureBackupParams" },
        dataStore: DEFAULT_STORE,
        trigger: {
          objectType: "ScheduleBasedTriggerContext",
          schedule: { repeatingTimeIntervals: [interval] },
          taggingCriteria: [{ isDefault: true, taggingPriority: 99, tagInfo: { id: "Default_", tagName: "Default" } }],
        },
      },
      {
        name: "Default",
        objectType: "AzureRetentionRule",
        isDefault: true,
        lifecycles: [
          {
            deleteAfter,
            sourceDataStore: DEFAULT_STORE,
            ...(entry.vaultTier ? { targetDataStoreCopySettings: [copy] } : {}),
          },
          ...(entry.vaultTier ? [{ deleteAfter, sourceDataStore: VAULT_STORE }] : []),
        ],
      },
    ],
  };
}

/** The extension in the cluster, and the vault's access to it. */
function admitVault({ azure }: Backups, cluster: ClusterRecord, vaultId: string, vault: string): void {
  const id = clusterId(cluster);
  const settings = {
    "configuration.backupStorageLocation.bucket": "backups",
    "configuration.backupStorageLocation.config.storageAccount":
      `st${cluster.name.toLowerCase().replaceAll(/[^a-z0-9]/g, "")}`.slice(0, 24),
    "configuration.backupStorageLocation.config.resourceGroup": cluster.resourceGroup,
    "configuration.backupStorageLocation.config.subscriptionId": cluster.subscriptionId,
  };
  azure.putResource({
    id: `${id}/providers/Microsoft.KubernetesConfiguration/extensions/azure-aks-backup`,
    name: "azure-aks-backup",
    type: "Microsoft.KubernetesConfiguration/extensions",
    properties: {
      releaseTrain: "Stable",
      extensionType: "microsoft.dataprotection.kubernetes",
      autoUpgradeMinorVersion: true,
      configurationSettings: settings,
      scope: { cluster: { releaseNamespace: "dataprotection-microsoft" } },
      provisioningState: "Succeeded",
    },
  });
  const name = `backup-${vault}`.slice(0, 24);
  azure.putResource({
    id: `${id}/trustedAccessRoleBindings/${name}`,
    name,
    type: `${CLUSTERS}/trustedAccessRoleBindings`,
    properties: {
      sourceResourceId: vaultId,
      roles: ["Microsoft.DataProtection/backupVaults/backup-operator"],
      provisioningState: "Succeeded",
    },
  });
}

function putInstance(
  { azure }: Backups,
  cluster: ClusterRecord,
  place: { readonly vaultId: string; readonly policyId: string; readonly group: string; readonly entry: BackupEntry },
) {
  const id = clusterId(cluster);
  const name = `${cluster.name}-${cluster.name}-${guidOf(id.toLowerCase())}`;
  const datasource = {
    resourceID: id,
    resourceUri: id,
    datasourceType: CLUSTERS,
    resourceName: cluster.name,
    resourceType: "Microsoft.ContainerService/managedclusters",
    resourceLocation: cluster.location,
  };
  const parameters = {
    objectType: "KubernetesClusterBackupDatasourceParameters",
    includeClusterScopeResources: true,
    snapshotVolumes: true,
    includedNamespaces: place.entry.namespaces ?? null,
    excludedNamespaces: null,
    includedResourceTypes: null,
    excludedResourceTypes: null,
    labelSelectors: null,
    backupHookReferences: null,
  };
  const store = {
    dataStoreType: "OperationalStore",
    objectType: "AzureOperationalStoreParameters",
    resourceGroupId: groupId(cluster.subscriptionId, place.group),
  };
  return azure.putResource({
    id: `${place.vaultId}/backupInstances/${name}`,
    name,
    type: INSTANCE_TYPE,
    properties: {
      friendlyName: `${cluster.name}/${cluster.name}`,
      dataSourceInfo: { ...datasource, objectType: "Datasource" },
      dataSourceSetInfo: { ...datasource, objectType: "DatasourceSet" },
      policyInfo: {
        policyId: place.policyId,
        policyParameters: { dataStoreParametersList: [store], backupDatasourceParametersList: [parameters] },
      },
      protectionStatus: { status: "ProtectionConfigured" },
      currentProtectionState: "ProtectionConfigured",
      provisioningState: "Succeeded",
      objectType: "BackupInstance",
    },
  });
}

/** What the schedule has made until the world began, as far back as the policy keeps it. */
function makePastPoints(backups: Backups, instanceId: string): void {
  const { azure, faults } = backups;
  const instance = azure.findResource(instanceId);
  const policy = instance && policyOf(backups, instance);
  const schedule = policy && scheduleOf(policy);
  if (!instance || !policy || !schedule) return;
  const { startMs } = azure.world;
  const keepMs = Math.max(...retentionOf(policy).stores.map((store) => store.keepMs));

  const vault = lastSegment(vaultIdOf(instanceId));
  const cluster = lastSegment(propertiesOf(instance).dataSourceInfo.resourceID);
  const contents = baselineKey(instanceId);
  for (let atMs = nextInstant(schedule, startMs - keepMs); atMs < startMs; atMs = nextInstant(schedule, atMs)) {
    if (faults.isMissing({ cluster, vault }, atMs)) continue;
    keepPoint(backups, instance, { id: pointId(instanceId, atMs), atMs, startMs: atMs, contents });
  }
}
