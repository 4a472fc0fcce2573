// What more than one file of infra/ speaks of.

@export()
@description('A cluster of the fleet. Its system topic has to live in its region.')
type cluster = {
  @description('Resource id of the managed cluster.')
  id: string
  location: string
}
