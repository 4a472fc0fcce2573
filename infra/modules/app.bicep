// The app on Flex Consumption: Node 24, no keys to storage, settings as domain/settings.ts reads them.

@minLength(2)
@maxLength(60)
param name string
@maxLength(60)
param planName string
param location string
param tags object
param identityId string
param identityClientId string
param storageName string
param packageContainer string
@description('Container in which reports are kept.')
param reportsUrl string
param componentName string
@description('Settings of the Durable Task Scheduler; empty when the storage account keeps the state.')
param durableSettings object
@description('Empty: no card is sent.')
param teamsWebhookSecretUri string
param fleetConfig string
param publicUrl string
param dailySearchSchedule string
param janitorSchedule string
@description('Empty: no virtual network.')
param subnetId string
param allowedIpRanges string[]
@description('Empty: function keys.')
param authClientId string

var resourceManager = environment().resourceManager
var eventGridRule = {
  name: 'event-grid'
  description: 'Events are delivered from outside of any network'
  action: 'Allow'
  tag: 'ServiceTag'
  ipAddress: 'AzureEventGrid'
  priority: 100
}
var rangeRules = [
  for (range, index) in allowedIpRanges: {
    name: 'range-${index}'
    action: 'Allow'
    ipAddress: range
    priority: 200 + index
  }
]

resource storage 'Microsoft.Storage/storageAccounts@2025-06-01' existing = {
  name: storageName
}

resource component 'Microsoft.Insights/components@2020-02-02' existing = {
  name: componentName
}

resource plan 'Microsoft.Web/serverfarms@2024-11-01' = {
  name: planName
  location: location
  tags: tags
  kind: 'functionapp'
  sku: { name: 'FC1', tier: 'FlexConsumption' }
  properties: { reserved: true }
}

resource app 'Microsoft.Web/sites@2024-11-01' = {
  name: name
  location: location
  tags: union(tags, { 'azd-service-name': 'app' })
  kind: 'functionapp,linux'
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: { '${identityId}': {} }
  }
  properties: {
    serverFarmId: plan.id
    httpsOnly: true
    clientAffinityEnabled: false
    keyVaultReferenceIdentity: identityId
    virtualNetworkSubnetId: empty(subnetId) ? null : subnetId
    functionAppConfig: {
      deployment: {
        storage: {
          type: 'blobContainer'
          value: '${storage.properties.primaryEndpoints.blob}${packageContainer}'
          authentication: {
            type: 'UserAssignedIdentity'
            userAssignedIdentityResourceId: identityId
          }
        }
      }
      runtime: { name: 'node', version: '24' }
      scaleAndConcurrency: {
        instanceMemoryMB: 2048
        maximumInstanceCount: 40
        // A run that waits for its timer must not wait for a cold start, too.
        alwaysReady: [{ name: 'durable', instanceCount: 1 }]
      }
    }
    siteConfig: {
      minTlsVersion: '1.2'
      ftpsState: 'Disabled'
      http20Enabled: true
      ipSecurityRestrictionsDefaultAction: empty(allowedIpRanges) ? 'Allow' : 'Deny'
      ipSecurityRestrictions: empty(allowedIpRanges) ? [] : concat([eventGridRule], rangeRules)
    }
  }
}

resource settings 'Microsoft.Web/sites/config@2024-11-01' = {
  parent: app
  name: 'appsettings'
  properties: union(durableSettings, {
    AzureWebJobsStorage__accountName: storage.name
    AzureWebJobsStorage__credential: 'managedidentity'
    AzureWebJobsStorage__clientId: identityClientId
    APPLICATIONINSIGHTS_CONNECTION_STRING: component.properties.ConnectionString
    APPLICATIONINSIGHTS_AUTHENTICATION_STRING: 'ClientId=${identityClientId};Authorization=AAD'
    AZURE_CLIENT_ID: identityClientId
    // The platform's text ends in a slash; the app's setting has none.
    AZURE_RESOURCE_MANAGER_ENDPOINT: substring(resourceManager, 0, length(resourceManager) - 1)
    FLEET_CONFIG: fleetConfig
    TEAMS_WEBHOOK_URL: empty(teamsWebhookSecretUri) ? '' : '@Microsoft.KeyVault(SecretUri=${teamsWebhookSecretUri})'
    REPORTS_STORAGE: reportsUrl
    PUBLIC_URL: publicUrl
    API_AUTH: empty(authClientId) ? 'keys' : 'entra'
    DAILY_SEARCH_SCHEDULE: dailySearchSchedule
    JANITOR_SCHEDULE: janitorSchedule
  })
}

resource signIn 'Microsoft.Web/sites/config@2024-11-01' = if (!empty(authClientId)) {
  parent: app
  name: 'authsettingsV2'
  properties: {
    platform: { enabled: true }
    globalValidation: {
      requireAuthentication: true
      unauthenticatedClientAction: 'RedirectToLoginPage'
      redirectToProvider: 'azureactivedirectory'
      // Event Grid shows its own key; the probe of health has nothing to show.
      excludedPaths: ['/runtime/webhooks/EventGrid', '/runtime/webhooks/eventgrid', '/api/v1/health']
    }
    identityProviders: {
      azureActiveDirectory: {
        enabled: true
        registration: {
          clientId: authClientId
          openIdIssuer: '${environment().authentication.loginEndpoint}${tenant().tenantId}/v2.0'
        }
        validation: { allowedAudiences: ['api://${authClientId}', authClientId] }
      }
    }
    login: { tokenStore: { enabled: false } }
    httpSettings: { requireHttps: true }
  }
}

resource noFtpPasswords 'Microsoft.Web/sites/basicPublishingCredentialsPolicies@2024-11-01' = {
  parent: app
  name: 'ftp'
  properties: { allow: false }
}

resource noPublishingPasswords 'Microsoft.Web/sites/basicPublishingCredentialsPolicies@2024-11-01' = {
  parent: app
  name: 'scm'
  properties: { allow: false }
}

output id string = app.id
output name string = app.name
output url string = 'https://${app.properties.defaultHostName}'
