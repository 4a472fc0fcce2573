import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type BegunRemedy, type BlockedPod, decideRemedies } from "./decide-remedies.ts";
import { drainRulesSchema, type Remedy } from "./drain-policy.ts";

const SINCE_MS = Date.parse("2026-03-01T12:00:00Z");

function blocked(change: Partial<BlockedPod> = {}): BlockedPod {
  return {
    pod: "shop/cart-1",
    owner: "Deployment/cart",
    code: "PodDisruptionBudgetBlocks",
    message: "PDB shop/cart allows 0 disruptions",
    since: "2026-03-01T12:00:00.000Z",
    ...change,
  };
}

function remedies(...list: object[]): Remedy[] {
  return drainRulesSchema.parse({ remedies: list }).remedies;
}

const LADDER = remedies(
  { do: "scaleUpOwner", afterMinutes: 5 },
  { do: "restartOwner", afterMinutes: 10 },
  { do: "askToDelete", afterMinutes: 20 },
  { do: "giveUp", afterMinutes: 60 },
);
const SCALED: BegunRemedy = { do: "scaleUpOwner", target: "shop/Deployment/cart" };
const RESTARTED: BegunRemedy = { do: "restartOwner", target: "shop/Deployment/cart" };

function decide(minutes: number, begun: BegunRemedy[] = [], pods = [blocked()], list = LADDER) {
  return decideRemedies(pods, begun, list, SINCE_MS + minutes * 60_000);
}

describe("remedies for what blocks", () => {
  it("are waited for until the first is due", () => {
    expect(decide(4)).toEqual({ kind: "wait", nextCheckAt: "2026-03-01T12:05:00.000Z" });
  });

  it.each([
    ["the first when it is due", 5, [], "scaleUpOwner", "shop/Deployment/cart"],
    ["the next when the first did not help", 10, [SCALED], "restartOwner", "shop/Deployment/cart"],
    ["a question about the pod after both", 20, [SCALED, RESTARTED], "askToDelete", "shop/cart-1"],
  ])("are one after the other: %s", (_which, minutes, begun, what, target) => {
    expect(decide(minutes, begun)).toMatchObject({ kind: "act", steps: [{ do: what, target }] });
  });

  it("end the drain last of all", () => {
    const begun: BegunRemedy[] = [SCALED, RESTARTED, { do: "askToDelete", target: "shop/cart-1" }];
    expect(decide(59, begun)).toEqual({ kind: "wait", nextCheckAt: "2026-03-01T13:00:00.000Z" });
    expect(decide(60, begun)).toEqual({ kind: "giveUp", reasons: ["shop/cart-1: PDB shop/cart allows 0 disruptions"] });
  });

  it("are done once for an owner, however many of its pods block", () => {
    const decision = decide(5, [], [blocked(), blocked({ pod: "shop/cart-2" })]);
    expect(decision).toMatchObject({ kind: "act", steps: [{ pods: ["shop/cart-1", "shop/cart-2"] }] });
  });

  it("do not scale what has no replicas", () => {
    const decision = decide(20, [], [blocked({ owner: null }), blocked({ pod: "shop/job-1", owner: "Job/job" })]);
    expect(decision).toMatchObject({ steps: [{ do: "askToDelete" }, { do: "askToDelete" }] });
  });

  it("are for their reasons only", () => {
    expect(decide(60, [], [blocked({ code: "Terminating" })])).toEqual({ kind: "wait", nextCheckAt: null });
    const stuck = remedies({ when: ["StuckTerminating"], do: "askToDelete" });
    expect(decide(60, [], [blocked({ code: "StuckTerminating" })], stuck)).toMatchObject({ kind: "act" });
  });

  it("do nothing by default", () => {
    expect(decide(1e6, [], [blocked()], [])).toEqual({ kind: "wait", nextCheckAt: null });
  });

  it("come to an end: when each is begun as decided, there is none left to begin", () => {
    const kinds = fc.constantFrom("wait", "scaleUpOwner", "restartOwner", "askToDelete");
    const pods = fc.uniqueArray(fc.integer({ min: 0, max: 5 }), { maxLength: 5 });
    fc.assert(
      fc.property(fc.array(kinds, { maxLength: 5 }), pods, (list, numbers) => {
        const all = numbers.map((number) => blocked({ pod: `shop/cart-${number}` }));
        const begun: BegunRemedy[] = [];
        for (let round = 0; round <= list.length; round += 1) {
          const decision = decide(1e5, begun, all, remedies(...list.map((kind) => ({ do: kind }))));
          if (decision.kind !== "act") return;
          begun.push(...decision.steps.map((step) => ({ do: step.do, target: step.target })));
        }
        expect(new Set(begun.map((one) => `${one.do} ${one.target}`)).size).toBe(begun.length);
        expect(decide(1e5, begun, all, remedies(...list.map((kind) => ({ do: kind })))).kind).toBe("wait");
      }),
    );
  });
});
