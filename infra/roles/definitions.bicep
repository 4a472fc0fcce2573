// The roles of the app's identity: exactly what the code asks Azure for. used-operations.json lists that, from the requests
// that the tests of the whole app make, and a test fails when one of the two has more than the other.
targetScope = 'subscription'

@maxLength(24)
param environmentName string

var here = subscription().id

// Over the whole subscription: what a region offers, and which clusters there are.
var fleetReader = [
  'Microsoft.Compute/locations/usages/read'
  'Microsoft.ContainerService/locations/kubernetesVersions/read'
  'Microsoft.ContainerService/locations/operationresults/read'
  'Microsoft.ContainerService/locations/operations/read'
  'Microsoft.Network/virtualNetworks/subnets/read'
  'Microsoft.ResourceGraph/resources/read'
]

// On each cluster of the fleet. The credential that it may list is the user's: what it opens is said by cluster-role.yaml.
var clusterOperator = [
  'Microsoft.ContainerService/managedClusters/agentPools/delete'
  'Microsoft.ContainerService/managedClusters/agentPools/deleteMachines/action'
  'Microsoft.ContainerService/managedClusters/agentPools/machines/read'
  'Microsoft.ContainerService/managedClusters/agentPools/read'
  'Microsoft.ContainerService/managedClusters/agentPools/upgradeNodeImageVersion/action'
  'Microsoft.ContainerService/managedClusters/agentPools/upgradeProfiles/read'
  'Microsoft.ContainerService/managedClusters/agentPools/write'
  'Microsoft.ContainerService/managedClusters/listClusterUserCredential/action'
  'Microsoft.ContainerService/managedClusters/maintenanceConfigurations/read'
  'Microsoft.ContainerService/managedClusters/read'
  'Microsoft.ContainerService/managedClusters/upgradeProfiles/read'
  'Microsoft.ContainerService/managedClusters/write'
]

// For restore tests: backups, scratch clusters in groups of their own, and the roles that a restore needs.
var restoreTester = [
  'Microsoft.Authorization/roleAssignments/delete'
  'Microsoft.Authorization/roleAssignments/read'
  'Microsoft.Authorization/roleAssignments/write'
  'Microsoft.ContainerService/managedClusters/listClusterUserCredential/action'
  'Microsoft.ContainerService/managedClusters/read'
  'Microsoft.ContainerService/managedClusters/trustedAccessRoleBindings/delete'
  'Microsoft.ContainerService/managedClusters/trustedAccessRoleBindings/read'
  'Microsoft.ContainerService/managedClusters/trustedAccessRoleBindings/write'
  'Microsoft.ContainerService/managedClusters/write'
  'Microsoft.DataProtection/backupInstances/read'
  'Microsoft.DataProtection/backupVaults/backupInstances/backup/action'
  'Microsoft.DataProtection/backupVaults/backupInstances/read'
  'Microsoft.DataProtection/backupVaults/backupInstances/recoveryPoints/read'
  'Microsoft.DataProtection/backupVaults/backupInstances/restore/action'
  'Microsoft.DataProtection/backupVaults/backupInstances/validateRestore/action'
  'Microsoft.DataProtection/backupVaults/backupJobs/read'
  'Microsoft.DataProtection/backupVaults/backupPolicies/read'
  'Microsoft.DataProtection/backupVaults/operationStatus/read'
  'Microsoft.DataProtection/backupVaults/read'
  'Microsoft.DataProtection/locations/operationResults/read'
  'Microsoft.KubernetesConfiguration/extensions/delete'
  'Microsoft.KubernetesConfiguration/extensions/operations/read'
  'Microsoft.KubernetesConfiguration/extensions/read'
  'Microsoft.KubernetesConfiguration/extensions/write'
  'Microsoft.Resources/subscriptions/resourceGroups/delete'
  'Microsoft.Resources/subscriptions/resourceGroups/read'
  'Microsoft.Resources/subscriptions/resourceGroups/write'
  'Microsoft.Storage/storageAccounts/read'
  'Microsoft.Storage/storageAccounts/write'
]

resource reads 'Microsoft.Authorization/roleDefinitions@2022-04-01' = {
  name: guid(here, environmentName, 'drydock-fleet-reader')
  properties: {
    roleName: 'Drydock Fleet Reader (${environmentName})'
    description: 'Sees what AKS offers in a region, quotas, and which clusters there are.'
    type: 'CustomRole'
    permissions: [{ actions: fleetReader, notActions: [] }]
    assignableScopes: [here]
  }
}

resource operates 'Microsoft.Authorization/roleDefinitions@2022-04-01' = {
  name: guid(here, environmentName, 'drydock-cluster-operator')
  properties: {
    roleName: 'Drydock Cluster Operator (${environmentName})'
    description: 'Upgrades a cluster and its node pools.'
    type: 'CustomRole'
    permissions: [{ actions: clusterOperator, notActions: [] }]
    assignableScopes: [here]
  }
}

resource tests 'Microsoft.Authorization/roleDefinitions@2022-04-01' = {
  name: guid(here, environmentName, 'drydock-restore-tester')
  properties: {
    roleName: 'Drydock Restore Tester (${environmentName})'
    description: 'Restores backups into scratch clusters, and takes those down.'
    type: 'CustomRole'
    permissions: [{ actions: restoreTester, notActions: [] }]
    assignableScopes: [here]
  }
}

output fleetReaderId string = reads.id
output clusterOperatorId string = operates.id
output restoreTesterId string = tests.id
