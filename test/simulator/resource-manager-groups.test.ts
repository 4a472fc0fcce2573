import type { AuthorizationManagementClient } from "@azure/arm-authorization";
import type { ResourceGraphClient } from "@azure/arm-resourcegraph";
import type { ResourceManagementClient } from "@azure/arm-resources";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { allOf, authorizationClient, drive, graphClient, groupsClient } from "./arm-clients.ts";
import { armClient, SUBSCRIPTION, startSimulator, type TestSimulator } from "./start-simulator.ts";

const FAST = { updateIntervalInMs: 1 };

let simulator: TestSimulator;
let groups: ResourceManagementClient;

beforeEach(async () => {
  simulator = await startSimulator();
  groups = await groupsClient(simulator);
});

afterEach(() => simulator.close());

describe("resource groups", () => {
  it("are there for the clusters of the fleet", async () => {
    const names = (await allOf(groups.resourceGroups.list())).map(({ name }) => name);
    expect(names).toEqual(["rg-dev-weu", "rg-prod-neu", "rg-prod-weu", "rg-staging-weu"]);
    expect(await groups.resourceGroups.get("RG-PROD-WEU")).toMatchObject({ location: "westeurope" });
  });

  it("are made, tagged, found by tag, and checked for", async () => {
    const tags = { "drydock-run": "r1" };
    await groups.resourceGroups.createOrUpdate("rg-scratch", { location: "West Europe", tags });
    expect(await groups.resourceGroups.get("rg-scratch")).toMatchObject({ location: "westeurope", tags });
    const filter = "tagName eq 'drydock-run' and tagValue eq 'r1'";
    expect(await allOf(groups.resourceGroups.list({ filter }))).toMatchObject([{ name: "rg-scratch" }]);
    await groups.resourceGroups.update("rg-scratch", { tags: { other: "x" } });
    expect(await groups.resourceGroups.get("rg-scratch")).toMatchObject({ tags: { other: "x" } });
    expect(await groups.resourceGroups.checkExistence("rg-scratch")).toMatchObject({ body: true });
    await expect(groups.resourceGroups.createOrUpdate("rg-scratch", { location: "northeurope" })).rejects.toMatchObject(
      { statusCode: 409, code: "InvalidResourceGroupLocation" },
    );
  });

  it("take everything with them, also what is being worked on", async () => {
    const clusters = await armClient(simulator);
    simulator.azure.kubernetes("prod-weu");
    const rolling = clusters.agentPools.upgradeNodeImageVersion("rg-prod-weu", "prod-weu", "apps", FAST);
    await rolling.submitted();
    simulator.clock.advance(100);
    const poller = groups.resourceGroups.delete("rg-prod-weu", FAST);
    await poller.submitted();
    expect(await groups.resourceGroups.get("rg-prod-weu")).toMatchObject({
      properties: { provisioningState: "Deleting" },
    });
    const late = clusters.managedClusters.createOrUpdate("rg-prod-weu", "late", { location: "westeurope" });
    await expect(late.submitted()).rejects.toMatchObject({ code: "ResourceGroupBeingDeleted" });
    await drive(simulator, poller);
    await expect(groups.resourceGroups.get("rg-prod-weu")).rejects.toMatchObject({ code: "ResourceGroupNotFound" });
    expect(simulator.azure.findCluster("prod-weu")).toBeUndefined();
    simulator.clock.advance(7_200);
    expect(simulator.azure.operations.values().filter(({ status }) => status === "InProgress")).toEqual([]);
  });

  it("list what lies in them, by type and tag", async () => {
    const filter = "resourceType eq 'Microsoft.ContainerService/managedClusters'";
    expect(await allOf(groups.resources.list({ filter }))).toHaveLength(4);
    const [only] = await allOf(groups.resources.listByResourceGroup("rg-prod-weu"));
    expect(only).toMatchObject({ name: "prod-weu", location: "westeurope", tags: { ring: "prod" } });
    const byTag = groups.resources.list({ filter: "tagName eq 'ring' and tagValue eq 'prod'" });
    expect(await allOf(byTag)).toHaveLength(2);
  });
});

