import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { neverAllows } from "./budget-arithmetic.ts";
import { classifyPod } from "./classify.ts";
import { type BudgetFacts, budgetsOf, type PodFacts, podKey, type SelectorRequirement } from "./facts.ts";

function pod(change: Partial<PodFacts> = {}): PodFacts {
  return {
    namespace: "shop",
    name: "cart-0",
    uid: "1",
    nodeName: "n1",
    phase: "Running",
    ready: true,
    deletionAt: null,
    terminatingSince: null,
    finalizers: [],
    holdUntil: null,
    labels: { app: "cart", tier: "web" },
    owner: { kind: "StatefulSet", name: "cart" },
    isMirror: false,
    hasEmptyDir: false,
    graceSeconds: 30,
    nodeSelector: {},
    ...change,
  };
}

function budget(selector: BudgetFacts["selector"], change: Partial<BudgetFacts> = {}): BudgetFacts {
  return {
    namespace: "shop",
    name: "cart",
    resourceVersion: "1",
    selector,
    minAvailable: null,
    maxUnavailable: 1,
    unhealthyPodEvictionPolicy: "IfHealthyBudget",
    disruptionsAllowed: 1,
    currentHealthy: 3,
    desiredHealthy: 2,
    expectedPods: 3,
    disruptedPods: [],
    isCurrent: true,
    ...change,
  };
}

function guards(matchLabels: Record<string, string>, ...matchExpressions: SelectorRequirement[]): boolean {
  return budgetsOf(pod(), [budget({ matchLabels, matchExpressions })]).length === 1;
}

const needs = (key: string, operator: string, ...values: string[]): SelectorRequirement => ({ key, operator, values });

describe("a budget's selector", () => {
  it.each([
    ["all labels, when all are as it says", guards({ app: "cart", tier: "web" }), true],
    ["all labels, when one is not", guards({ app: "cart", tier: "db" }), false],
    ["everything, when it is empty", guards({}), true],
    ["In, with the value", guards({}, needs("app", "In", "cart", "shop")), true],
    ["In, without the value", guards({}, needs("app", "In", "shop")), false],
    ["In, without the label", guards({}, needs("color", "In", "blue")), false],
    ["NotIn, with the value", guards({}, needs("app", "NotIn", "cart")), false],
    ["NotIn, without the value", guards({}, needs("app", "NotIn", "shop")), true],
    ["NotIn, without the label, as Kubernetes has it", guards({}, needs("color", "NotIn", "blue")), true],
    ["Exists, with the label", guards({}, needs("app", "Exists")), true],
    ["Exists, without the label", guards({}, needs("color", "Exists")), false],
    ["DoesNotExist, with the label", guards({}, needs("app", "DoesNotExist")), false],
    ["DoesNotExist, without the label", guards({}, needs("color", "DoesNotExist")), true],
    ["an operator that nobody knows, to be careful", guards({}, needs("app", "Matches", "c*")), true],
    ["labels and expressions, when one fails", guards({ app: "cart" }, needs("color", "Exists")), false],
  ])("takes %s", (_rule, isGuarded, expected) => {
    expect(isGuarded).toBe(expected);
  });

  it("reaches its own namespace only, and nobody when there is none", () => {
    const everything = { matchLabels: {}, matchExpressions: [] };
    const budgets = [budget(everything, { namespace: "bank" }), budget(null), budget(everything, { name: "all" })];
    expect(budgetsOf(pod(), budgets).map(podKey)).toEqual(["shop/all"]);
  });
});

describe("a budget that can never allow a disruption", () => {
  it.each<[string, Partial<BudgetFacts>, boolean]>([
    ["maxUnavailable 0", { maxUnavailable: 0 }, true],
    ["maxUnavailable 0%", { maxUnavailable: "0%" }, true],
    ["maxUnavailable 1", { maxUnavailable: 1, disruptionsAllowed: 0 }, false],
    ["maxUnavailable 10%, which rounds up", { maxUnavailable: "10%", expectedPods: 1 }, false],
    ["minAvailable 100%", { maxUnavailable: null, minAvailable: "100%", expectedPods: 0 }, true],
    ["minAvailable of all", { maxUnavailable: null, minAvailable: 3, desiredHealthy: 3 }, true],
    ["minAvailable of more than all", { maxUnavailable: null, minAvailable: 5, desiredHealthy: 5 }, true],
    [
      "minAvailable 90% of three, which rounds up to all",
      { maxUnavailable: null, minAvailable: "90%", desiredHealthy: 3 },
      true,
    ],
    ["minAvailable of all but one", { maxUnavailable: null, minAvailable: 2, desiredHealthy: 2 }, false],
    ["minAvailable over no pods", { maxUnavailable: null, minAvailable: 1, desiredHealthy: 1, expectedPods: 0 }, false],
    ["neither", { maxUnavailable: null, minAvailable: null }, false],
  ])("%s: %s", (_rule, change, expected) => {
    expect(neverAllows(budget(null, change))).toBe(expected);
  });
});

describe("what a drain does with a pod", () => {
  const block = { barePods: "block", emptyDir: "block" } as const;
  const consent = { barePods: "delete", emptyDir: "delete" } as const;

  it.each<[string, Partial<PodFacts>, Parameters<typeof classifyPod>[1], string]>([
    ["evicts a controlled pod", {}, block, "evict"],
    ["leaves a finished pod", { phase: "Succeeded", owner: null }, block, "leave finished"],
    ["leaves a failed pod", { phase: "Failed" }, block, "leave finished"],
    ["leaves a mirror pod", { isMirror: true, owner: { kind: "Node", name: "n1" } }, block, "leave mirror"],
    ["leaves a DaemonSet's pod", { owner: { kind: "DaemonSet", name: "agent" } }, block, "leave daemonset"],
    ["stops at a bare pod", { owner: null }, block, "refuse BarePod"],
    ["evicts a bare pod with consent", { owner: null }, consent, "evict"],
    ["stops at emptyDir data", { hasEmptyDir: true }, block, "refuse EmptyDirData"],
    ["evicts emptyDir data with consent", { hasEmptyDir: true }, consent, "evict"],
    ["evicts a pod of unknown phase", { phase: "Unknown" }, block, "evict"],
  ])("%s", (_rule, change, policy, expected) => {
    const verdict = classifyPod(pod(change), policy);
    const detail =
      verdict.kind === "leave" ? ` ${verdict.reason}` : verdict.kind === "refuse" ? ` ${verdict.code}` : "";
    expect(`${verdict.kind}${detail}`).toBe(expected);
  });

  it("never refuses where the policy consents to everything", () => {
    const any = fc.record({
      phase: fc.constantFrom<PodFacts["phase"]>("Pending", "Running", "Succeeded", "Failed", "Unknown"),
      owner: fc.constantFrom(null, { kind: "DaemonSet", name: "d" }, { kind: "Job", name: "j" }),
      isMirror: fc.boolean(),
      hasEmptyDir: fc.boolean(),
    });
    fc.assert(
      fc.property(any, (change) => {
        expect(classifyPod(pod(change), consent).kind).not.toBe("refuse");
      }),
    );
  });
});
