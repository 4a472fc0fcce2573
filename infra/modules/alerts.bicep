// What wakes people. Each rule looks for a line that the app writes (domain/log-lines.ts), and has its section in
// docs/runbook.md under the same name.

param location string
param tags object
param componentId string
param emails string[]

var rules = [
  {
    name: 'RunFailed'
    description: 'A run ended as failed: something was begun and did not go well.'
    severity: 1
    query: 'traces | where message matches regex @"^run \\S+ ended: failed$"'
    frequency: 'PT5M'
    window: 'PT5M'
    operator: 'GreaterThan'
    threshold: 0
  }
  {
    name: 'RunBlocked'
    description: 'A run ended as blocked: nothing was changed, and a person has to decide.'
    severity: 3
    query: 'traces | where message matches regex @"^run \\S+ ended: blocked$"'
    frequency: 'PT1H'
    window: 'PT1H'
    operator: 'GreaterThan'
    threshold: 0
  }
  {
    name: 'DeadLetters'
    description: 'An event came that the app could not handle.'
    severity: 2
    query: 'traces | where message matches regex @"^event .+ is a dead letter: "'
    frequency: 'PT15M'
    window: 'PT15M'
    operator: 'GreaterThan'
    threshold: 0
  }
  {
    name: 'CardUndelivered'
    description: 'A run ended and its card did not reach Teams.'
    severity: 2
    query: 'traces | where message matches regex @"^run \\S+ was not told: "'
    frequency: 'PT1H'
    window: 'PT1H'
    operator: 'GreaterThan'
    threshold: 0
  }
  {
    name: 'RestoreTestOverdue'
    description: 'A monthly restore test has not begun for three days after it was due: a backup is not proven.'
    severity: 2
    query: 'traces | where message matches regex @"^the restore test of \\S+ is overdue since "'
    frequency: 'PT6H'
    window: 'PT6H'
    operator: 'GreaterThan'
    threshold: 0
  }
  {
    name: 'LeftoversFound'
    description: 'The janitor found what runs left behind: they were killed, or could not take it away.'
    severity: 3
    query: 'traces | where message startswith "the janitor found "'
    frequency: 'PT1H'
    window: 'PT1H'
    operator: 'GreaterThan'
    threshold: 0
  }
  {
    name: 'SearchMissing'
    description: 'The daily search has not run for two days: timers do not fire, or the app does not start.'
    severity: 1
    query: 'traces | where message startswith "daily search: "'
    frequency: 'P1D'
    window: 'P2D'
    operator: 'LessThan'
    threshold: 1
  }
  {
    name: 'FunctionsFailing'
    description: 'Functions end in errors more often than passing faults of Azure explain.'
    severity: 2
    query: 'requests | where success == false and toint(resultCode) !between (400 .. 499)'
    frequency: 'PT15M'
    window: 'PT1H'
    operator: 'GreaterThan'
    threshold: 20
  }
]

resource people 'Microsoft.Insights/actionGroups@2023-01-01' = {
  name: 'ag-drydock'
  location: 'global'
  tags: tags
  properties: {
    enabled: true
    groupShortName: 'drydock'
    emailReceivers: [
      for (email, index) in emails: {
        name: 'email-${index}'
        emailAddress: email
        useCommonAlertSchema: true
      }
    ]
  }
}

resource alerts 'Microsoft.Insights/scheduledQueryRules@2023-12-01' = [
  for rule in rules: {
    name: 'drydock-${rule.name}'
    location: location
    tags: tags
    properties: {
      displayName: 'Drydock: ${rule.name}'
      description: '${rule.description} See docs/runbook.md, ${rule.name}.'
      severity: rule.severity
      enabled: true
      scopes: [componentId]
      evaluationFrequency: rule.frequency
      windowSize: rule.window
      criteria: {
        allOf: [
          {
            query: rule.query
            timeAggregation: 'Count'
            operator: rule.operator
            threshold: rule.threshold
            failingPeriods: { numberOfEvaluationPeriods: 1, minFailingPeriodsToAlert: 1 }
          }
        ]
      }
      // A rule that looks back for two days or once a day cannot tell that it is over.
      autoMitigate: rule.frequency != 'P1D'
      actions: { actionGroups: [people.id] }
    }
  }
]

output actionGroupId string = people.id
