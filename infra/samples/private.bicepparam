using '../main.bicep'

// A fleet of private clusters: the app in a network of its own, peered with theirs; state on the Durable Task Scheduler; people
// sign in; only Event Grid and the office reach the app.
param environmentName = 'prod'
param location = 'westeurope'
param durableBackend = 'durableTaskScheduler'
param privateNetwork = true
param networkPrefix = '10.200.0.0/22'
param allowedIpRanges = ['203.0.113.0/24']
param authClientId = '00000000-0000-0000-0000-000000000000'
param alertEmails = ['platform@example.com']
param clusters = [
  {
    id: '/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg-prod-weu/providers/Microsoft.ContainerService/managedClusters/prod-weu'
    location: 'westeurope'
  }
]
