// Flux, and the fleet repository that it brings into the cluster: infrastructure first, then apps.

@maxLength(63)
param clusterName string
param url string
param branch string
param path string

resource cluster 'Microsoft.ContainerService/managedClusters@2026-05-01' existing = {
  name: clusterName
}

resource extension 'Microsoft.KubernetesConfiguration/extensions@2024-11-01' = {
  name: 'flux'
  scope: cluster
  properties: {
    extensionType: 'microsoft.flux'
    autoUpgradeMinorVersion: true
    releaseTrain: 'Stable'
    scope: { cluster: { releaseNamespace: 'flux-system' } }
    configurationSettings: {
      // A folder of one team must not reach into another's namespace.
      'multiTenancy.enforce': 'true'
    }
  }
}

resource fleet 'Microsoft.KubernetesConfiguration/fluxConfigurations@2025-04-01' = {
  name: 'fleet'
  scope: cluster
  properties: {
    scope: 'cluster'
    namespace: 'flux-system'
    sourceKind: 'GitRepository'
    gitRepository: {
      url: url
      repositoryRef: { branch: branch }
      syncIntervalInSeconds: 300
      timeoutInSeconds: 120
    }
    kustomizations: {
      cluster: {
        path: path
        prune: true
        force: false
        wait: true
        syncIntervalInSeconds: 600
        timeoutInSeconds: 600
        retryIntervalInSeconds: 60
      }
    }
  }
  dependsOn: [extension]
}
