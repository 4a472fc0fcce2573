// Drydock in a subscription: the app, what it keeps, what it may do and what watches over it. docs/deploy.md walks through it.
targetScope = 'subscription'

import { cluster } from './types.bicep'

@description('Name of the environment; part of every name.')
@minLength(1)
@maxLength(24)
param environmentName string

@description('Region of the app. It has to offer Flex Consumption.')
param location string

@description('Who keeps the state of runs: the app\'s storage account, or a Durable Task Scheduler.')
@allowed(['storage', 'durableTaskScheduler'])
param durableBackend string = 'storage'

@description('The clusters of fleet.yaml. The app gets its role on each; events.bicep subscribes to their events.')
param clusters cluster[] = []

@description('Path of fleet.yaml in the package, or an https URL.')
param fleetConfig string = 'fleet.yaml'

@description('Workflows webhook of the Teams channel. It is kept in the key vault alone.')
@secure()
param teamsWebhookUrl string = ''

@description('Whether the vault holds the webhook. True without a URL keeps the secret that is there.')
param hasTeamsWebhook bool = !empty(teamsWebhookUrl)

@description('Where operators reach the app, when that is not its own host name.')
param publicUrl string = ''

@description('When the daily search for node images begins: NCRONTAB of six fields, in UTC.')
param dailySearchSchedule string = '0 30 6 * * *'

@description('When leftovers of restore tests are looked for: NCRONTAB of six fields, in UTC.')
param janitorSchedule string = '0 17 * * * *'

@description('Whether the app reaches storage, vault and private clusters through a virtual network of its own.')
param privateNetwork bool = false

@description('Addresses of that network: a /22, which must not overlap with networks that it is peered with.')
param networkPrefix string = '10.90.0.0/22'

@description('Who may call the app beside Event Grid, as CIDR ranges. Empty: everyone who has a key.')
param allowedIpRanges string[] = []

@description('Client id of the Entra application that people sign in to, with the app roles of app-roles.json. Empty: function keys.')
param authClientId string = ''

@description('Who is told of alerts.')
param alertEmails string[] = []

@description('Days for which nobody, not even an owner, can change or delete a report.')
@minValue(1)
@maxValue(146000)
param reportRetentionDays int = 400

@description('Days for which logs are kept.')
@minValue(30)
@maxValue(730)
param logRetentionDays int = 90

@description('Whether the app may restore backups into scratch clusters: a role that can create clusters.')
param restoreTests bool = true

var token = uniqueString(subscription().id, environmentName, location)
var tags = { 'azd-env-name': environmentName }

resource group 'Microsoft.Resources/resourceGroups@2025-04-01' = {
  name: 'rg-drydock-${environmentName}'
  location: location
  tags: tags
}

module identity 'modules/identity.bicep' = {
  name: 'identity'
  scope: group
  params: {
    name: 'id-drydock-${environmentName}'
    location: location
    tags: tags
  }
}

module monitoring 'modules/monitoring.bicep' = {
  name: 'monitoring'
  scope: group
  params: {
    workspaceName: 'log-drydock-${environmentName}'
    componentName: 'appi-drydock-${environmentName}'
    location: location
    tags: tags
    retentionDays: logRetentionDays
    principalId: identity.outputs.principalId
  }
}

module network 'modules/network.bicep' = if (privateNetwork) {
  name: 'network'
  scope: group
  params: {
    name: 'vnet-drydock-${environmentName}'
    location: location
    tags: tags
    prefix: networkPrefix
  }
}

module storage 'modules/storage.bicep' = {
  name: 'storage'
  scope: group
  params: {
    name: 'stdrydock${token}'
    location: location
    tags: tags
    isPrivate: privateNetwork
    reportRetentionDays: reportRetentionDays
    principalId: identity.outputs.principalId
  }
}

