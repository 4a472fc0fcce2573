import { describe, expect, it } from "vitest";
import type { Approval } from "./approval.ts";
import { decideSearch } from "./daily-search.ts";
import { fleetConfigSchema } from "./fleet-config.ts";
import type { ClusterPlan, UpgradePlan } from "./upgrade-plan.ts";

const ID =
  "/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/rg/providers/Microsoft.ContainerService/managedClusters/";

/** A plan with rings of clusters; those that are left alone say why. */
function planOf(
  rings: Record<string, { approvals?: Approval[]; clusters: Record<string, string | null> }>,
): UpgradePlan {
  const config = fleetConfigSchema.parse({
    fleet: "sample",
    rings: Object.keys(rings).map((name) => ({ name })),
    clusters: [{ name: "any", resourceId: `${ID}any`, ring: Object.keys(rings)[0] }],
  });
  const { gates, drain } = config.upgrade;
  const planned = config.rings.map((ring) => {
    const { approvals = [], clusters = {} } = rings[ring.name] ?? {};
    const plans = Object.entries(clusters).map(([name, skip]): ClusterPlan => {
      const skipCode = skip === null ? null : "UpToDate";
      return { name, resourceId: `${ID}${name}`, drain, controlPlane: null, pools: [], skip, skipCode };
    });
    return { ring, approvals, clusters: plans };
  });
  return { rings: planned, gates, findings: [] };
}

describe("what a daily search comes to", () => {
  const behind = planOf({ dev: { clusters: { a: "up to date", b: null } }, prod: { clusters: { c: null } } });
  it("is a run when something is behind", () => {
    expect(decideSearch(behind, null)).toEqual({ kind: "run", clusters: ["b", "c"] });
  });

  it("is nothing when nothing is behind, also while a run is under way", () => {
    const plan = planOf({ dev: { clusters: { a: "up to date" } } });
    const reason = "nothing is behind that can be upgraded now";
    expect(decideSearch(plan, null)).toEqual({ kind: "none", reason });
    expect(decideSearch(plan, "upgrade-weekly-2026-11-23")).toEqual({ kind: "none", reason });
  });

  it("is nothing while a run of the timer is under way", () => {
    const reason = "run upgrade-weekly-2026-11-23 is under way";
    expect(decideSearch(behind, "upgrade-weekly-2026-11-23")).toEqual({ kind: "none", reason });
  });

  it("is nothing when a person has to approve all of it: that is asked for once a week", () => {
    const asks = { approvals: [{ of: "image" as const, what: "new node images" }], clusters: { c: null } };
    expect(decideSearch(planOf({ dev: { clusters: { a: "up to date" } }, prod: asks }), null)).toMatchObject({
      kind: "none",
      reason: expect.stringContaining("approve"),
    });
    expect(decideSearch(planOf({ dev: { clusters: { a: null } }, prod: asks }), null)).toEqual({
      kind: "run",
      clusters: ["a"],
    });
  });

  it("is nothing when all that is left is blocked as it was, and a run when something else is free", () => {
    const blocked = (...names: string[]) => names.map((name) => ({ name, runId: "upgrade-weekly-2026-11-23" }));
    expect(decideSearch(behind, null, blocked("b", "c"))).toEqual({
      kind: "none",
      reason:
        "what stopped them has not changed, and the weekly search tries again: b (run upgrade-weekly-2026-11-23), c (run upgrade-weekly-2026-11-23)",
    });
    expect(decideSearch(behind, null, blocked("c"))).toEqual({ kind: "run", clusters: ["b"] });
    // It would halt its ring, and the one after it.
    expect(decideSearch(behind, null, blocked("b"))).toMatchObject({ kind: "none" });
    const lenient = {
      ...behind,
      rings: behind.rings.map((one) => ({ ...one, ring: { ...one.ring, failureBudget: 1 } })),
    };
    expect(decideSearch(lenient, null, blocked("b"))).toEqual({ kind: "run", clusters: ["c"] });
  });
});
