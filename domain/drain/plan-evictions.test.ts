import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { classifyPod } from "./classify.ts";
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
    terminatingSince: null,
    finalizers: [],
    holdUntil: null,
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
    disruptedPods: [],
    isCurrent: true,
    ...change,
  };
}

const context: EvictionContext = {
  judge: (item) => classifyPod(item, { barePods: "block", emptyDir: "block" }),
  nowMs: NOW_MS,
  spent: new Map(),
  closed: new Map(),
  refused: new Map(),
  asked: new Set(),
};

function decide(pods: PodFacts[], budgets: BudgetFacts[], change: Partial<EvictionContext> = {}) {
  const plan = planEvictions(pods, budgets, { ...context, ...change });
  return {
    evict: plan.evict.map((item) => item.pod.name),
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
    const refused = new Map([["a", { code: "EvictionRefused" as const, message: "internal error", permanent: false }]]);
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
      node: "n1",
      owner: "Deployment/cart",
      code: "PodDisruptionBudgetBlocks",
      message: "PDB shop/cart allows 0 disruptions (3 of 3 healthy, 3 needed)",
      budgets: [{ name: "shop/cart", allowed: 0, healthy: 3, needed: 3, expected: 3 }],
      permanent: true,
    });
  });

  it("leaves a closed budget alone, but not the pods that need none of it", () => {
    const closed = new Map([["shop/cart", "needs 2 and has 2"]]);
    const pods = [pod("a"), pod("b", { phase: "Pending", ready: false }), pod("c", { labels: {} })];
    expect(decide(pods, [budget(1)], { closed })).toEqual({
      evict: ["b", "c"],
      held: ["shop/a PodDisruptionBudgetBlocks"],
      left: 3,
    });
  });

  it("does not ask twice for a pod whose eviction is granted and that does not yet end", () => {
    const plan = planEvictions([pod("a")], [], { ...context, asked: new Set(["a"]) });
    expect([plan.evict, plan.blockers, plan.going.map(({ name }) => name), plan.left]).toEqual([[], [], ["a"], 1]);
  });

  it("asks no budget when pods are deleted past them", () => {
    const guards = [budget(0), budget(0, { name: "other" })];
    expect(decide([pod("a")], guards, { ignoresBudgets: true }).evict).toEqual(["a"]);
  });

  it("lets pods of a lower order go first, node by node", () => {
    const judge = ({ name }: PodFacts) => ({ kind: "evict", order: name === "db" ? 1 : 0 }) as const;
    const pods = [pod("web"), pod("db"), pod("db", { uid: "other", nodeName: "n2", namespace: "bank" })];
    expect(decide(pods, [], { judge })).toEqual({
      evict: ["web", "db"],
      held: ["shop/db WaitsForOrder"],
      left: 3,
    });
  });

  it("says until when it holds, and when to look again", () => {
    const until = "2026-03-01T12:30:00Z";
    const judge = () => ({ kind: "hold", code: "OnHold", message: "asks to stay", until }) as const;
    const plan = planEvictions([pod("a")], [], { ...context, judge });
    expect(plan.blockers.map(({ code }) => code)).toEqual(["OnHold"]);
    expect(plan.nextHoldEndMs).toBe(Date.parse(until));
  });

  it("names a pod that is stuck, with its finalizers", () => {
    const stuck = pod("a", { deletionAt: "2026-03-01T11:59:00Z", finalizers: ["example.com/keep"] });
    expect(planEvictions([stuck], [], context).blockers[0]).toMatchObject({
      code: "StuckTerminating",
      message: "terminating, past its grace period, kept by finalizer example.com/keep",
    });
  });

  it("takes the nodes in the order in which they are given, so that one is done after the other", () => {
    const pods = [pod("z"), pod("a", { nodeName: "n2" })];
    expect(decide(pods, [budget(1)]).evict).toEqual(["z"]);
    expect(decide(pods.toReversed(), [budget(1)]).evict).toEqual(["a"]);
  });

  it("never evicts more ready pods of a budget than it allows less what is spent", () => {
    const pods = fc.array(fc.record({ name: fc.stringMatching(/^[a-z]{1,4}$/), ready: fc.boolean() }), {
      maxLength: 12,
    });
    fc.assert(
      fc.property(pods, fc.integer({ min: 0, max: 5 }), fc.integer({ min: 0, max: 5 }), (specs, allowed, spent) => {
        const unique = [...new Map(specs.map((spec) => [spec.name, pod(spec.name, { ready: spec.ready })])).values()];
        const plan = planEvictions(unique, [budget(allowed)], { ...context, spent: new Map([["shop/cart", spent]]) });
        const ready = plan.evict.filter((item) => item.pod.ready).length;
        expect(ready).toBeLessThanOrEqual(Math.max(0, allowed - spent));
        expect(plan.evict.length + plan.blockers.length).toBe(plan.left);
      }),
    );
  });
});