module vault 'modules/key-vault.bicep' = {
  name: 'vault'
  scope: group
  params: {
    name: 'kv-drydock-${token}'
    location: location
    tags: tags
    isPrivate: privateNetwork
    teamsWebhookUrl: teamsWebhookUrl
    principalId: identity.outputs.principalId
  }
}

module endpoints 'modules/private-endpoints.bicep' = if (privateNetwork) {
  name: 'endpoints'
  scope: group
  params: {
    location: location
    tags: tags
    // Both modules stand under the same condition.
    networkId: network!.outputs.id
    subnetId: network!.outputs.endpointSubnetId
    storageName: storage.outputs.name
    vaultName: vault.outputs.name
  }
}

module scheduler 'modules/durable-task.bicep' = if (durableBackend == 'durableTaskScheduler') {
  name: 'scheduler'
  scope: group
  params: {
    name: 'dts-drydock-${environmentName}'
    location: location
    tags: tags
    principalId: identity.outputs.principalId
    identityClientId: identity.outputs.clientId
  }
}

module app 'modules/app.bicep' = {
  name: 'app'
  scope: group
  params: {
    name: 'func-drydock-${token}'
    planName: 'plan-drydock-${environmentName}'
    location: location
    tags: tags
    identityId: identity.outputs.id
    identityClientId: identity.outputs.clientId
    storageName: storage.outputs.name
    packageContainer: storage.outputs.packageContainer
    reportsUrl: storage.outputs.reportsUrl
    componentName: monitoring.outputs.componentName
    durableSettings: durableBackend == 'durableTaskScheduler' ? scheduler!.outputs.settings : {}
    teamsWebhookSecretUri: hasTeamsWebhook ? vault.outputs.teamsWebhookSecretUri : ''
    fleetConfig: fleetConfig
    publicUrl: publicUrl
    dailySearchSchedule: dailySearchSchedule
    janitorSchedule: janitorSchedule
    subnetId: privateNetwork ? network!.outputs.appSubnetId : ''
    allowedIpRanges: allowedIpRanges
    authClientId: authClientId
  }
}

module alerts 'modules/alerts.bicep' = {
  name: 'alerts'
  scope: group
  params: {
    location: location
    tags: tags
    componentId: monitoring.outputs.componentId
    emails: alertEmails
  }
}

module workbook 'modules/workbook.bicep' = {
  name: 'workbook'
  scope: group
  params: {
    location: location
    tags: tags
    componentId: monitoring.outputs.componentId
  }
}

module roles 'roles/definitions.bicep' = {
  name: 'drydock-roles-${environmentName}'
  params: {
    environmentName: environmentName
  }
}

module subscriptionRoles 'roles/assign-subscription.bicep' = {
  name: 'drydock-subscription-roles-${environmentName}'
  params: {
    principalId: identity.outputs.principalId
    fleetReaderId: roles.outputs.fleetReaderId
    restoreTesterId: roles.outputs.restoreTesterId
    restoreTests: restoreTests
  }
}

module clusterRoles 'roles/assign-cluster.bicep' = [
  for (fleetCluster, index) in clusters: {
    name: 'drydock-cluster-roles-${index}-${token}'
    scope: resourceGroup(split(fleetCluster.id, '/')[2], split(fleetCluster.id, '/')[4])
    params: {
      clusterName: last(split(fleetCluster.id, '/'))
      principalId: identity.outputs.principalId
      clusterOperatorId: roles.outputs.clusterOperatorId
    }
  }
]

output AZURE_LOCATION string = location
output AZURE_RESOURCE_GROUP string = group.name
output AZURE_FUNCTION_NAME string = app.outputs.name
output AZURE_FUNCTION_ID string = app.outputs.id
output DRYDOCK_URL string = app.outputs.url
output DRYDOCK_STORAGE_ID string = storage.outputs.id
output DRYDOCK_ACTION_GROUP_ID string = alerts.outputs.actionGroupId
output DRYDOCK_IDENTITY_OBJECT_ID string = identity.outputs.principalId
