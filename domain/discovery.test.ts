import { describe, expect, it } from "vitest";
import { addDiscovered, discoveryQuery, type FoundCluster } from "./discovery.ts";
import { type FleetConfig, fleetConfigSchema } from "./fleet-config.ts";

const id = (name: string, group = "rg") =>
  `/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/${group}/providers/Microsoft.ContainerService/managedClusters/${name}`;
const found = (name: string, tags: Record<string, string> = {}, group = "rg"): FoundCluster => {
  return { resourceId: id(name, group), name, tags };
};

function config(...discover: unknown[]): FleetConfig {
  return fleetConfigSchema.parse({
    fleet: "harbour",
    rings: [{ name: "dev" }, { name: "prod" }],
    clusters: [{ name: "known", resourceId: id("known"), ring: "prod" }],
    discover,
  });
}

const byRing = { tags: { fleet: "harbour" }, ring: "dev" };
const byTag = { tags: { fleet: "*" }, ringTag: "ring" };

function added(discover: unknown[], answers: FoundCluster[][]): { clusters: string[]; left: string[] } {
  const { config: fleet, findings } = addDiscovered(config(...discover), answers);
  return {
    clusters: fleet.clusters.map(({ name, ring }) => `${name} ${ring}`),
    left: findings.map(
      ({ code, subject, message }) => `${code} ${subject}: ${message.split(": ").slice(1).join(": ")}`,
    ),
  };
}

describe("clusters found by their tags", () => {
  it.each<[string, unknown[], FoundCluster[][], string[]]>([
    [
      "stand behind those of fleet.yaml, in one order",
      [byRing],
      [[found("b"), found("a")]],
      ["known prod", "a dev", "b dev"],
    ],
    ["go to the ring that their tag names", [byTag], [[found("a", { ring: "prod" })]], ["known prod", "a prod"]],
    ["have tags without case, as Azure has them", [byTag], [[found("a", { Ring: "dev" })]], ["known prod", "a dev"]],
    [
      "stay as fleet.yaml has them",
      [byRing],
      [[{ ...found("known"), resourceId: id("known").toUpperCase() }]],
      ["known prod"],
    ],
    [
      "stay as they were found first",
      [byRing, byTag],
      [[found("a")], [found("a", { ring: "prod" })]],
      ["known prod", "a dev"],
    ],
    ["are none where none are found", [byRing], [[]], ["known prod"]],
    ["are none where nobody looked", [byRing], [], ["known prod"]],
  ])("%s", (_rule, discover, answers, clusters) => {
    expect(added(discover, answers)).toEqual({ clusters, left: [] });
  });

  it.each<[string, FoundCluster, string]>([
    ["no tag for its ring", found("a"), "its tag ring names no ring of fleet.yaml: it is not there"],
    ["a tag that names no ring", found("a", { ring: "qa" }), "its tag ring names no ring of fleet.yaml: qa"],
    [
      "the name of another",
      found("known", { ring: "dev" }, "other"),
      "another cluster of the fleet has the same name; name it in fleet.yaml",
    ],
  ])("are left out with a finding: one with %s", (_what, cluster, why) => {
    expect(added([byTag], [[cluster]])).toEqual({
      clusters: ["known prod"],
      left: [`DiscoveredClusterLeftOut ${cluster.name}: ${why}`],
    });
  });

  it("are asked for by all their tags, in any case of a value", () => {
    const [discovery] = config({ tags: { fleet: "harbour", tier: "*" }, ring: "dev" }).discover;
    expect(discovery && discoveryQuery(discovery)).toBe(
      "resources | where type =~ 'microsoft.containerservice/managedclusters'" +
        " | where tags['fleet'] =~ 'harbour' | where isnotempty(tags['tier']) | project id, name, tags | order by id asc",
    );
  });

  it("are asked for by nothing else, whatever a tag holds", () => {
    const [discovery] = config({ tags: { "a'] | take 1": "\\' or 1==1" }, ring: "dev" }).discover;
    expect(discovery && discoveryQuery(discovery)).toContain("| where tags['a\\'] | take 1'] =~ '\\\\\\' or 1==1' |");
  });
});
