// State of runs on the Durable Task Scheduler, in place of the storage account's queues and tables.

@minLength(3)
@maxLength(64)
param name string
param location string
param tags object
@description('The app\'s identity.')
param principalId string
param identityClientId string
@allowed(['Consumption', 'Dedicated'])
param skuName string = 'Consumption'

// learn.microsoft.com/azure/azure-functions/durable/durable-task-scheduler: Durable Task Data Contributor
var dataContributor = '0ad04412-c4d5-4796-b79c-f76d14c8d402'

resource scheduler 'Microsoft.DurableTask/schedulers@2026-02-01' = {
  name: name
  location: location
  tags: tags
  properties: {
    // Who comes in needs a token of Entra; the app has no fixed address to list here.
    ipAllowlist: ['0.0.0.0/0']
    sku: { name: skuName }
  }
}

resource hub 'Microsoft.DurableTask/schedulers/taskHubs@2026-02-01' = {
  parent: scheduler
  name: 'drydock'
}

resource appMayUse 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(scheduler.id, principalId, dataContributor)
  scope: scheduler
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', dataContributor)
    principalId: principalId
    principalType: 'ServicePrincipal'
  }
}

@description('App settings that host.json of a package for the scheduler asks for.')
output settings object = {
  DURABLE_TASK_SCHEDULER_CONNECTION_STRING: 'Endpoint=${scheduler.properties.endpoint};Authentication=ManagedIdentity;ClientID=${identityClientId}'
  TASKHUB_NAME: hub.name
}
