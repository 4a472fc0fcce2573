import { describe, expect, it } from "vitest";
import type { NodeCapacity, SchedulingFacts } from "../../preflight/placement/scheduling-facts.ts";
import type { BudgetFacts } from "../facts.ts";
import { forecastDrain } from "./forecast.ts";
import type { ForecastFacts, ForecastPod } from "./forecast-rule.ts";

const NOW_MS = Date.parse("2026-03-01T12:00:00Z");
const ANYWHERE: SchedulingFacts = {
  requests: {},
  tolerations: [],
  nodeSelector: {},
  nodeTerms: null,
  affinity: [],
  antiAffinity: [],
  spread: [],
  claims: [],
  hostPorts: [],
  hostPaths: [],
};

function pod(name: string, change: Partial<ForecastPod> = {}): ForecastPod {
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
    scheduling: ANYWHERE,
    startSeconds: 4,
    ...change,
  };
}

function budget(change: Partial<BudgetFacts> = {}): BudgetFacts {
  return {
    namespace: "shop",
    name: "cart",
    resourceVersion: "1",
    selector: { matchLabels: { app: "cart" }, matchExpressions: [] },
    minAvailable: null,
    maxUnavailable: 1,
    unhealthyPodEvictionPolicy: "IfHealthyBudget",
    disruptionsAllowed: 1,
    currentHealthy: 4,
    desiredHealthy: 3,
    expectedPods: 4,
    disruptedPods: [],
    isCurrent: true,
    ...change,
  };
}

function node(name: string, change: Partial<NodeCapacity> = {}): NodeCapacity {
  const allocatable = { cpu: 4000, memory: 2 ** 34, pods: 110 };
  return {
    name,
    pool: "apps",
    labels: {},
    taints: [],
    allocatable,
    capacity: allocatable,
    ready: true,
    unschedulable: false,
    kubeletVersion: "v1.33.5",
    ...change,
  };
}

function forecast(change: Partial<ForecastFacts>) {
  const [found] = forecastDrain({
    nodes: ["n1"],
    pods: [],
    capacities: [node("n1"), node("n2")],
    volumes: [],
    budgets: [],
    judge: () => ({ kind: "evict" }),
    objections: new Map(),
    timeoutSeconds: null,
    nowMs: NOW_MS,
    ...change,
  });
  if (!found) throw new Error("there is no forecast");
  return { ...found, codes: found.findings.map(({ code }) => code) };
}

const big = { ...ANYWHERE, requests: { cpu: 3000 } };

