import type { V1Deployment, V1Node, V1NodeSelectorTerm, V1Pod, V1PodDisruptionBudget } from "@kubernetes/client-node";
import { describe, expect, it } from "vitest";
import { budgetFacts, nodeFacts, podFacts, workloadFacts } from "./facts.ts";

const controller = { apiVersion: "apps/v1", uid: "1", controller: true };

function pod(change: Partial<V1Pod>): V1Pod {
  return { metadata: { namespace: "shop", name: "cart-6f9c-x", uid: "u1" }, spec: { containers: [] }, ...change };
}

function ownedBy(kind: string, name: string, labels: Record<string, string> = {}, isController = true) {
  const ownerReferences = [{ ...controller, kind, name, controller: isController }];
  return podFacts(pod({ metadata: { ownerReferences, labels } })).owner;
}

function selectorFrom(terms: V1NodeSelectorTerm[], nodeSelector?: Record<string, string>) {
  const required = { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: terms } };
  const spec = { containers: [], affinity: { nodeAffinity: required }, ...(nodeSelector ? { nodeSelector } : {}) };
  return podFacts(pod({ spec })).nodeSelector;
}

const isIn = (key: string, ...values: string[]) => ({ key, operator: "In", values });

describe("what a drain needs of a pod", () => {
  it("is all there for a pod as the API server sends it", () => {
    const facts = podFacts({
      metadata: {
        namespace: "shop",
        name: "cart-6f9c-x",
        uid: "u1",
        labels: { app: "cart", "pod-template-hash": "6f9c" },
        ownerReferences: [{ ...controller, kind: "ReplicaSet", name: "cart-6f9c" }],
        deletionTimestamp: new Date("2026-03-01T12:00:30Z"),
        deletionGracePeriodSeconds: 90,
        finalizers: ["shop.example.com/ledger"],
        annotations: { "drydock.dev/hold-until": "2026-03-01T13:00:00Z" },
      },
      spec: {
        nodeName: "aks-shop-0",
        terminationGracePeriodSeconds: 90,
        nodeSelector: { disk: "ssd" },
        volumes: [{ name: "tmp", emptyDir: {} }],
      },
      status: { phase: "Running", conditions: [{ type: "Ready", status: "True" }] },
    });
    expect(facts).toEqual({
      namespace: "shop",
      name: "cart-6f9c-x",
      uid: "u1",
      nodeName: "aks-shop-0",
      phase: "Running",
      ready: true,
      deletionAt: "2026-03-01T12:00:30.000Z",
      terminatingSince: "2026-03-01T11:59:00.000Z",
      finalizers: ["shop.example.com/ledger"],
      holdUntil: "2026-03-01T13:00:00Z",
      labels: { app: "cart", "pod-template-hash": "6f9c" },
      owner: { kind: "Deployment", name: "cart" },
      isMirror: false,
      hasEmptyDir: true,
      graceSeconds: 90,
      nodeSelector: { disk: "ssd" },
    });
  });

  it("is careful about what is missing: not ready, nobody's, of unknown phase, 30 s to stop", () => {
    expect(podFacts(pod({}))).toMatchObject({
      ready: false,
      owner: null,
      phase: "Unknown",
      graceSeconds: 30,
      deletionAt: null,
      terminatingSince: null,
      finalizers: [],
      holdUntil: null,
      isMirror: false,
      hasEmptyDir: false,
      nodeSelector: {},
    });
  });

  it.each([
    ["Pending", "Pending"],
    ["Succeeded", "Succeeded"],
    ["Failed", "Failed"],
    ["Unknown", "Unknown"],
    ["Terminated", "Unknown"],
  ])("takes phase %s for %s", (phase, expected) => {
    expect(podFacts(pod({ status: { phase } })).phase).toBe(expected);
  });

  it.each([
    ["True", true],
    ["False", false],
    ["Unknown", false],
  ])("takes a Ready condition of %s for %s", (status, expected) => {
    expect(podFacts(pod({ status: { conditions: [{ type: "Ready", status }] } })).ready).toBe(expected);
  });

  it("knows mirror pods by the kubelet's annotation", () => {
    const metadata = { annotations: { "kubernetes.io/config.mirror": "abc" } };
    expect(podFacts(pod({ metadata })).isMirror).toBe(true);
  });

  it("keeps a grace period of zero", () => {
    expect(podFacts(pod({ spec: { containers: [], terminationGracePeriodSeconds: 0 } })).graceSeconds).toBe(0);
  });

  it.each([
    ["a Deployment's pod", ownedBy("ReplicaSet", "cart-6f9c", { "pod-template-hash": "6f9c" }), "Deployment/cart"],
    ["a ReplicaSet's of its own", ownedBy("ReplicaSet", "cart"), "ReplicaSet/cart"],
    [
      "a hash that is not in the name",
      ownedBy("ReplicaSet", "cart-1", { "pod-template-hash": "2" }),
      "ReplicaSet/cart-1",
    ],
    ["a StatefulSet's", ownedBy("StatefulSet", "db"), "StatefulSet/db"],
    ["a Job's", ownedBy("Job", "migrate"), "Job/migrate"],
    ["an owner that does not control it", ownedBy("Node", "n1", {}, false), "nobody"],
  ])("names the controller that people know: %s", (_what, owner, expected) => {
    expect(owner ? `${owner.kind}/${owner.name}` : "nobody").toBe(expected);
  });

  it.each([
    [
      "one value of one label",
      selectorFrom([{ matchExpressions: [isIn("agentpool", "shop")] }]),
      { agentpool: "shop" },
    ],
    [
      "the same label in every alternative",
      selectorFrom([
        { matchExpressions: [isIn("agentpool", "shop"), isIn("disk", "ssd")] },
        { matchExpressions: [isIn("agentpool", "shop"), isIn("disk", "hdd")] },
      ]),
      { agentpool: "shop" },
    ],
    [
      "no label that an alternative leaves open",
      selectorFrom([{ matchExpressions: [isIn("agentpool", "shop")] }, {}]),
      {},
    ],
    [
      "no label with a choice of values",
      selectorFrom([{ matchExpressions: [isIn("agentpool", "shop", "batch")] }]),
      {},
    ],
    [
      "no label that must not be",
      selectorFrom([{ matchExpressions: [{ key: "agentpool", operator: "NotIn", values: ["sys"] }] }]),
      {},
    ],
    [
      "the node selector beside it",
      selectorFrom([{ matchExpressions: [isIn("agentpool", "shop")] }], { disk: "ssd" }),
      { agentpool: "shop", disk: "ssd" },
    ],
  ])("takes required node affinity for the node selector that it amounts to: %s", (_what, selector, expected) => {
    expect(selector).toEqual(expected);
  });
});

