// Ties a cluster to the rules by which its metrics and logs are collected.

@maxLength(63)
param clusterName string
param prometheusRuleId string
param insightsRuleId string

resource cluster 'Microsoft.ContainerService/managedClusters@2026-05-01' existing = {
  name: clusterName
}

resource metrics 'Microsoft.Insights/dataCollectionRuleAssociations@2023-03-11' = {
  name: 'drydock-prometheus'
  scope: cluster
  properties: { dataCollectionRuleId: prometheusRuleId }
}

resource logs 'Microsoft.Insights/dataCollectionRuleAssociations@2023-03-11' = {
  name: 'ContainerInsightsExtension'
  scope: cluster
  properties: { dataCollectionRuleId: insightsRuleId }
}
