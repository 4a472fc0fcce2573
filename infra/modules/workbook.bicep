// A page in the portal: runs and their ends, dead letters, signals of people, failures and slow calls.

param location string
param tags object
param componentId string

resource workbook 'Microsoft.Insights/workbooks@2023-06-01' = {
  name: guid(resourceGroup().id, 'drydock-runs')
  location: location
  tags: tags
  kind: 'shared'
  properties: {
    displayName: 'Drydock: runs'
    category: 'workbook'
    sourceId: componentId
    serializedData: loadTextContent('workbook.json')
  }
}