describe("what a drain needs of a budget", () => {
  const full: V1PodDisruptionBudget = {
    metadata: { namespace: "shop", name: "cart", resourceVersion: "42", generation: 2 },
    spec: {
      maxUnavailable: "25%",
      selector: {
        matchExpressions: [
          { key: "app", operator: "In", values: ["cart"] },
          { key: "tier", operator: "Exists" },
        ],
      },
      unhealthyPodEvictionPolicy: "AlwaysAllow",
    },
    status: {
      disruptionsAllowed: 1,
      currentHealthy: 3,
      desiredHealthy: 2,
      expectedPods: 3,
      observedGeneration: 2,
      disruptedPods: { "cart-1": new Date("2026-03-01T12:00:00Z") },
    },
  };

  it("is all there for a budget as the API server sends it", () => {
    expect(budgetFacts(full)).toEqual({
      namespace: "shop",
      name: "cart",
      resourceVersion: "42",
      selector: {
        matchLabels: {},
        matchExpressions: [
          { key: "app", operator: "In", values: ["cart"] },
          { key: "tier", operator: "Exists", values: [] },
        ],
      },
      minAvailable: null,
      maxUnavailable: "25%",
      unhealthyPodEvictionPolicy: "AlwaysAllow",
      disruptionsAllowed: 1,
      currentHealthy: 3,
      desiredHealthy: 2,
      expectedPods: 3,
      disruptedPods: ["cart-1"],
      isCurrent: true,
    });
  });

  it.each([
    ["without a status", { ...full, status: undefined as never }],
    ["whose status is older than its specification", { ...full, metadata: { ...full.metadata, generation: 3 } }],
  ])("is not current for a budget %s", (_what, budget) => {
    expect(budgetFacts(budget).isCurrent).toBe(false);
  });

  it("allows nothing where the API server says nothing", () => {
    expect(budgetFacts({})).toMatchObject({
      selector: null,
      disruptionsAllowed: 0,
      unhealthyPodEvictionPolicy: "IfHealthyBudget",
      isCurrent: false,
    });
  });

  it("tells a selector that selects everything from none", () => {
    expect(budgetFacts({ spec: { selector: {} } }).selector).toEqual({ matchLabels: {}, matchExpressions: [] });
  });
});

describe("what a proof needs", () => {
  it.each<[string, V1Node, object]>([
    [
      "a node as the API server sends it",
      {
        metadata: { name: "n1", labels: { "kubernetes.azure.com/node-image-version": "AKSUbuntu-2204-202602.10.0" } },
        spec: { unschedulable: true },
        status: {
          conditions: [
            { type: "MemoryPressure", status: "False" },
            { type: "Ready", status: "True" },
          ],
          nodeInfo: { kubeletVersion: "v1.33.5" } as never,
        },
      },
      { name: "n1", image: "AKSUbuntu-2204-202602.10.0", kubeletVersion: "v1.33.5", ready: true, unschedulable: true },
    ],
    [
      "a node that has just joined",
      { metadata: { name: "n1" } },
      { name: "n1", image: "", ready: false, unschedulable: false },
    ],
    [
      "a node whose kubelet has gone silent",
      { status: { conditions: [{ type: "Ready", status: "Unknown" }] } },
      { ready: false },
    ],
  ])("of %s", (_what, node, expected) => {
    expect(nodeFacts(node)).toMatchObject(expected);
  });

  it.each<[string, V1Deployment, object]>([
    [
      "a Deployment",
      { metadata: { namespace: "shop", name: "cart" }, spec: { replicas: 3 } as never, status: { readyReplicas: 2 } },
      { kind: "Deployment", namespace: "shop", name: "cart", desired: 3, ready: 2 },
    ],
    ["one without replicas, which means one", { spec: {} as never }, { desired: 1, ready: 0 }],
    ["one that is scaled to none", { spec: { replicas: 0 } as never }, { desired: 0, ready: 0 }],
  ])("of %s", (_what, workload, expected) => {
    expect(workloadFacts("Deployment", workload)).toMatchObject(expected);
  });
});