describe("role assignments", () => {
  const SCOPE = `/subscriptions/${SUBSCRIPTION}/resourceGroups/rg-prod-weu`;
  const ROLE = `/subscriptions/${SUBSCRIPTION}/providers/Microsoft.Authorization/roleDefinitions/ba92f5b4-2d11-453d-a403-e96b0029c9fe`;
  const PRINCIPAL = "33333333-3333-4333-8333-333333333333";
  const NAME = "44444444-4444-4444-8444-444444444444";
  const OTHER = "55555555-5555-4555-8555-555555555555";
  const body = { roleDefinitionId: ROLE, principalId: PRINCIPAL, principalType: "ServicePrincipal" } as const;

  let client: AuthorizationManagementClient;
  beforeEach(async () => {
    client = await authorizationClient(simulator);
  });

  it("are made at a scope, shown, listed from above and below, and deleted", async () => {
    await client.roleAssignments.create(SCOPE, NAME, body);
    expect(await client.roleAssignments.get(SCOPE, NAME)).toMatchObject({ ...body, scope: SCOPE });
    expect(await allOf(client.roleAssignments.listForSubscription())).toHaveLength(1);
    expect(await allOf(client.roleAssignments.listForScope(`${SCOPE}/providers/A.B/c/d`))).toHaveLength(1);
    expect(await allOf(client.roleAssignments.listForSubscription({ filter: "atScope()" }))).toEqual([]);
    const filter = `principalId eq '${PRINCIPAL}'`;
    expect(await allOf(client.roleAssignments.listForSubscription({ filter }))).toHaveLength(1);
    await client.roleAssignments.delete(SCOPE, NAME);
    await client.roleAssignments.delete(SCOPE, NAME);
    await expect(client.roleAssignments.get(SCOPE, NAME)).rejects.toMatchObject({ code: "RoleAssignmentNotFound" });
  });

  it("exist once: the same again is fine, under another name it is a 409", async () => {
    await client.roleAssignments.create(SCOPE, NAME, body);
    await client.roleAssignments.create(SCOPE, NAME, body);
    await expect(client.roleAssignments.create(SCOPE, OTHER, body)).rejects.toMatchObject({
      statusCode: 409,
      code: "RoleAssignmentExists",
    });
    await expect(client.roleAssignments.create(SCOPE, "not-a-guid", body)).rejects.toMatchObject({ statusCode: 400 });
  });

  it("go with the group that they are in", async () => {
    await client.roleAssignments.create(SCOPE, NAME, body);
    await drive(simulator, groups.resourceGroups.delete("rg-prod-weu", FAST));
    expect(await allOf(client.roleAssignments.listForSubscription())).toEqual([]);
  });
});

describe("Resource Graph", () => {
  let client: ResourceGraphClient;
  beforeEach(async () => {
    client = await graphClient(simulator);
  });

  const ask = async (query: string, options: object = {}) => {
    const answer = await client.resources({ query, subscriptions: [SUBSCRIPTION], options });
    return { ...answer, rows: answer.data as Array<Record<string, unknown>> };
  };

  it.each([
    ["Resources | where type =~ 'Microsoft.ContainerService/managedClusters' | order by name asc", 4],
    ["resources | where type == 'microsoft.containerservice/managedclusters' and tags['ring'] == 'prod'", 2],
    ["Resources | where tags.ring in ('dev', 'staging')", 2],
    ["Resources | where name startswith 'PROD' and not(location == 'northeurope')", 1],
    ["Resources | where (name contains 'dev' or name contains 'neu') and properties.powerState.code == 'Running'", 2],
    ["Resources | where isnotempty(tags['ring']) | limit 3", 3],
    ["ResourceContainers | where type =~ 'microsoft.resources/subscriptions/resourcegroups'", 4],
    ["Resources | where name == 'nope' // nothing", 0],
  ])("answers %s", async (query, count) => {
    expect((await ask(query)).rows).toHaveLength(count);
  });

  it("projects, renames, extends and sorts", async () => {
    const query =
      "Resources | where type =~ 'Microsoft.ContainerService/managedClusters' | extend ring = tostring(tags['ring']) | project id, name, ring, version = properties.kubernetesVersion | order by ring desc, name asc";
    const { rows } = await ask(query);
    expect(rows.map(({ name, ring }) => [name, ring])).toEqual([
      ["staging-weu", "staging"],
      ["prod-neu", "prod"],
      ["prod-weu", "prod"],
      ["dev-weu", "dev"],
    ]);
    expect(rows[0]).toEqual({
      id: expect.stringContaining("/managedClusters/staging-weu"),
      name: "staging-weu",
      ring: "staging",
      version: "1.33.5",
    });
  });

  it("counts", async () => {
    expect((await ask("Resources | where isnotempty(tags.ring) | count")).rows).toEqual([{ Count: 4 }]);
  });

  it("pages by $skipToken", async () => {
    const query = "Resources | where isnotempty(tags.ring) | project name | order by name asc";
    const first = await ask(query, { top: 3 });
    expect([first.rows.length, Number(first.totalRecords)]).toEqual([3, 4]);
    const rest = await ask(query, { top: 3, skipToken: first.skipToken });
    expect(rest.rows).toEqual([{ name: "staging-weu" }]);
    expect(rest.skipToken).toBeUndefined();
  });

  it.each([
    ["Resources | summarize count() by type", /summarize is not supported/],
    ["Resources | join kind=inner (x) on id", /join is not supported/],
    ["AdvisorResources", /table AdvisorResources is not supported/],
    ["Resources | where name matches regex 'x'", /expected '\|', found 'matches'/],
    ["Resources | where split(name, '-')[0] == 'x'", /function split\(\) is not supported/],
    ["Resources | where name == 'x", /unexpected character/],
  ])("refuses what it does not understand: %s", async (query, message) => {
    await expect(ask(query)).rejects.toMatchObject({ statusCode: 400, message: expect.stringMatching(message) });
  });
});
