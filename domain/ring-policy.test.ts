import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { allowedFailures, failureBudgetSchema, upgradePolicySchema } from "./ring-policy.ts";

describe("what a ring may do by itself", () => {
  it("is node images, unless fleet.yaml says more", () => {
    expect(upgradePolicySchema.parse({})).toEqual({ nodeImage: "auto", patch: "notify", minor: "notify" });
  });

  it.each([
    ["a minor version by itself", { minor: "auto" }],
    ["a pin of node images, which would keep known holes open", { nodeImage: "never" }],
    ["a pin of patches", { patch: "never" }],
    ["a word that there is not", { patch: "sometimes" }],
    ["a kind of upgrade that there is not", { major: "approve" }],
  ])("is never %s", (_what, policy) => {
    expect(upgradePolicySchema.safeParse(policy).success).toBe(false);
  });
});

describe("the failure budget of a ring", () => {
  it.each([0, 3, "0%", "9%", "10%", "100%"])("may be %j", (budget) => {
    expect(failureBudgetSchema.parse(budget)).toBe(budget);
  });

  it.each([-1, 1.5, "10", "101%", "010%", "10 %", "1.5%", "-1%", "", null])("may not be %j", (budget) => {
    expect(failureBudgetSchema.safeParse(budget).success).toBe(false);
  });

  it.each([
    [0, 10, 0],
    [3, 10, 3],
    [3, 2, 3],
    ["0%", 10, 0],
    ["10%", 10, 1],
    ["10%", 9, 0],
    ["10%", 19, 1],
    ["29%", 100, 29],
    ["100%", 7, 7],
    ["50%", 0, 0],
  ])("of %j lets in a ring of %i clusters %i fail", (budget, clusters, expected) => {
    expect(allowedFailures(budget, clusters)).toBe(expected);
  });

  it("as a share never lets more fail than the share, and never one fewer than it could", () => {
    fc.assert(
      fc.property(fc.nat(100), fc.nat(5000), (percent, clusters) => {
        const allowed = allowedFailures(`${percent}%`, clusters);
        expect(allowed * 100).toBeLessThanOrEqual(percent * clusters);
        expect((allowed + 1) * 100).toBeGreaterThan(percent * clusters);
      }),
    );
  });
});
