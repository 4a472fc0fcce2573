using './main.bicep'

// az deployment group create -g rg-prod-weu -f infra/cluster/main.bicep -p infra/cluster/main.bicepparam
param name = 'prod-weu'
param kubernetesVersion = '1.34.2'
param adminGroupIds = []
param fleetRepositoryUrl = 'https://github.com/contoso/fleet'
param userNodesMin = 3
param userNodesMax = 20
