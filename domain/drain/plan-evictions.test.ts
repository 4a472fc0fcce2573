import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { BudgetFacts, PodFacts } from "./facts.ts";
import { type EvictionContext, planEvictions } from "./plan-evictions.ts";

const NOW_MS = Date.parse("2026-03-01T12:00:00Z");

function pod(name: string, change: Partial<PodFacts> = {}): PodFacts {
  return {
    namespace: "shop",
    name,
    uid: name,
    nodeName: "n1",
    phase: "Running",
    ready: true,
    deletionAt: null,
    labels: { app: "cart" },
    owner: { kind: "Deployment", name: "cart" },
    isMirror: false,
    hasEmptyDir: false,
    graceSeconds: 30,
    nodeSelector: {},
    ...change,
  };
}

function budget(allowed: number, change: Partial<BudgetFacts> = {}): BudgetFacts {
  return {
    namespace: "shop",
    name: "cart",
    resourceVersion: "1",
    selector: { matchLabels: { app: "cart" }, matchExpressions: [] },
    minAvailable: null,
    maxUnavailable: 1,
    unhealthyPodEvictionPolicy: "IfHealthyBudget",
    disruptionsAllowed: allowed,
    currentHealthy: 3,
    desiredHealthy: 2,
    expectedPods: 3,
    isCurrent: true,
    ...change,
  };
}

const context: EvictionContext = {
  policy: { timeoutMinutes: 30, barePods: "block", emptyDir: "block" },
  nowMs: NOW_MS,
  spent: new Map(),
  refused: new Map(),
};

function decide(pods: PodFacts[], budgets: BudgetFacts[], change: Partial<EvictionContext> = {}) {
  const plan = planEvictions(pods, budgets, { ...context, ...change });
  return {
    evict: plan.evict.map((item) => item.name),
    held: plan.blockers.map((item) => `${item.pod} ${item.code}`),
    left: plan.left,
  };
}

describe("evictions", () => {
  it.each([
    ["an unguarded pod goes", [pod("a")], [], { evict: ["a"], held: [], left: 1 }],
    [
      "a guarded pod goes while its budget allows",
      [pod("a"), pod("b")],
      [budget(1)],
      { evict: ["a"], held: ["shop/b PodDisruptionBudgetBlocks"], left: 2 },
    ],
    [
      "nothing goes past a budget of none",
      [pod("a")],
      [budget(0)],
      { evict: [], held: ["shop/a PodDisruptionBudgetBlocks"], left: 1 },
    ],
    [
      "a status that is not current allows nothing",
      [pod("a")],
      [budget(5, { isCurrent: false })],
      { evict: [], held: ["shop/a PodDisruptionBudgetBlocks"], left: 1 },
    ],
    [
      "two budgets stop a pod",
      [pod("a")],
      [budget(1), budget(1, { name: "other" })],
      { evict: [], held: ["shop/a TwoBudgets"], left: 1 },
    ],
    [
      "a budget of another namespace does not matter",
      [pod("a")],
      [budget(0, { namespace: "bank" })],
      { evict: ["a"], held: [], left: 1 },
    ],
    [
      "a budget without selector guards nothing",
      [pod("a")],
      [budget(0, { selector: null })],
      { evict: ["a"], held: [], left: 1 },
    ],
    [
      "an empty selector guards everything",
      [pod("a")],
      [budget(0, { selector: { matchLabels: {}, matchExpressions: [] } })],
      { evict: [], held: ["shop/a PodDisruptionBudgetBlocks"], left: 1 },
    ],
    [
      "DaemonSet, mirror and finished pods are left",
      [
        pod("d", { owner: { kind: "DaemonSet", name: "d" } }),
        pod("m", { isMirror: true }),
        pod("j", { phase: "Succeeded", owner: null }),
      ],
      [],
      { evict: [], held: [], left: 0 },
    ],
    [
      "a bare pod needs consent",
      [pod("bare", { owner: null })],
      [],
      { evict: [], held: ["shop/bare BarePod"], left: 1 },
    ],
    [
      "emptyDir data needs consent",
      [pod("tmp", { hasEmptyDir: true })],
      [],
      { evict: [], held: ["shop/tmp EmptyDirData"], left: 1 },
    ],
    [
      "a terminating pod is waited for",
      [pod("a", { deletionAt: "2026-03-01T12:00:20Z" })],
      [],
      { evict: [], held: ["shop/a Terminating"], left: 1 },
    ],
    [
      "an unready pod goes when its budget is healthy",
      [pod("a", { ready: false })],
      [budget(0, { currentHealthy: 2 })],
      { evict: ["a"], held: [], left: 1 },
    ],
    [
      "an unready pod stays when its budget is not healthy",
      [pod("a", { ready: false })],
      [budget(0, { currentHealthy: 1 })],
      { evict: [], held: ["shop/a PodDisruptionBudgetBlocks"], left: 1 },
    ],
    [
      "AlwaysAllow lets unready pods go",
      [pod("a", { ready: false })],
      [budget(0, { currentHealthy: 0, unhealthyPodEvictionPolicy: "AlwaysAllow" })],
      { evict: ["a"], held: [], left: 1 },
    ],
  ])("%s", (_rule, pods, budgets, expected) => {
    expect(decide(pods, budgets)).toEqual(expected);
  });

  it("takes off what was granted and is not accounted for yet", () => {
    expect(decide([pod("a"), pod("b")], [budget(1)], { spent: new Map([["shop/cart", 1]]) }).evict).toEqual([]);
  });

  it("does not ask again for what was refused, and says what the API server said", () => {
    const refused = new Map([["shop/a", { code: "EvictionRefused" as const, message: "internal error" }]]);
    expect(decide([pod("a")], [], { refused }).held).toEqual(["shop/a EvictionRefused"]);
  });

  it("says for people how a budget stands, and when waiting is no use", () => {
    const plan = planEvictions(
      [pod("a")],
      [budget(0, { maxUnavailable: 0, currentHealthy: 3, desiredHealthy: 3 })],
      context,
    );
    expect(plan.blockers[0]).toEqual({
      pod: "shop/a",
      owner: "Deployment/cart",
      code: "PodDisruptionBudgetBlocks",
      message: "PDB shop/cart allows 0 disruptions (3 of 3 healthy, 3 needed)",
      permanent: true,
    });
  });

  it("never evicts more ready pods of a budget than it allows less what is spent", () => {
    const pods = fc.array(fc.record({ name: fc.stringMatching(/^[a-z]{1,4}$/), ready: fc.boolean() }), {
      maxLength: 12,
    });
    fc.assert(
      fc.property(pods, fc.integer({ min: 0, max: 5 }), fc.integer({ min: 0, max: 5 }), (specs, allowed, spent) => {
        const unique = [...new Map(specs.map((spec) => [spec.name, pod(spec.name, { ready: spec.ready })])).values()];
        const plan = planEvictions(unique, [budget(allowed)], { ...context, spent: new Map([["shop/cart", spent]]) });
        const ready = plan.evict.filter((item) => item.ready).length;
        expect(ready).toBeLessThanOrEqual(Math.max(0, allowed - spent));
        expect(plan.evict.length + plan.blockers.length).toBe(plan.left);
      }),
    );
  });
});
