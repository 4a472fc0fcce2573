// The app's storage: package, state of runs, dead letters of Event Grid, reports. It has no keys that anyone could use.

@minLength(3)
@maxLength(24)
param name string
param location string
param tags object
@description('Whether the account is reached through private endpoints alone.')
param isPrivate bool
param reportRetentionDays int
@description('The app\'s identity.')
param principalId string

// learn.microsoft.com/azure/role-based-access-control/built-in-roles: Storage Blob Data Owner, Queue Data Contributor, Table
// Data Contributor. The Functions host wants Owner of blobs for its leases; Durable Functions wants queues and tables.
var dataRoles = [
  'b7e6dc6d-f1e8-4753-8033-0f276bb0955b'
  '974c5e8b-45b9-4653-ba55-5f855dd0fb88'
  '0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3'
]

resource account 'Microsoft.Storage/storageAccounts@2025-06-01' = {
  name: name
  location: location
  tags: tags
  kind: 'StorageV2'
  sku: { name: 'Standard_ZRS' }
  properties: {
    allowBlobPublicAccess: false
    allowSharedKeyAccess: false
    allowCrossTenantReplication: false
    defaultToOAuthAuthentication: true
    minimumTlsVersion: 'TLS1_2'
    supportsHttpsTrafficOnly: true
    publicNetworkAccess: isPrivate ? 'Disabled' : 'Enabled'
    networkAcls: {
      // Event Grid writes its dead letters as a trusted service, by the topic's identity.
      bypass: 'AzureServices'
      defaultAction: isPrivate ? 'Deny' : 'Allow'
    }
  }
}

resource blobs 'Microsoft.Storage/storageAccounts/blobServices@2025-06-01' = {
  parent: account
  name: 'default'
  properties: {
    deleteRetentionPolicy: { enabled: true, days: 14 }
    containerDeleteRetentionPolicy: { enabled: true, days: 14 }
  }
}

resource packages 'Microsoft.Storage/storageAccounts/blobServices/containers@2025-06-01' = {
  parent: blobs
  name: 'packages'
}

resource deadLetters 'Microsoft.Storage/storageAccounts/blobServices/containers@2025-06-01' = {
  parent: blobs
  name: 'dead-letters'
}

resource reports 'Microsoft.Storage/storageAccounts/blobServices/containers@2025-06-01' = {
  parent: blobs
  name: 'reports'
}

// Unlocked, so that a trial can be taken down; docs/deploy.md says how it is locked, which nobody can undo.
resource reportsStay 'Microsoft.Storage/storageAccounts/blobServices/containers/immutabilityPolicies@2025-06-01' = {
  parent: reports
  name: 'default'
  properties: {
    immutabilityPeriodSinceCreationInDays: reportRetentionDays
    allowProtectedAppendWrites: false
  }
}

resource appMayUse 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for role in dataRoles: {
    name: guid(account.id, principalId, role)
    scope: account
    properties: {
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', role)
      principalId: principalId
      principalType: 'ServicePrincipal'
    }
  }
]

output id string = account.id
output name string = account.name
output packageContainer string = packages.name
output reportsUrl string = '${account.properties.primaryEndpoints.blob}${reports.name}'
