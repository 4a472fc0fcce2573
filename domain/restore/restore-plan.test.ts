import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { costFindings, estimateCost } from "./estimate-cost.ts";
import { objectivesOf, restorePlanSchema } from "./restore-plan.ts";
import { testMoment } from "./spread-tests.ts";

const SUBSCRIPTION = "11111111-2222-3333-4444-555555555555";
const GROUP = `/subscriptions/${SUBSCRIPTION}/resourceGroups/rg`;
const scratch = {
  subscriptionId: SUBSCRIPTION,
  region: "westeurope",
  backupStorage: { storageAccountId: `${GROUP}/providers/Microsoft.Storage/storageAccounts/st`, container: "backups" },
};
const plan = (more: object = {}, test: object = {}) => ({
  scratch,
  clusters: [{ cluster: "prod-weu", ...test }],
  ...more,
});
const mistakes = (input: unknown) => {
  const result = restorePlanSchema.safeParse(input);
  return result.success
    ? []
    : result.error.issues.map(({ path, message }) => `${path.map(String).join(".")}: ${message}`);
};

describe("the plan of restore tests", () => {
  it("has careful defaults: the newest point, with its data, of everything, into a cluster that goes at once", () => {
    const { clusters, scratch: made, objectives } = restorePlanSchema.parse(plan());
    expect(clusters[0]).toMatchObject({ point: "latest", volumeData: true, conflicts: "skip", openings: [] });
    expect(made).toMatchObject({ maxClusters: 5, validationHours: 0, expiryHours: 24 });
    expect(objectives).toEqual({ rpoHours: 24, rtoMinutes: 240 });
  });

  it.each([
    ["a schedule of five fields", plan({ schedule: "0 3 1 * *" }), "schedule: expected six fields, seconds first"],
    [
      "a window beyond a week",
      plan({ scratch: { ...scratch, validationHours: 169, expiryHours: 200 } }),
      /^scratch\.validationHours/,
    ],
    [
      "what expires while people look",
      plan({ scratch: { ...scratch, validationHours: 48 } }),
      "scratch.expiryHours: what a test makes would expire within its validation window",
    ],
    [
      "two namespaces in one",
      plan({}, { namespaceMappings: { a: "c", b: "c" } }),
      "clusters.0.namespaceMappings: a and b would both be restored into c",
    ],
    ["a label selector of a set", plan({}, { labelSelectors: ["a in (b)"] }), /expected key=value/],
    ["an opening to a name", plan({}, { openings: [{ cidr: "example.com", ports: [443] }] }), /openings\.0\.cidr/],
    [
      "a probe twice",
      plan({}, { probes: [probe("a"), probe("a")] }),
      'clusters.0.probes.1: the probe "a" stands twice',
    ],
    ["a cluster twice", plan({ clusters: [{ cluster: "a" }, { cluster: "a" }] }), /the cluster "a" stands twice/],
    ["no storage for the extension", plan({ scratch: { ...scratch, backupStorage: null } }), /scratch\.backupStorage/],
    ["an unknown member", plan({ colour: "red" }), /colour/],
  ])("refuses %s", (_what, input, expected) => {
    expect(mistakes(input)).toEqual([typeof expected === "string" ? expected : expect.stringMatching(expected)]);
  });

  it("lets a cluster have objectives of its own", () => {
    const read = restorePlanSchema.parse(plan({}, { objectives: { rpoHours: 1 } }));
    const [test] = read.clusters;
    expect(test && objectivesOf(read, test)).toEqual({ rpoHours: 1, rtoMinutes: 240 });
  });

  it("spreads clusters over its days, each at a moment of its own that stays", () => {
    const days = (cluster: string, spreadDays: number) => testMoment(cluster, 0, spreadDays) / 86_400_000;
    expect(days("prod-weu", 0)).toBe(0);
    const moments = Array.from({ length: 100 }, (_, index) => Math.floor(days(`cluster-${index}`, 20)));
    expect(new Set(moments).size).toBeGreaterThan(15);
    fc.assert(
      fc.property(fc.string(), fc.integer({ min: 1, max: 27 }), (cluster, spreadDays) => {
        const at = days(cluster, spreadDays);
        expect(at >= 0 && at < spreadDays && at === days(cluster, spreadDays)).toBe(true);
      }),
    );
  });

  it("costs what its table says, and is held back by its limit or by a hole in the table", () => {
    const { scratch: made } = restorePlanSchema.parse(plan());
    const prices = { currency: "EUR", nodeHour: { Standard_D4s_v5: 0.2 }, clusterHour: 0.1, maxPerRun: 2 };
    const estimate = estimateCost(made, prices, [1, 2]);
    expect(estimate).toEqual({ amount: 2.1, currency: "EUR", isComplete: true });
    expect(costFindings(estimate, prices, made.vmSize)).toMatchObject([{ code: "CostLimit" }]);
    expect(costFindings(estimate, { ...prices, maxPerRun: 3 }, made.vmSize)).toEqual([]);
    const unknown = estimateCost(made, { ...prices, nodeHour: {} }, [1]);
    expect(costFindings(unknown, prices, made.vmSize)).toMatchObject([{ code: "PriceUnknown" }]);
    expect(costFindings(unknown, { ...prices, maxPerRun: null }, made.vmSize)).toEqual([]);
  });
});

function probe(name: string) {
  return { name, namespace: "shop", job: { image: "i" } };
}
