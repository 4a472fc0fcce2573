import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ClusterFacts, PoolFacts } from "../cluster-facts.ts";
import type { BudgetFacts } from "../drain/facts.ts";
import type { DrainPolicy } from "../fleet-config.ts";
import type { ClusterPlan, PoolPlan } from "../upgrade-plan.ts";
import { PREFLIGHT_RULES, type PreflightFacts, preflight } from "./preflight.ts";

type Pod = PreflightFacts["pods"][number];

const POLICY: DrainPolicy = { timeoutMinutes: 30, barePods: "block", emptyDir: "block" };

function pod(name: string, change: Partial<Pod> = {}): Pod {
  return {
    namespace: "shop",
    name,
    uid: name,
    nodeName: "aks-shop-0",
    pool: "shop",
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

function budget(name: string, change: Partial<BudgetFacts> = {}): BudgetFacts {
  return {
    namespace: "shop",
    name,
    resourceVersion: "1",
    selector: { matchLabels: { app: "cart" }, matchExpressions: [] },
    minAvailable: null,
    maxUnavailable: 1,
    unhealthyPodEvictionPolicy: "IfHealthyBudget",
    disruptionsAllowed: 1,
    currentHealthy: 3,
    desiredHealthy: 2,
    expectedPods: 3,
    isCurrent: true,
    disruptedPods: [],
    ...change,
  };
}

function poolPlan(name: string, strategy: "surge" | "blueGreen"): PoolPlan {
  const policy = { strategy, parallelDrains: 1, soakMinutes: 0 };
  const estimate = { totalMs: 0, pieceMs: 0 };
  const versions = { fromVersion: "1.33.5", toVersion: "1.33.5" };
  return {
    name,
    mode: "User",
    osType: "Linux",
    count: 1,
    fromImage: "old",
    toImage: "new",
    ...versions,
    policy,
    estimate,
  };
}

function poolFacts(name: string, provisioningState = "Succeeded"): PoolFacts {
  return {
    name,
    mode: "User",
    osType: "Linux",
    osSku: "Ubuntu",
    vmSize: "Standard_D4s_v5",
    count: 1,
    kubernetesVersion: "1.33.5",
    nodeImageVersion: "old",
    latestNodeImageVersion: "new",
    provisioningState,
    powerState: "Running",
  };
}

const plan: ClusterPlan = {
  name: "dev-weu",
  resourceId: "/subscriptions/1/resourceGroups/rg/providers/Microsoft.ContainerService/managedClusters/dev-weu",
  controlPlane: null,
  pools: [poolPlan("sys", "surge"), poolPlan("shop", "blueGreen")],
  drain: POLICY,
  skip: null,
  skipCode: null,
};

const cluster: ClusterFacts = {
  name: "dev-weu",
  resourceId: plan.resourceId,
  location: "westeurope",
  kubernetesVersion: "1.33.5",
  upgrades: [],
  provisioningState: "Succeeded",
  powerState: "Running",
  pools: [poolFacts("sys"), poolFacts("shop"), poolFacts("other")],
};

const healthy: PreflightFacts = { plan, cluster, pods: [pod("a"), pod("b")], budgets: [budget("cart")] };

function found(change: Partial<PreflightFacts>): string[] {
  return preflight({ ...healthy, ...change }).map(({ severity, code, subject }) => `${severity} ${code} ${subject}`);
}

function withPolicy(change: Partial<DrainPolicy>): ClusterPlan {
  return { ...plan, drain: { ...POLICY, ...change } };
}

function withStates(shop: string, other: string): ClusterFacts {
  return { ...cluster, pools: [poolFacts("sys"), poolFacts("shop", shop), poolFacts("other", other)] };
}

const daemon = { owner: { kind: "DaemonSet", name: "agent" } };

describe("preflight", () => {
  it("finds nothing where all is well", () => {
    expect(found({})).toEqual([]);
  });

  it.each<[string, Partial<PreflightFacts>, string[]]>([
    [
      "a cluster that is being changed",
      { cluster: { ...cluster, provisioningState: "Updating" } },
      ["blocker ClusterNotReady dev-weu"],
    ],
    [
      "a cluster whose last change failed",
      { cluster: { ...cluster, provisioningState: "Failed" } },
      ["blocker ClusterNotReady dev-weu"],
    ],
    [
      "a pool that is being changed",
      { cluster: withStates("Scaling", "Succeeded") },
      ["blocker PoolNotReady dev-weu/shop"],
    ],
    [
      "a pool whose last change failed",
      { cluster: withStates("Failed", "Succeeded") },
      ["blocker PoolNotReady dev-weu/shop"],
    ],
    [
      "a budget with maxUnavailable 0",
      { budgets: [budget("cart", { maxUnavailable: 0 })] },
      ["blocker BudgetNeverAllows shop/cart"],
    ],
    [
      "a budget with maxUnavailable 0%",
      { budgets: [budget("cart", { maxUnavailable: "0%" })] },
      ["blocker BudgetNeverAllows shop/cart"],
    ],
    [
      "a budget that wants all its pods",
      { budgets: [budget("cart", { maxUnavailable: null, minAvailable: 3, desiredHealthy: 3 })] },
      ["blocker BudgetNeverAllows shop/cart"],
    ],
    [
      "a budget that wants 100% before anything counted its pods",
      { budgets: [budget("cart", { maxUnavailable: null, minAvailable: "100%", expectedPods: 0, desiredHealthy: 0 })] },
      ["blocker BudgetNeverAllows shop/cart"],
    ],
    [
      "pods that two budgets guard",
      { budgets: [budget("cart"), budget("all", { selector: { matchLabels: {}, matchExpressions: [] } })] },
      ["blocker TwoBudgets shop/a", "blocker TwoBudgets shop/b"],
    ],
    [
      "a pod that selects its pool by name",
      { pods: [pod("a", { nodeSelector: { agentpool: "shop" } })] },
      ["blocker PinnedToPool shop/a"],
    ],
    [
      "a pod that selects its pool by the newer label",
      { pods: [pod("a", { nodeSelector: { "kubernetes.azure.com/agentpool": "shop" } })] },
      ["blocker PinnedToPool shop/a"],
    ],
    ["a pod without a controller", { pods: [pod("a", { owner: null })] }, ["blocker BarePods shop/a"]],
    ["a pod with emptyDir data", { pods: [pod("a", { hasEmptyDir: true })] }, ["blocker EmptyDirData shop/a"]],
    [
      "a pod that may take longer to stop than a drain may take",
      { pods: [pod("a", { graceSeconds: 1800 })] },
      ["warning GracePeriodBeyondTimeout shop/a"],
    ],
  ])("finds %s", (_what, change, expected) => {
    expect(found(change)).toEqual(expected);
  });

  it.each<[string, Partial<PreflightFacts>]>([
    ["the state of a pool that is not in the plan", { cluster: withStates("Succeeded", "Failed") }],
    ["a budget that allows none just now", { budgets: [budget("cart", { disruptionsAllowed: 0, currentHealthy: 2 })] }],
    [
      "a budget that can never allow anything and guards no pod here",
      {
        budgets: [budget("db", { maxUnavailable: 0, selector: { matchLabels: { app: "db" }, matchExpressions: [] } })],
      },
    ],
    ["such a budget in another namespace", { budgets: [budget("cart", { namespace: "bank", maxUnavailable: 0 })] }],
    [
      "such a budget over DaemonSet pods",
      { pods: [pod("a", daemon)], budgets: [budget("cart", { maxUnavailable: 0 })] },
    ],
    ["a DaemonSet pod under two budgets", { pods: [pod("a", daemon)], budgets: [budget("x"), budget("y")] }],
    ["a finished pod without a controller", { pods: [pod("a", { owner: null, phase: "Succeeded" })] }],
    ["a mirror pod", { pods: [pod("a", { owner: null, isMirror: true, hasEmptyDir: true })] }],
    [
      "a pod that selects a pool that is not replaced",
      { pods: [pod("a", { pool: "sys", nodeSelector: { agentpool: "sys" } })] },
    ],
    ["a pod that selects a label of its owner", { pods: [pod("a", { nodeSelector: { disk: "shop" } })] }],
    [
      "bare pods where the policy consents",
      { plan: withPolicy({ barePods: "delete" }), pods: [pod("a", { owner: null })] },
    ],
    [
      "emptyDir data where the policy consents",
      { plan: withPolicy({ emptyDir: "delete" }), pods: [pod("a", { hasEmptyDir: true })] },
    ],
    ["a grace period just within the timeout", { pods: [pod("a", { graceSeconds: 1799 })] }],
  ])("does not mind %s", (_what, change) => {
    expect(found(change)).toEqual([]);
  });

  it("names everything at once, the gravest first, each with evidence and a remedy", () => {
    const findings = preflight({
      ...healthy,
      cluster: { ...withStates("Failed", "Succeeded"), provisioningState: "Updating" },
      pods: [pod("slow", { graceSeconds: 3600 }), pod("bare", { owner: null })],
    });
    expect(findings.map(({ code }) => code)).toEqual([
      "ClusterNotReady",
      "PoolNotReady",
      "BarePods",
      "GracePeriodBeyondTimeout",
    ]);
    for (const { evidence, remedy, message, cluster: where } of findings) {
      expect([evidence.length > 0, remedy !== "", message !== "", where]).toEqual([true, true, true, "dev-weu"]);
    }
  });

  it("shows the arithmetic of a budget that can never allow a disruption, and whom it guards", () => {
    const [finding] = preflight({
      ...healthy,
      budgets: [budget("cart", { maxUnavailable: null, minAvailable: 3, desiredHealthy: 3, disruptionsAllowed: 0 })],
    });
    expect(finding).toMatchObject({
      message: "PDB shop/cart can never allow a disruption (minAvailable 3, 3 pods)",
      evidence: [
        "PDB shop/cart allows 0 disruptions (3 of 3 healthy, 3 needed)",
        "pod shop/a on node aks-shop-0",
        "pod shop/b on node aks-shop-0",
      ],
    });
  });

  it("has rules with codes of their own, each saying what it makes sure of and what to do", () => {
    const codes = PREFLIGHT_RULES.map(({ code }) => code);
    expect(new Set(codes).size).toBe(codes.length);
    for (const { code, sentence, remedy } of PREFLIGHT_RULES) {
      expect(code).toMatch(/^([A-Z][a-z]+)+$/);
      expect(sentence).toMatch(/\.$/);
      expect(remedy).toMatch(/\.$/);
    }
  });

  it("never blocks a drain that has nothing to move", () => {
    const leftAlone = fc.constantFrom<Partial<Pod>>(
      daemon,
      { isMirror: true },
      { phase: "Succeeded" },
      { phase: "Failed" },
    );
    const risky = fc.record({
      hasEmptyDir: fc.boolean(),
      graceSeconds: fc.nat(9999),
      nodeSelector: fc.constantFrom({}, { agentpool: "shop" }),
    });
    fc.assert(
      fc.property(fc.array(fc.tuple(leftAlone, risky)), fc.constantFrom(0, 1, "0%"), (specs, maxUnavailable) => {
        const pods = specs.map(([why, risks], index) => pod(`p${index}`, { ...risks, ...why }));
        expect(found({ pods, budgets: [budget("x", { maxUnavailable }), budget("y")] })).toEqual([]);
      }),
    );
  });
});
