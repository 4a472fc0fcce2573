/** A type of resource that the infrastructure uses, with the API version that it is written for. */
export interface ResourceType {
  readonly type: string;
  readonly apiVersion: string;
  /** Most characters of a name; null where the service makes no rule or names are ids of its own (GUIDs). */
  readonly longestName: number | null;
}

const row = (type: string, apiVersion: string, longestName: number | null): ResourceType => ({
  type,
  apiVersion,
  longestName,
});

/**
 * Types and versions as they stand in Azure/bicep-types-az of 2026-08-20 (commit 1f896de2), which holds what Bicep knows;
 * lengths from learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules. Of each type one version.
 */
export const RESOURCE_TYPES: readonly ResourceType[] = [
  row("Microsoft.Authorization/roleAssignments", "2022-04-01", 36),
  row("Microsoft.Authorization/roleDefinitions", "2022-04-01", 36),
  row("Microsoft.ContainerRegistry/registries", "2025-11-01", 50),
  row("Microsoft.ContainerService/managedClusters", "2026-05-01", 63),
  row("Microsoft.ContainerService/managedClusters/agentPools", "2026-05-01", 12),
  row("Microsoft.ContainerService/managedClusters/trustedAccessRoleBindings", "2026-05-01", 24),
  row("Microsoft.DataProtection/backupVaults", "2025-07-01", 50),
  row("Microsoft.DataProtection/backupVaults/backupInstances", "2025-07-01", 150),
  row("Microsoft.DataProtection/backupVaults/backupPolicies", "2025-07-01", 150),
  row("Microsoft.DurableTask/schedulers", "2026-02-01", 64),
  row("Microsoft.DurableTask/schedulers/taskHubs", "2026-02-01", 64),
  row("Microsoft.EventGrid/systemTopics", "2025-02-15", 128),
  row("Microsoft.EventGrid/systemTopics/eventSubscriptions", "2025-02-15", 64),
  row("Microsoft.Insights/actionGroups", "2023-01-01", 260),
  row("Microsoft.Insights/components", "2020-02-02", 260),
  row("Microsoft.Insights/dataCollectionEndpoints", "2023-03-11", 44),
  row("Microsoft.Insights/dataCollectionRuleAssociations", "2023-03-11", 64),
  row("Microsoft.Insights/dataCollectionRules", "2023-03-11", 64),
  row("Microsoft.Insights/metricAlerts", "2018-03-01", 260),
  row("Microsoft.Insights/scheduledQueryRules", "2023-12-01", 260),
  row("Microsoft.Insights/workbooks", "2023-06-01", 36),
  row("Microsoft.KeyVault/vaults", "2025-05-01", 24),
  row("Microsoft.KeyVault/vaults/secrets", "2025-05-01", 127),
  row("Microsoft.KubernetesConfiguration/extensions", "2024-11-01", 63),
  row("Microsoft.KubernetesConfiguration/fluxConfigurations", "2025-04-01", 30),
  row("Microsoft.ManagedIdentity/userAssignedIdentities", "2024-11-30", 128),
  row("Microsoft.Monitor/accounts", "2023-04-03", 44),
  row("Microsoft.Network/natGateways", "2025-01-01", 80),
  // Names of domains: up to 63 characters a label, and of the services' making.
  row("Microsoft.Network/privateDnsZones", "2024-06-01", null),
  row("Microsoft.Network/privateDnsZones/virtualNetworkLinks", "2024-06-01", 80),
  row("Microsoft.Network/privateEndpoints", "2025-01-01", 64),
  row("Microsoft.Network/privateEndpoints/privateDnsZoneGroups", "2025-01-01", 80),
  row("Microsoft.Network/publicIPAddresses", "2025-01-01", 80),
  row("Microsoft.Network/virtualNetworks", "2025-01-01", 64),
  row("Microsoft.OperationalInsights/workspaces", "2025-07-01", 63),
  row("Microsoft.Resources/resourceGroups", "2025-04-01", 90),
  row("Microsoft.Storage/storageAccounts", "2025-06-01", 24),
  row("Microsoft.Storage/storageAccounts/blobServices", "2025-06-01", 24),
  row("Microsoft.Storage/storageAccounts/blobServices/containers", "2025-06-01", 63),
  row("Microsoft.Storage/storageAccounts/blobServices/containers/immutabilityPolicies", "2025-06-01", 24),
  row("Microsoft.Web/serverfarms", "2024-11-01", 60),
  row("Microsoft.Web/sites", "2024-11-01", 60),
  row("Microsoft.Web/sites/basicPublishingCredentialsPolicies", "2024-11-01", 24),
  row("Microsoft.Web/sites/config", "2024-11-01", 24),
];

/** Names of deployments, which is what modules are. */
export const LONGEST_MODULE_NAME = 64;
