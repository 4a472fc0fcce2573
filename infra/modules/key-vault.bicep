// The one secret that Drydock has: the webhook of the Teams channel.

@minLength(3)
@maxLength(24)
param name string
param location string
param tags object
@description('Whether the vault is reached through its private endpoint alone.')
param isPrivate bool
@secure()
param teamsWebhookUrl string
@description('The app\'s identity: it reads secrets.')
param principalId string

// learn.microsoft.com/azure/role-based-access-control/built-in-roles: Key Vault Secrets User
var secretsUser = '4633458b-17de-408a-b874-0445c86b69e6'
var secretName = 'teams-webhook-url'

resource vault 'Microsoft.KeyVault/vaults@2025-05-01' = {
  name: name
  location: location
  tags: tags
  properties: {
    tenantId: tenant().tenantId
    sku: { family: 'A', name: 'standard' }
    enableRbacAuthorization: true
    enableSoftDelete: true
    softDeleteRetentionInDays: 90
    enablePurgeProtection: true
    publicNetworkAccess: isPrivate ? 'Disabled' : 'Enabled'
    networkAcls: {
      bypass: 'AzureServices'
      defaultAction: isPrivate ? 'Deny' : 'Allow'
    }
  }
}

resource webhook 'Microsoft.KeyVault/vaults/secrets@2025-05-01' = if (!empty(teamsWebhookUrl)) {
  parent: vault
  name: secretName
  properties: {
    value: teamsWebhookUrl
    contentType: 'text/uri-list'
  }
}

resource appMayRead 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(vault.id, principalId, secretsUser)
  scope: vault
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', secretsUser)
    principalId: principalId
    principalType: 'ServicePrincipal'
  }
}

output name string = vault.name
@description('Without a version: App Service takes a new one up within a day.')
output teamsWebhookSecretUri string = '${vault.properties.vaultUri}secrets/${secretName}'