describe("the forecast of a drain", () => {
  it.each<[string, Partial<ForecastFacts>, string, string[]]>([
    ["an empty node", {}, "READY", []],
    ["pods that nothing holds", { pods: [pod("a")] }, "READY", []],
    ["a budget that spares one", { pods: [pod("a")], budgets: [budget()] }, "READY", []],
    [
      "a budget that never allows",
      { pods: [pod("a")], budgets: [budget({ maxUnavailable: 0 })] },
      "NOT READY",
      ["BudgetNeverAllows"],
    ],
    [
      "a budget that allows none now",
      { pods: [pod("a")], budgets: [budget({ disruptionsAllowed: 0 })] },
      "CANNOT TELL",
      ["BudgetAllowsNoneNow"],
    ],
    [
      "a budget whose status is old",
      { pods: [pod("a")], budgets: [budget({ isCurrent: false })] },
      "CANNOT TELL",
      ["BudgetAllowsNoneNow"],
    ],
    ["two budgets", { pods: [pod("a")], budgets: [budget(), budget({ name: "all" })] }, "NOT READY", ["TwoBudgets"]],
    [
      "a budget that would block only a pod that has not started",
      { pods: [pod("a", { phase: "Pending", ready: false })], budgets: [budget({ maxUnavailable: 0 })] },
      "READY",
      [],
    ],
    ["budgets that may not be read", { pods: [pod("a")], budgets: null }, "CANNOT TELL", ["BudgetsUnreadable"]],
    [
      "what needs consent",
      {
        pods: [pod("a")],
        objections: new Map([
          ["n1", ["cannot delete Pods with local storage (use --delete-emptydir-data to override): shop/a"]],
        ]),
      },
      "NOT READY",
      ["NeedsConsent"],
    ],
    [
      "a pod that fits nowhere else",
      { pods: [pod("a", { scheduling: { ...ANYWHERE, nodeSelector: { disk: "ssd" } } })] },
      "NOT READY",
      ["PodFitsNowhere"],
    ],
    [
      "pods that ask for more than is free",
      { pods: [pod("a", { scheduling: big }), pod("b", { scheduling: big })] },
      "NOT READY",
      ["CapacityShort"],
    ],
    [
      "a pod of a volume that only this zone reaches",
      {
        pods: [pod("a", { scheduling: { ...ANYWHERE, claims: ["data"] } })],
        capacities: [node("n1", { labels: { zone: "1" } }), node("n2", { labels: { zone: "2" } })],
        volumes: [
          {
            name: "pv",
            claim: "shop/data",
            nodeTerms: [{ labels: [{ key: "zone", operator: "In", values: ["1"] }], fields: [] }],
          },
        ],
      },
      "NOT READY",
      ["PodFitsNowhere"],
    ],
    [
      "volumes that may not be read",
      { pods: [pod("a", { scheduling: { ...ANYWHERE, claims: ["data"] } })], volumes: null },
      "CANNOT TELL",
      ["VolumesUnreadable"],
    ],
    [
      "a pod that is stuck",
      { pods: [pod("a", { deletionAt: "2026-03-01T11:00:00Z", finalizers: ["x.example.com/y"] })] },
      "CANNOT TELL",
      ["StuckTerminating"],
    ],
    ["a long grace period", { pods: [pod("a", { graceSeconds: 900 })] }, "READY", ["LongGracePeriod"]],
    [
      "a grace period that is longer than the drain may take",
      { pods: [pod("a", { graceSeconds: 90 })], timeoutSeconds: 60 },
      "CANNOT TELL",
      ["LongGracePeriod"],
    ],
    [
      "a pod of another node",
      { pods: [pod("a", { nodeName: "n2" })], budgets: [budget({ maxUnavailable: 0 })] },
      "READY",
      [],
    ],
    ["nodes that go together", { nodes: ["n1", "n2"], pods: [pod("a")] }, "NOT READY", ["PodFitsNowhere"]],
  ])("%s", (_what, change, verdict, codes) => {
    const found = forecast(change);
    expect([found.verdict, found.codes]).toEqual([verdict, codes]);
    for (const { remedy, message } of found.findings)
      expect([remedy, message].every((text) => text.length > 10)).toBe(true);
  });

  it("counts the waves that budgets make, and the least time by how fast such pods started before", () => {
    const pods = [pod("a"), pod("b", { startSeconds: 6 }), pod("c"), pod("d", { nodeName: "n2", startSeconds: 3 })];
    expect(forecast({ pods, budgets: [budget()] })).toMatchObject({ pods: 3, waves: 3, leastSeconds: 6 });
    expect(forecast({ pods, budgets: [budget({ desiredHealthy: 2 })] })).toMatchObject({ waves: 2, leastSeconds: 3 });
    expect(forecast({ pods })).toMatchObject({ waves: 1, leastSeconds: 0 });
    expect(forecast({ pods, budgets: [budget({ desiredHealthy: 4 })] })).toMatchObject({
      waves: null,
      leastSeconds: null,
    });
  });

  it("says that the time cannot be told when no such pod has told it", () => {
    const pods = [pod("a", { startSeconds: null }), pod("b", { startSeconds: null })];
    expect(forecast({ pods, budgets: [budget()] })).toMatchObject({ waves: 2, leastSeconds: null });
  });
});
