// Gives the app's identity the roles that reach over the whole subscription.
targetScope = 'subscription'

param principalId string
param fleetReaderId string
param restoreTesterId string
param restoreTests bool

// A restore test gives roles to the scratch cluster, its extension and the vault: these (domain/restore/scratch.ts) and no
// others, so that nobody becomes an owner by way of Drydock.
// learn.microsoft.com/azure/role-based-access-control/delegate-role-assignments-examples
var grantable = [
  'acdd72a7-3385-48ef-bd42-f606fba81ae7'
  'b24988ac-6180-42a0-ab88-20f7382dd24c'
  'ba92f5b4-2d11-453d-a403-e96b0029c9fe'
  'b7e6dc6d-f1e8-4753-8033-0f276bb0955b'
  '17d1049b-9a84-46fb-8f53-869881c3d3ab'
]
var among = join(grantable, ', ')
var writes = '((!(ActionMatches{\'Microsoft.Authorization/roleAssignments/write\'})) OR (@Request[Microsoft.Authorization/roleAssignments:RoleDefinitionId] ForAnyOfAnyValues:GuidEquals {${among}} AND @Request[Microsoft.Authorization/roleAssignments:PrincipalType] ForAnyOfAnyValues:StringEqualsIgnoreCase {\'ServicePrincipal\'}))'
var deletes = '((!(ActionMatches{\'Microsoft.Authorization/roleAssignments/delete\'})) OR (@Resource[Microsoft.Authorization/roleAssignments:RoleDefinitionId] ForAnyOfAnyValues:GuidEquals {${among}} AND @Resource[Microsoft.Authorization/roleAssignments:PrincipalType] ForAnyOfAnyValues:StringEqualsIgnoreCase {\'ServicePrincipal\'}))'

resource readsFleet 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(subscription().id, principalId, fleetReaderId)
  properties: {
    roleDefinitionId: fleetReaderId
    principalId: principalId
    principalType: 'ServicePrincipal'
  }
}

resource testsRestores 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (restoreTests) {
  name: guid(subscription().id, principalId, restoreTesterId)
  properties: {
    roleDefinitionId: restoreTesterId
    principalId: principalId
    principalType: 'ServicePrincipal'
    conditionVersion: '2.0'
    condition: '${writes} AND ${deletes}'
  }
}
