import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type HealthProblem, healthProblems, lastingProblems } from "./health.ts";
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

describe("what became worse in a soak and stays so", () => {
  const problem = (subject: string, change: Partial<HealthProblem> = {}): HealthProblem => {
    return { cluster: "dev-weu", code: "WorkloadNotReady", subject, message: subject, ...change };
  };
  const a = problem("a");
  const b = problem("b");

  it.each([
    ["what two looks running found", [], [a], [a], ["a"]],
    ["not what was there at the start", [a], [a], [a], []],
    ["not what one look alone found", [], [], [a], []],
    ["not what is over", [], [a], [], []],
    ["not one thing first and another then", [], [a], [b], []],
    ["the same, whatever its message says", [], [a], [problem("a", { message: "1 of 3" })], ["a"]],
    ["not the same subject of another cluster", [], [a], [problem("a", { cluster: "dev-neu" })], []],
    ["not the same subject with another code", [], [a], [problem("a", { code: "HealthUnknown" })], []],
  ])("is %s", (_rule, atStart, before, now, expected) => {
    expect(lastingProblems(atStart, before, now).map(({ subject }) => subject)).toEqual(expected);
  });

  it("is found in both looks and not at the start, always", () => {
    const some = fc.uniqueArray(
      fc.constantFrom("a", "b", "c", "d").map((subject) => problem(subject)),
      {
        selector: ({ subject }) => subject,
      },
    );
    fc.assert(
      fc.property(some, some, some, (atStart, before, now) => {
        const has = (list: HealthProblem[], subject: string) => list.some((one) => one.subject === subject);
        const expected = ["a", "b", "c", "d"].filter((one) => !has(atStart, one) && has(before, one) && has(now, one));
        const found = lastingProblems(atStart, before, now).map(({ subject }) => subject);
        expect(found.toSorted()).toEqual(expected);
      }),
    );
  });
});
