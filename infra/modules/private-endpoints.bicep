// Private endpoints of storage and vault, with the zones that make their names lead there.

param location string
param tags object
param networkId string
param subnetId string
param storageName string
param vaultName string

var suffix = environment().suffixes.storage
var services = [
  { group: 'blob', zone: 'privatelink.blob.${suffix}', target: storage.id }
  { group: 'queue', zone: 'privatelink.queue.${suffix}', target: storage.id }
  { group: 'table', zone: 'privatelink.table.${suffix}', target: storage.id }
  // The zone is not the suffix of the vault's own name: learn.microsoft.com/azure/private-link/private-endpoint-dns
  { group: 'vault', zone: 'privatelink.vaultcore.azure.net', target: vault.id }
]

resource storage 'Microsoft.Storage/storageAccounts@2025-06-01' existing = {
  name: storageName
}

resource vault 'Microsoft.KeyVault/vaults@2025-05-01' existing = {
  name: vaultName
}

resource zones 'Microsoft.Network/privateDnsZones@2024-06-01' = [
  for service in services: {
    name: service.zone
    location: 'global'
    tags: tags
  }
]

resource links 'Microsoft.Network/privateDnsZones/virtualNetworkLinks@2024-06-01' = [
  for (service, index) in services: {
    parent: zones[index]
    name: 'drydock-${service.group}'
    location: 'global'
    tags: tags
    properties: {
      registrationEnabled: false
      virtualNetwork: { id: networkId }
    }
  }
]

resource endpoints 'Microsoft.Network/privateEndpoints@2025-01-01' = [
  for service in services: {
    name: 'pe-drydock-${service.group}'
    location: location
    tags: tags
    properties: {
      subnet: { id: subnetId }
      privateLinkServiceConnections: [
        {
          name: service.group
          properties: {
            privateLinkServiceId: service.target
            groupIds: [service.group]
          }
        }
      ]
    }
  }
]

resource names 'Microsoft.Network/privateEndpoints/privateDnsZoneGroups@2025-01-01' = [
  for (service, index) in services: {
    parent: endpoints[index]
    name: 'default'
    properties: {
      privateDnsZoneConfigs: [{ name: service.group, properties: { privateDnsZoneId: zones[index].id } }]
    }
  }
]
