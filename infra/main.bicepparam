using './main.bicep'

// What azd gives; every other parameter has a default. docs/deploy.md says how clusters come in.
param environmentName = readEnvironmentVariable('AZURE_ENV_NAME', 'dev')
param location = readEnvironmentVariable('AZURE_LOCATION', 'westeurope')
param durableBackend = readEnvironmentVariable('DRYDOCK_DURABLE_BACKEND', 'storage')
param teamsWebhookUrl = readEnvironmentVariable('TEAMS_WEBHOOK_URL', '')
param hasTeamsWebhook = !empty(readEnvironmentVariable('TEAMS_WEBHOOK_URL', '')) || bool(readEnvironmentVariable('DRYDOCK_TEAMS_WEBHOOK_IN_VAULT', 'false'))
param privateNetwork = bool(readEnvironmentVariable('DRYDOCK_PRIVATE_NETWORK', 'false'))
param authClientId = readEnvironmentVariable('DRYDOCK_AUTH_CLIENT_ID', '')
param clusters = loadJsonContent('./clusters.json')
