import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ClusterFacts } from "../cluster-facts.ts";
import type { ClusterPlan } from "../upgrade-plan.ts";
import { PREFLIGHT_RULES, preflight } from "./preflight.ts";
import { DEFAULT_PREFLIGHT_POLICY } from "./preflight-policy.ts";
import type { PreflightFacts } from "./preflight-rule.ts";
import type { PreflightPod, ReadingName } from "./readings.ts";
import {
  sampleBudget as budget,
  sampleCluster as cluster,
  samplePlan as plan,
  samplePod as pod,
  type SampleChange,
  sampleFacts,
  samplePool,
  sampleScheduling,
} from "./sample-facts.ts";

function found(change: SampleChange, unread: readonly ReadingName[] = []): string[] {
  return preflight(sampleFacts(change, unread)).findings.map(
    ({ severity, code, subject }) => `${severity} ${code} ${subject}`,
  );
}

function withPolicy(change: Partial<ClusterPlan["drain"]>): ClusterPlan {
  return { ...plan, drain: { ...plan.drain, ...change } };
}

function withStates(shop: string, other: string): ClusterFacts {
  const states = { sys: "Succeeded", shop, other };
  return {
    ...cluster,
    pools: Object.entries(states).map(([name, provisioningState]) => samplePool(name, { provisioningState })),
  };
}

/** A budget that wants each of its three pods. */
const ALL_THREE = { maxUnavailable: null, minAvailable: 3, desiredHealthy: 3 };
const scaling = withPolicy({
  remedies: [{ when: ["PodDisruptionBudgetBlocks"], do: "scaleUpOwner", afterMinutes: 5 }],
});
const daemon = { owner: { kind: "DaemonSet", name: "agent" } };
/** Two pods, so that none is the only one of its workload. */
const two = (change: Partial<PreflightPod>) => [pod("a", change), pod("b")];

