// The cluster itself.

@minLength(2)
@maxLength(40)
param name string
param location string
param tags object
param kubernetesVersion string
param adminGroupIds string[]
param networkName string
param nodeSubnetId string
param workspaceId string
param systemVmSize string
param userVmSize string
param userNodesMin int
param userNodesMax int
param userMaxSurge string
param userTaints string[]

// learn.microsoft.com/azure/role-based-access-control/built-in-roles: Network Contributor
var networkContributor = '4d97b98b-1d4f-4787-a291-c67834d212e7'

resource identity 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' = {
  name: 'id-${name}'
  location: location
  tags: tags
}

resource network 'Microsoft.Network/virtualNetworks@2025-01-01' existing = {
  name: networkName
}

// Load balancers and the NAT gateway of a network of its own are the cluster's to change.
resource mayUseNetwork 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(network.id, identity.id, networkContributor)
  scope: network
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', networkContributor)
    principalId: identity.properties.principalId
    principalType: 'ServicePrincipal'
  }
}

resource cluster 'Microsoft.ContainerService/managedClusters@2026-05-01' = {
  name: name
  location: location
  tags: tags
  sku: { name: 'Base', tier: 'Standard' }
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: { '${identity.id}': {} }
  }
  properties: {
    kubernetesVersion: kubernetesVersion
    dnsPrefix: name
    nodeResourceGroup: 'rg-${name}-nodes'
    // Nobody but Entra lets people in; what they may do is said in Azure roles.
    disableLocalAccounts: true
    aadProfile: {
      managed: true
      enableAzureRBAC: true
      adminGroupObjectIDs: adminGroupIds
    }
    apiServerAccessProfile: {
      enablePrivateCluster: true
      enablePrivateClusterPublicFQDN: false
      privateDNSZone: 'system'
      disableRunCommand: true
    }
    oidcIssuerProfile: { enabled: true }
    securityProfile: {
      workloadIdentity: { enabled: true }
      imageCleaner: { enabled: true, intervalHours: 168 }
    }
    // Versions and images are Drydock's to change: two who upgrade meet halfway.
    autoUpgradeProfile: { upgradeChannel: 'none', nodeOSUpgradeChannel: 'None' }
    networkProfile: {
      networkPlugin: 'azure'
      networkPluginMode: 'overlay'
      networkDataplane: 'cilium'
      networkPolicy: 'cilium'
      outboundType: 'userAssignedNATGateway'
      loadBalancerSku: 'standard'
      podCidr: '10.244.0.0/16'
      serviceCidr: '10.245.0.0/16'
      dnsServiceIP: '10.245.0.10'
    }
    autoScalerProfile: {
      'balance-similar-node-groups': 'true'
      'skip-nodes-with-system-pods': 'false'
      'max-graceful-termination-sec': '600'
    }
    azureMonitorProfile: { metrics: { enabled: true } }
    addonProfiles: {
      omsagent: {
        enabled: true
        config: {
          logAnalyticsWorkspaceResourceID: workspaceId
          useAADAuth: 'true'
        }
      }
      azureKeyvaultSecretsProvider: {
        enabled: true
        config: { enableSecretRotation: 'true' }
      }
      azurepolicy: { enabled: true }
    }
    agentPoolProfiles: [
      {
        name: 'system'
        mode: 'System'
        type: 'VirtualMachineScaleSets'
        vmSize: systemVmSize
        osType: 'Linux'
        osSKU: 'AzureLinux'
        osDiskType: 'Ephemeral'
        orchestratorVersion: kubernetesVersion
        vnetSubnetID: nodeSubnetId
        availabilityZones: ['1', '2', '3']
        enableAutoScaling: true
        minCount: 3
        maxCount: 5
        maxPods: 60
        nodeTaints: ['CriticalAddonsOnly=true:NoSchedule']
        upgradeSettings: { maxSurge: '1', drainTimeoutInMinutes: 30 }
      }
    ]
  }
  dependsOn: [mayUseNetwork]
}

resource userPool 'Microsoft.ContainerService/managedClusters/agentPools@2026-05-01' = {
  parent: cluster
  name: 'apps'
  properties: {
    mode: 'User'
    type: 'VirtualMachineScaleSets'
    vmSize: userVmSize
    osType: 'Linux'
    osSKU: 'AzureLinux'
    osDiskType: 'Ephemeral'
    orchestratorVersion: kubernetesVersion
    vnetSubnetID: nodeSubnetId
    availabilityZones: ['1', '2', '3']
    enableAutoScaling: true
    minCount: userNodesMin
    maxCount: userNodesMax
    maxPods: 110
    // By label, not by the pool's name: a pool can then be replaced by another (blue-green).
    nodeLabels: { workload: 'apps' }
    nodeTaints: userTaints
    upgradeSettings: {
      maxSurge: userMaxSurge
      drainTimeoutInMinutes: 60
      nodeSoakDurationInMinutes: 2
      // A node whose pods cannot go is left aside, and the roll goes on.
      undrainableNodeBehavior: 'Cordon'
    }
  }
}

output id string = cluster.id
output name string = cluster.name
output principalId string = identity.properties.principalId
output kubeletPrincipalId string = cluster.properties.identityProfile.kubeletidentity.objectId
output oidcIssuerUrl string = cluster.properties.oidcIssuerProfile.issuerURL
