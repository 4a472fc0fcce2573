// Events of the fleet's clusters. Deployed after the app's package: Event Grid subscribes only functions that are there.
targetScope = 'subscription'

import { cluster } from './types.bicep'

@maxLength(24)
param environmentName string
param clusters cluster[]
@description('Output AZURE_FUNCTION_ID of main.bicep.')
param functionAppId string
@description('Output DRYDOCK_STORAGE_ID of main.bicep.')
param storageId string
@description('Output DRYDOCK_ACTION_GROUP_ID of main.bicep.')
param actionGroupId string

var token = uniqueString(subscription().id, environmentName)

module topics 'modules/cluster-events.bicep' = [
  for (fleetCluster, index) in clusters: {
    name: 'drydock-events-${index}-${token}'
    scope: resourceGroup(split(fleetCluster.id, '/')[2], split(fleetCluster.id, '/')[4])
    params: {
      topicName: take('egst-drydock-${last(split(fleetCluster.id, '/'))}', 128)
      clusterId: fleetCluster.id
      location: fleetCluster.location
      functionAppId: functionAppId
      storageId: storageId
      actionGroupId: actionGroupId
    }
  }
]

// Each topic writes its dead letters by its own identity.
module deadLetterRoles 'modules/dead-letter-role.bicep' = [
  for (fleetCluster, index) in clusters: {
    name: 'drydock-dead-letters-${index}-${token}'
    scope: resourceGroup(split(storageId, '/')[2], split(storageId, '/')[4])
    params: {
      storageName: last(split(storageId, '/'))
      principalId: topics[index].outputs.principalId
    }
  }
]
