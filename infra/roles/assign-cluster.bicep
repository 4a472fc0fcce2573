// Gives the app's identity its role on one cluster of the fleet. What it may do inside is said by cluster-role.yaml.

@maxLength(63)
param clusterName string
param principalId string
param clusterOperatorId string

resource cluster 'Microsoft.ContainerService/managedClusters@2026-05-01' existing = {
  name: clusterName
}

resource operates 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(cluster.id, principalId, clusterOperatorId)
  scope: cluster
  properties: {
    roleDefinitionId: clusterOperatorId
    principalId: principalId
    principalType: 'ServicePrincipal'
  }
}