describe("preflight", () => {
  it("finds nothing where all is well, and can tell so", () => {
    expect(preflight(sampleFacts())).toEqual({ findings: [], cannotTell: [] });
  });

  it.each<[string, SampleChange, string[]]>([
    [
      "a cluster that is being changed",
      { cluster: { ...cluster, provisioningState: "Updating" } },
      ["blocker OperationInProgress dev-weu"],
    ],
    [
      "a cluster whose last change failed",
      { cluster: { ...cluster, provisioningState: "Failed" } },
      ["blocker ClusterNotReady dev-weu"],
    ],
    ["a stopped cluster", { cluster: { ...cluster, powerState: "Stopped" } }, ["blocker ClusterStopped dev-weu"]],
    [
      "a pool that is being changed",
      { cluster: withStates("Scaling", "Succeeded") },
      ["blocker OperationInProgress dev-weu/shop"],
    ],
    [
      "a pool outside of the plan that is being changed: AKS does one thing at a time",
      { cluster: withStates("Succeeded", "Deleting") },
      ["blocker OperationInProgress dev-weu/other"],
    ],
    [
      "a pool whose last change failed",
      { cluster: withStates("Failed", "Succeeded") },
      ["blocker PoolNotReady dev-weu/shop"],
    ],
    [
      "a stopped pool beside a running one",
      { cluster: { ...cluster, pools: [samplePool("sys"), samplePool("shop", { powerState: "Stopped" })] } },
      ["warning PoolStopped dev-weu/shop"],
    ],
    [
      "a plan of nothing but stopped pools",
      { cluster: { ...cluster, pools: ["sys", "shop"].map((name) => samplePool(name, { powerState: "Stopped" })) } },
      ["blocker PoolStopped dev-weu/sys", "blocker PoolStopped dev-weu/shop"],
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
      "a budget that wants all its pods, where the policy scales their owner up for the drain",
      { budgets: [budget("cart", ALL_THREE)], plan: scaling },
      ["warning BudgetNeverAllows shop/cart"],
    ],
    [
      "a budget that wants 60% of one pod, where the policy scales its owner up",
      {
        budgets: [budget("cart", { ...ALL_THREE, minAvailable: "60%", desiredHealthy: 1, expectedPods: 1 })],
        plan: scaling,
      },
      ["blocker BudgetNeverAllows shop/cart"],
    ],
    [
      "a budget with maxUnavailable 0, at which one replica more changes nothing",
      { budgets: [budget("cart", { maxUnavailable: 0 })], plan: scaling },
      ["blocker BudgetNeverAllows shop/cart"],
    ],
    [
      "a budget whose pods have an owner that cannot be scaled",
      {
        budgets: [budget("cart", ALL_THREE)],
        pods: ["a", "b"].map((name) => pod(name, { owner: { kind: "Job", name: "cart" } })),
        plan: scaling,
      },
      ["blocker BudgetNeverAllows shop/cart"],
    ],
    [
      "a budget that allows none just now",
      { budgets: [budget("cart", { disruptionsAllowed: 0, currentHealthy: 2 })] },
      ["warning BudgetAllowsNoneNow shop/cart"],
    ],
    [
      "pods that two budgets guard",
      { budgets: [budget("cart"), budget("all", { selector: { matchLabels: {}, matchExpressions: [] } })] },
      ["blocker TwoBudgets shop/a", "blocker TwoBudgets shop/b"],
    ],
    [
      "a pod that selects its pool by name",
      { pods: two({ nodeSelector: { agentpool: "shop" } }) },
      ["blocker PinnedToPool shop/a"],
    ],
    [
      "a pod that selects its pool by the newer label",
      { pods: two({ nodeSelector: { "kubernetes.azure.com/agentpool": "shop" } }) },
      ["blocker PinnedToPool shop/a"],
    ],
    ["a pod without a controller", { pods: [pod("a", { owner: null })] }, ["blocker BarePods shop/a"]],
    ["a pod with emptyDir data", { pods: two({ hasEmptyDir: true }) }, ["blocker EmptyDirData shop/a"]],
    [
      "a pod with a folder of its node",
      { pods: two({ scheduling: sampleScheduling({ hostPaths: ["/data"] }) }) },
      ["warning HostPathData shop/a"],
    ],
    ["a workload of one pod", { pods: [pod("a")] }, ["info SingleReplica shop/cart"]],
    [
      "a pod that may take longer to stop than a drain may take",
      { pods: two({ graceSeconds: 1800 }) },
      ["warning GracePeriodBeyondTimeout shop/a"],
    ],
  ])("finds %s", (_what, change, expected) => {
    expect(found(change)).toEqual(expected);
  });

  it.each<[string, SampleChange]>([
    ["the failure of a pool that is not in the plan", { cluster: withStates("Succeeded", "Failed") }],
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
    [
      "such a budget over pods of another pool",
      { pods: [pod("a", { pool: "other" })], budgets: [budget("cart", { maxUnavailable: 0 })] },
    ],
    ["a DaemonSet pod under two budgets", { pods: [pod("a", daemon)], budgets: [budget("x"), budget("y")] }],
    [
      "a budget without room over pods that never started",
      {
        pods: [pod("a", { phase: "Pending", ready: false }), pod("b", { phase: "Pending", ready: false })],
        budgets: [budget("cart", { disruptionsAllowed: 0 })],
      },
    ],
    ["a finished pod without a controller", { pods: [pod("a", { owner: null, phase: "Succeeded" })] }],
    ["a mirror pod", { pods: [pod("a", { owner: null, isMirror: true, hasEmptyDir: true })] }],
    [
      "a pod that selects a pool that is not replaced",
      {
        pods: [pod("a", { pool: "sys", nodeName: "sys-0", nodeSelector: { agentpool: "sys" } }), pod("b")],
        budgets: [],
      },
    ],
    ["a pod that selects a label of its owner", { pods: two({ nodeSelector: { disk: "shop" } }) }],
    ["a single pod of a Job", { pods: [pod("a", { owner: { kind: "Job", name: "migrate" } })] }],
    [
      "bare pods where the policy consents",
      { plan: withPolicy({ barePods: "delete" }), pods: [pod("a", { owner: null })] },
    ],
    [
      "emptyDir data where the policy consents",
      { plan: withPolicy({ emptyDir: "delete" }), pods: two({ hasEmptyDir: true }) },
    ],
    ["a grace period just within the timeout", { pods: two({ graceSeconds: 1799 }) }],
  ])("does not mind %s", (_what, change) => {
    expect(found({ budgets: [budget("cart")], ...change }).filter((line) => !line.includes("PodFitsNowhere"))).toEqual(
      [],
    );
  });

  it("names everything at once, the gravest first, each with evidence and a remedy", () => {
    const { findings } = preflight(
      sampleFacts({
        cluster: { ...withStates("Failed", "Succeeded"), provisioningState: "Updating" },
        pods: [pod("slow", { graceSeconds: 3600 }), pod("other"), pod("bare", { owner: null })],
      }),
    );
    expect(findings.map(({ code }) => code)).toEqual([
      "OperationInProgress",
      "PoolNotReady",
      "BarePods",
      "GracePeriodBeyondTimeout",
    ]);
    for (const { evidence, remedy, message, cluster: where } of findings) {
      expect([evidence.length > 0, remedy !== "", message !== "", where]).toEqual([true, true, true, "dev-weu"]);
    }
  });

  it("shows the arithmetic of a budget that can never allow a disruption, and whom it guards", () => {
    const { findings } = preflight(
      sampleFacts({
        budgets: [budget("cart", { maxUnavailable: null, minAvailable: 3, desiredHealthy: 3, disruptionsAllowed: 0 })],
      }),
    );
    expect(findings[0]).toMatchObject({
      message: "PDB shop/cart can never allow a disruption (minAvailable 3, 3 pods)",
      evidence: [
        "PDB shop/cart allows 0 disruptions (3 of 3 healthy, 3 needed)",
        "pod shop/a on node shop-0",
        "pod shop/b on node shop-1",
      ],
    });
  });

  it("never blocks a drain that has nothing to move", () => {
    const leftAlone = fc.constantFrom<Partial<PreflightPod>>(
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

describe("the rules", () => {
  it("have codes of their own, each saying what it makes sure of and what to do", () => {
    const codes = PREFLIGHT_RULES.map(({ code }) => code);
    expect(new Set(codes).size).toBe(codes.length);
    for (const { code, sentence, remedy } of PREFLIGHT_RULES) {
      expect(code).toMatch(/^([A-Z][a-z]+)+$/);
      expect(sentence).toMatch(/\.$/);
      expect(remedy).toMatch(/\.$/);
    }
  });

  const strict: Partial<PreflightFacts> = {
    targetVersion: "1.34.2",
    policy: { ...DEFAULT_PREFLIGHT_POLICY, backup: { policy: "block", maxAgeHours: 24, provenWithinDays: 35 } },
    settings: { ...sampleFacts().settings, upgradeChannel: "patch" },
  };
  it.each(PREFLIGHT_RULES.filter(({ needs }) => needs.length > 0).map(({ code, needs }) => ({ code, needs })))(
    "$code cannot tell, instead of passing, when something that it needs could not be read",
    ({ code, needs }) => {
      for (const name of needs) {
        const { cannotTell } = preflight(sampleFacts(strict, [name]));
        expect(cannotTell).toContainEqual({ code, subject: "dev-weu", why: `the ${name} could not be read` });
      }
    },
  );

  it("need nothing that they would not look at", () => {
    const unread: ReadingName[] = ["deprecatedRequests", "deprecatedManifests", "maintenance", "backup"];
    expect(preflight(sampleFacts({}, unread)).cannotTell).toEqual([]);
  });

  it.each([
    ["ignore", []],
    ["info", ["info BarePods shop/a"]],
    ["warning", ["warning BarePods shop/a"]],
    ["blocker", ["blocker BarePods shop/a"]],
  ] as const)("mean what the ring wants: %s", (severity, expected) => {
    const policy = { ...DEFAULT_PREFLIGHT_POLICY, severities: { BarePods: severity } };
    expect(found({ policy, pods: [pod("a", { owner: null })] })).toEqual(expected);
  });

  it("that the ring ignores are not asked, so nothing need be read for them", () => {
    const severities = { VcpuQuotaShort: "ignore" } as const;
    const facts = sampleFacts({ policy: { ...DEFAULT_PREFLIGHT_POLICY, severities } }, ["computeUsages"]);
    expect(preflight(facts)).toEqual({ findings: [], cannotTell: [] });
  });
});
