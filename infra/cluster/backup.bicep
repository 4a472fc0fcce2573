// Backups of the cluster: the extension in it, a vault with a policy, and what each may do. Drydock restores from here.

@maxLength(40)
param name string
param location string
param tags object
@maxLength(63)
param clusterName string
@description('Identity of the cluster: it makes the snapshots\' disks.')
param clusterPrincipalId string
param everyHours int

// learn.microsoft.com/azure/role-based-access-control/built-in-roles
var reader = 'acdd72a7-3385-48ef-bd42-f606fba81ae7'
var contributor = 'b24988ac-6180-42a0-ab88-20f7382dd24c'
var blobContributor = 'ba92f5b4-2d11-453d-a403-e96b0029c9fe'
var roleType = 'Microsoft.Authorization/roleDefinitions'

resource cluster 'Microsoft.ContainerService/managedClusters@2026-05-01' existing = {
  name: clusterName
}

resource account 'Microsoft.Storage/storageAccounts@2025-06-01' = {
  name: take('stbackup${uniqueString(resourceGroup().id, name)}', 24)
  location: location
  tags: tags
  kind: 'StorageV2'
  sku: { name: 'Standard_ZRS' }
  properties: {
    allowBlobPublicAccess: false
    allowSharedKeyAccess: false
    minimumTlsVersion: 'TLS1_2'
    supportsHttpsTrafficOnly: true
  }
}

resource blobs 'Microsoft.Storage/storageAccounts/blobServices@2025-06-01' = {
  parent: account
  name: 'default'
}

resource container 'Microsoft.Storage/storageAccounts/blobServices/containers@2025-06-01' = {
  parent: blobs
  name: 'aksbackup'
}

resource extension 'Microsoft.KubernetesConfiguration/extensions@2024-11-01' = {
  name: 'azure-aks-backup'
  scope: cluster
  properties: {
    extensionType: 'microsoft.dataprotection.kubernetes'
    autoUpgradeMinorVersion: true
    releaseTrain: 'stable'
    scope: { cluster: { releaseNamespace: 'dataprotection-microsoft' } }
    configurationSettings: {
      'configuration.backupStorageLocation.bucket': container.name
      'configuration.backupStorageLocation.config.resourceGroup': resourceGroup().name
      'configuration.backupStorageLocation.config.storageAccount': account.name
      'configuration.backupStorageLocation.config.subscriptionId': subscription().subscriptionId
      'configuration.backupStorageLocation.config.storageAccountURI': account.properties.primaryEndpoints.blob
      'configuration.backupStorageLocation.config.useAAD': 'true'
      'credentials.tenantId': tenant().tenantId
    }
  }
}

resource vault 'Microsoft.DataProtection/backupVaults@2025-07-01' = {
  name: 'bv-${name}'
  location: location
  tags: tags
  identity: { type: 'SystemAssigned' }
  properties: {
    storageSettings: [{ datastoreType: 'VaultStore', type: 'ZoneRedundant' }]
    securitySettings: {
      softDeleteSettings: { state: 'On', retentionDurationInDays: 14 }
      immutabilitySettings: { state: 'Unlocked' }
    }
  }
}

resource policy 'Microsoft.DataProtection/backupVaults/backupPolicies@2025-07-01' = {
  parent: vault
  name: 'aks-every-${everyHours}h'
  properties: {
    objectType: 'BackupPolicy'
    datasourceTypes: ['Microsoft.ContainerService/managedClusters']
    policyRules: [
      {
        objectType: 'AzureBackupRule'
        name: 'BackupSchedule'
        dataStore: { objectType: 'DataStoreInfoBase', dataStoreType: 'OperationalStore' }
        backupParameters: { objectType: 'AzureBackupParams', backupType: 'Incremental' }
        trigger: {
          objectType: 'ScheduleBasedTriggerContext'
          schedule: {
            repeatingTimeIntervals: ['R/2026-01-01T01:00:00+00:00/PT${everyHours}H']
            timeZone: 'UTC'
          }
          taggingCriteria: [{ isDefault: true, taggingPriority: 99, tagInfo: { tagName: 'Default' } }]
        }
      }
      {
        objectType: 'AzureRetentionRule'
        name: 'Default'
        isDefault: true
        lifecycles: [
          {
            sourceDataStore: { objectType: 'DataStoreInfoBase', dataStoreType: 'OperationalStore' }
            deleteAfter: { objectType: 'AbsoluteDeleteOption', duration: 'P14D' }
          }
        ]
      }
    ]
  }
}

resource snapshotGroupRole 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(resourceGroup().id, clusterPrincipalId, contributor)
  properties: {
    roleDefinitionId: subscriptionResourceId(roleType, contributor)
    principalId: clusterPrincipalId
    principalType: 'ServicePrincipal'
  }
}

resource extensionWrites 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(account.id, extension.id, blobContributor)
  scope: account
  properties: {
    roleDefinitionId: subscriptionResourceId(roleType, blobContributor)
    principalId: extension.properties.aksAssignedIdentity.principalId
    principalType: 'ServicePrincipal'
  }
}

resource vaultLooksAtCluster 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(cluster.id, vault.id, reader)
  scope: cluster
  properties: {
    roleDefinitionId: subscriptionResourceId(roleType, reader)
    principalId: vault.identity.principalId
    principalType: 'ServicePrincipal'
  }
}

resource vaultLooksAtSnapshots 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(resourceGroup().id, vault.id, reader)
  properties: {
    roleDefinitionId: subscriptionResourceId(roleType, reader)
    principalId: vault.identity.principalId
    principalType: 'ServicePrincipal'
  }
}

resource trusted 'Microsoft.ContainerService/managedClusters/trustedAccessRoleBindings@2026-05-01' = {
  parent: cluster
  name: 'backup'
  properties: {
    sourceResourceId: vault.id
    roles: ['Microsoft.DataProtection/backupVaults/backup-operator']
  }
}

resource instance 'Microsoft.DataProtection/backupVaults/backupInstances@2025-07-01' = {
  parent: vault
  name: take('${clusterName}-${guid(cluster.id)}', 100)
  properties: {
    objectType: 'BackupInstance'
    friendlyName: clusterName
    dataSourceInfo: {
      objectType: 'Datasource'
      resourceID: cluster.id
      resourceName: clusterName
      resourceType: 'Microsoft.ContainerService/managedClusters'
      resourceUri: cluster.id
      resourceLocation: location
      datasourceType: 'Microsoft.ContainerService/managedClusters'
    }
    dataSourceSetInfo: {
      objectType: 'DatasourceSet'
      resourceID: cluster.id
      resourceName: clusterName
      resourceType: 'Microsoft.ContainerService/managedClusters'
      resourceUri: cluster.id
      resourceLocation: location
      datasourceType: 'Microsoft.ContainerService/managedClusters'
    }
    policyInfo: {
      policyId: policy.id
      policyParameters: {
        dataStoreParametersList: [
          {
            objectType: 'AzureOperationalStoreParameters'
            dataStoreType: 'OperationalStore'
            resourceGroupId: resourceGroup().id
          }
        ]
        backupDatasourceParametersList: [
          {
            objectType: 'KubernetesClusterBackupDatasourceParameters'
            includeClusterScopeResources: true
            snapshotVolumes: true
          }
        ]
      }
    }
  }
  dependsOn: [trusted, extensionWrites, snapshotGroupRole, vaultLooksAtCluster, vaultLooksAtSnapshots]
}

output vaultId string = vault.id
