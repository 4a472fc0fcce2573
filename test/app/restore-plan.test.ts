import { describe, expect, it } from "vitest";
import { restorePlanViewSchema } from "../../domain/api/restore-plan-view.ts";
import { resourcesOf, withPlan } from "./restore-tests.ts";
import { type TestWorld, useWorlds } from "./world.ts";

const newWorld = useWorlds();

async function plan(world: TestWorld, body: object = {}) {
  const asked = { kind: "restore-test", ...body };
  const response = await world.during(() => world.api("plans", { method: "POST", body: asked }));
  return restorePlanViewSchema.parse(await response.json());
}

describe("a plan of restore tests", () => {
  it("says all that would be made, for whom and at what cost, and makes nothing", async () => {
    const world = await newWorld();
    const before = resourcesOf(world);
    const { tests, cost, blocked, maxClusters } = await plan(world);
    expect({ blocked, maxClusters }).toEqual({ blocked: null, maxClusters: 2 });
    expect(tests).toMatchObject([
      { cluster: "prod-weu", skip: null, region: "westeurope", kubernetesVersion: "1.33", probes: ["orders-data"] },
      { cluster: "prod-neu", skip: null, region: "northeurope" },
    ]);
    const [first] = tests;
    expect(first?.point?.takenAt).toBe("2026-11-21T02:00:00.000Z");
    expect(first?.namespaces).toContain("orders");
    expect(first?.makes.map((id) => id.split("/").at(-1))).toEqual([
      "rg-drydock-scratch-*",
      "drydock-*",
      "azure-aks-backup",
      "drydock-backup",
    ]);
    expect(first?.roles.map(({ role, of }) => `${role} for ${of}`)).toEqual([
      "Contributor for the scratch cluster",
      "Reader for the backup vault",
      "Reader for the backup vault",
      "Storage Blob Data Contributor for its backup extension",
    ]);
    expect(cost.amount).toBeCloseTo(
      tests.reduce((sum, test) => sum + test.cost.amount, 0),
      1,
    );
    const writes = world.requests.filter((line) => /^(PUT|PATCH|DELETE) /.test(line));
    expect(writes).toEqual([]);
    expect(resourcesOf(world)).toEqual(before);
  });

  it("says what stands in the way of a test, and of all of them", async () => {
    const prices = { nodeHour: { Standard_D4s_v5: 20 }, maxPerRun: 10 };
    const world = await newWorld({ fleetYaml: withPlan({ plan: { prices }, test: { region: "westeurope" } }) });
    const { tests, blocked, findings } = await plan(world);
    expect(tests[1]).toMatchObject({ cluster: "prod-neu", makes: [], roles: [] });
    expect(tests[1]?.skip).toContain("restored in northeurope only");
    expect(blocked).toContain("it may cost 10");
    expect(findings).toMatchObject([{ code: "CostLimit" }]);
  });

  it("is refused for what fleet.yaml has no test of", async () => {
    const world = await newWorld();
    const body = { kind: "restore-test", clusters: ["dev-weu"] };
    for (const path of ["plans", "runs"]) {
      const asked = path === "runs" ? { ...body, by: "ada", reason: "a test" } : body;
      const response = await world.during(() => world.api(path, { method: "POST", body: asked }));
      expect([response.status, await response.text()]).toEqual([400, expect.stringContaining("no test of dev-weu")]);
    }
  });
});
