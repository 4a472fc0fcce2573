import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { beginWatch, fluxProblems, type HealthLook, type HealthProblem, healthProblems, lookAgain } from "./health.ts";
import type { FluxObject } from "./preflight/readings.ts";
import type { NodeFacts, WorkloadFacts } from "./proof.ts";

const node = (name: string, ready: boolean): NodeFacts => {
  return { name, image: "i", kubeletVersion: "v1.33.5", ready, unschedulable: !ready };
};
const workload = (name: string, ready: number, desired: number): WorkloadFacts => {
  return { kind: "Deployment", namespace: "shop", name, ready, desired };
};

describe("the health of a cluster", () => {
  it("is good where nodes are Ready and workloads have the pods they ask for, also none and more", () => {
    const nodes = [node("n1", true), { ...node("n2", true), unschedulable: true }];
    expect(healthProblems("dev-weu", nodes, [workload("a", 3, 3), workload("b", 0, 0), workload("c", 4, 3)])).toEqual(
      [],
    );
  });

  it("names every node that is not Ready and every workload that lacks pods", () => {
    const nodes = [node("n1", true), node("n2", false)];
    expect(healthProblems("dev-weu", nodes, [workload("cart", 2, 3)])).toEqual([
      { cluster: "dev-weu", code: "NodeNotReady", subject: "n2", message: "node n2 of dev-weu is not Ready" },
      {
        cluster: "dev-weu",
        code: "WorkloadNotReady",
        subject: "Deployment/shop/cart",
        message: "Deployment/shop/cart of dev-weu has 2 of 3 pods ready",
      },
    ]);
  });
});

describe("Flux in the health of a cluster", () => {
  const flux = (change: Partial<FluxObject>): FluxObject => ({
    ...{ kind: "Kustomization", namespace: "flux-system", name: "apps", why: "HealthCheckFailed: no" },
    ...{ isReady: true, isStalled: false, isSuspended: false },
    ...change,
  });

  it.each([
    ["nothing of what is Ready", {}, []],
    ["what is not Ready", { isReady: false }, ["FluxNotReady"]],
    ["what is stalled, whatever its Ready says", { isStalled: true }, ["FluxNotReady"]],
    ["what is suspended, whether it is Ready or not", { isSuspended: true, isReady: false }, ["FluxSuspended"]],
  ])("names %s", (_rule, change, codes) => {
    expect(fluxProblems("dev-weu", [flux(change)]).map(({ code }) => code)).toEqual(codes);
  });

  it("only tells what is suspended, and says why what is not Ready is not", () => {
    expect(fluxProblems("dev-weu", [flux({ isSuspended: true })])).toMatchObject([{ isOnlyTold: true }]);
    expect(fluxProblems("dev-weu", [flux({ isReady: false })])[0]?.message).toBe(
      "Kustomization/flux-system/apps of dev-weu is not Ready: HealthCheckFailed: no",
    );
  });
});

describe("what became worse in a soak and stays so", () => {
  const problem = (subject: string, change: Partial<HealthProblem> = {}): HealthProblem => {
    return { cluster: "dev-weu", code: "WorkloadNotReady", subject, message: subject, ...change };
  };
  const a = problem("a");
  const b = problem("b");
  const MINUTE = 60_000;

  /** Looks at the end of each minute, from one; answers the last look. */
  function looks(before: HealthProblem[], each: HealthProblem[][]): HealthLook {
    let look: HealthLook = { watch: beginWatch(before), lasting: [], pending: [], told: [] };
    for (const [minute, now] of each.entries()) look = lookAgain(look.watch, now, (minute + 1) * MINUTE);
    return look;
  }
  const subjects = (problems: readonly HealthProblem[]) => problems.map(({ subject }) => subject);

  it.each([
    ["what two looks running found", [], [[a], [a]], ["a"], []],
    ["not what was there before", [a], [[a], [a]], [], []],
    ["not what one look alone found", [], [[], [a]], [], ["a"]],
    ["not what is over", [], [[a], []], [], []],
    ["not what came back after it was over", [], [[a], [], [a]], [], ["a"]],
    ["not one thing first and another then", [], [[a], [b]], [], ["b"]],
    ["the same, whatever its message says", [], [[a], [problem("a", { message: "1 of 3" })]], ["a"], []],
    ["not the same subject of another cluster", [], [[a], [problem("a", { cluster: "dev-neu" })]], [], ["a"]],
    ["not the same subject with another code", [], [[a], [problem("a", { code: "HealthUnknown" })]], [], ["a"]],
  ])("is %s", (_rule, before, each, lasting, pending) => {
    const look = looks(before, each);
    expect({ lasting: subjects(look.lasting), pending: subjects(look.pending) }).toEqual({ lasting, pending });
  });

  it("is only what was there for as long as it says", () => {
    const slow = problem("slow", { code: "SloBroken", forMinutes: 3 });
    expect(subjects(looks([], [[slow], [slow], [slow]]).lasting)).toEqual([]);
    expect(subjects(looks([], [[slow], [slow], [slow], [slow]]).lasting)).toEqual(["slow"]);
    expect(subjects(looks([], [[slow], [slow], [], [slow]]).lasting)).toEqual([]);
  });

  it("is told apart from what somebody only has to know", () => {
    const told = problem("told", { code: "SloUnknown", isOnlyTold: true });
    const look = looks([], [[told], [told]]);
    expect([look.lasting, look.pending, subjects(look.told)]).toEqual([[], [], ["told"]]);
  });

  it("is found in both looks and not before, always", () => {
    const some = fc.uniqueArray(
      fc.constantFrom("a", "b", "c", "d").map((subject) => problem(subject)),
      {
        selector: ({ subject }) => subject,
      },
    );
    fc.assert(
      fc.property(some, some, some, (before, first, now) => {
        const has = (list: HealthProblem[], subject: string) => list.some((one) => one.subject === subject);
        const expected = ["a", "b", "c", "d"].filter((one) => !has(before, one) && has(first, one) && has(now, one));
        expect(subjects(looks(before, [first, now]).lasting).toSorted()).toEqual(expected);
      }),
    );
  });
});
