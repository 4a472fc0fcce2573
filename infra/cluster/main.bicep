// A reference cluster, as Drydock would like to find one: private, signed in to by Entra alone, pinned, its pools apart, its
// state in Git and its volumes in backups. A start for clusters of your own; the app does not need it.

@description('Name of the cluster and part of the others\'.')
@minLength(2)
@maxLength(40)
param name string
param location string = resourceGroup().location
param tags object = {}

@description('Pinned: Drydock raises it, nobody else. A minor version that AKS supports in the region.')
param kubernetesVersion string

@description('Entra groups whose members administer the cluster.')
param adminGroupIds string[]

@description('Where Flux reads the fleet repository.')
param fleetRepositoryUrl string
param fleetRepositoryBranch string = 'main'
@description('Folder of this cluster in it.')
param fleetRepositoryPath string = 'clusters/${name}'

@description('Addresses of nodes and endpoints: a /16 that overlaps with no network it is peered with.')
param networkPrefix string = '10.10.0.0/16'

@description('Registry the nodes pull from. Empty: none.')
param registryId string = ''

@description('Services that the cluster reaches by Private Link: their ids, sub-resources and zones.')
param privateServices privateService[] = []

param systemVmSize string = 'Standard_D4ds_v5'
param userVmSize string = 'Standard_D8ds_v5'
@minValue(1)
param userNodesMin int = 2
@minValue(1)
@maxValue(1000)
param userNodesMax int = 10

@description('Nodes that are added at once while the user pool is upgraded. A share rolls a big pool in a few waves.')
param userMaxSurge string = '33%'
@description('Taints of the user pool. What is to run there has to tolerate them.')
param userTaints string[] = []

@description('Hours between two backups.')
@allowed([4, 6, 8, 12, 24])
param backupEveryHours int = 24

type privateService = {
  id: string
  @description('Such as registry, vault, blob.')
  group: string
  @description('Such as privatelink.azurecr.io.')
  zone: string
}

module network 'network.bicep' = {
  name: 'network'
  params: {
    name: name
    location: location
    tags: tags
    prefix: networkPrefix
  }
}

module endpoints 'private-endpoints.bicep' = if (!empty(privateServices)) {
  name: 'endpoints'
  params: {
    name: name
    location: location
    tags: tags
    networkId: network.outputs.id
    subnetId: network.outputs.endpointSubnetId
    services: privateServices
  }
}

module monitoring 'monitoring.bicep' = {
  name: 'monitoring'
  params: {
    name: name
    location: location
    tags: tags
  }
}

module cluster 'cluster.bicep' = {
  name: 'cluster'
  params: {
    name: name
    location: location
    tags: tags
    kubernetesVersion: kubernetesVersion
    adminGroupIds: adminGroupIds
    networkName: network.outputs.name
    nodeSubnetId: network.outputs.nodeSubnetId
    workspaceId: monitoring.outputs.workspaceId
    systemVmSize: systemVmSize
    userVmSize: userVmSize
    userNodesMin: userNodesMin
    userNodesMax: userNodesMax
    userMaxSurge: userMaxSurge
    userTaints: userTaints
  }
}

module collection 'collection.bicep' = {
  name: 'collection'
  params: {
    clusterName: cluster.outputs.name
    prometheusRuleId: monitoring.outputs.prometheusRuleId
    insightsRuleId: monitoring.outputs.insightsRuleId
  }
}

module pull 'registry-pull.bicep' = if (!empty(registryId)) {
  name: 'pull-${uniqueString(name, registryId)}'
  scope: resourceGroup(split(registryId, '/')[2], split(registryId, '/')[4])
  params: {
    registryName: last(split(registryId, '/'))
    kubeletPrincipalId: cluster.outputs.kubeletPrincipalId
  }
}

module flux 'flux.bicep' = {
  name: 'flux'
  params: {
    clusterName: cluster.outputs.name
    url: fleetRepositoryUrl
    branch: fleetRepositoryBranch
    path: fleetRepositoryPath
  }
}

module backup 'backup.bicep' = {
  name: 'backup'
  params: {
    name: name
    location: location
    tags: tags
    clusterName: cluster.outputs.name
    clusterPrincipalId: cluster.outputs.principalId
    everyHours: backupEveryHours
  }
  // Both are extensions, and AKS makes one at a time.
  dependsOn: [flux]
}

output clusterId string = cluster.outputs.id
output oidcIssuerUrl string = cluster.outputs.oidcIssuerUrl
output backupVaultId string = backup.outputs.vaultId
