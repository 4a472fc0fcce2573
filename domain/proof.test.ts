import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type NodeFacts, type ProofInput, provePool, type WorkloadFacts } from "./proof.ts";

const IMAGE = "AKSUbuntu-2204gen2containerd-202602.10.0";

function node(name: string, change: Partial<NodeFacts> = {}): NodeFacts {
  return { name, image: IMAGE, kubeletVersion: "v1.33.5", ready: true, unschedulable: false, ...change };
}

function workload(name: string, ready: number, desired = 3): WorkloadFacts {
  return { kind: "Deployment", namespace: "shop", name, ready, desired };
}

function proven(change: Partial<ProofInput>): string[] {
  const input = {
    cluster: "dev-weu",
    pool: "shop",
    image: IMAGE,
    version: "",
    nodes: [node("n1")],
    before: [],
    after: [],
    ...change,
  };
  return provePool(input).map(({ code, subject }) => `${code} ${subject}`);
}

describe("the proof of a pool", () => {
  it.each<[string, Partial<ProofInput>, string[]]>([
    ["new, ready nodes that take pods", { nodes: [node("n1"), node("n2")] }, []],
    ["no nodes at all", { nodes: [] }, ["PoolWithoutNodes dev-weu/shop"]],
    ["a node with another image", { nodes: [node("n1"), node("n2", { image: "old" })] }, ["ImageMismatch n2"]],
    ["a node without an image label", { nodes: [node("n1", { image: "" })] }, ["ImageMismatch n1"]],
    ["a kubelet of the wanted version", { version: "1.33.5" }, []],
    [
      "a kubelet of another version",
      { version: "1.34.2", nodes: [node("n1", { kubeletVersion: "v1.34.2" }), node("n2")] },
      ["KubeletVersionMismatch n2"],
    ],
    [
      "a kubelet of a version that only begins alike",
      { version: "1.34.2", nodes: [node("n1", { kubeletVersion: "v1.34.20" })] },
      ["KubeletVersionMismatch n1"],
    ],
    [
      "a kubelet that says its version without a v",
      { version: "1.34.2", nodes: [node("n1", { kubeletVersion: "1.34.2" })] },
      [],
    ],
    [
      "a kubelet that says no version",
      { version: "1.34.2", nodes: [node("n1", { kubeletVersion: "" })] },
      ["KubeletVersionMismatch n1"],
    ],
    ["any kubelet, when the run does not change versions", { nodes: [node("n1", { kubeletVersion: "v1.20.0" })] }, []],
    ["a node that is not Ready", { nodes: [node("n1", { ready: false })] }, ["NodeNotReady n1"]],
    ["a node that is cordoned", { nodes: [node("n1", { unschedulable: true })] }, ["NodeCordoned n1"]],
    [
      "all that is wrong with a node",
      { nodes: [node("n1", { image: "old", ready: false, unschedulable: true })] },
      ["ImageMismatch n1", "NodeNotReady n1", "NodeCordoned n1"],
    ],
    ["a workload as ready as before", { before: [workload("cart", 3)], after: [workload("cart", 3)] }, []],
    ["a workload readier than before", { before: [workload("cart", 1)], after: [workload("cart", 3)] }, []],
    [
      "a workload less ready than before",
      { before: [workload("cart", 3)], after: [workload("cart", 2)] },
      ["WorkloadWorse Deployment/shop/cart"],
    ],
    ["a workload that was broken before", { before: [workload("cart", 0)], after: [workload("cart", 0)] }, []],
    ["a workload scaled down meanwhile", { before: [workload("cart", 3)], after: [workload("cart", 1, 1)] }, []],
    [
      "a workload scaled down and not even ready for that",
      { before: [workload("cart", 3)], after: [workload("cart", 1, 2)] },
      ["WorkloadWorse Deployment/shop/cart"],
    ],
    [
      "a workload scaled up whose new pods are not ready",
      { before: [workload("cart", 3)], after: [workload("cart", 3, 9)] },
      [],
    ],
    ["a workload that somebody removed", { before: [workload("cart", 3)], after: [] }, []],
    [
      "a workload of the same name and another kind",
      {
        before: [workload("cart", 3)],
        after: [{ ...workload("cart", 0), kind: "StatefulSet" }, workload("cart", 3)],
      },
      [],
    ],
  ])("of %s", (_what, change, expected) => {
    expect(proven(change)).toEqual(expected);
  });

  it("says what was seen and what to do, and blocks", () => {
    const [finding] = provePool({
      cluster: "dev-weu",
      pool: "shop",
      image: IMAGE,
      version: "",
      nodes: [node("n1")],
      before: [workload("cart", 3)],
      after: [workload("cart", 1)],
    });
    expect(finding).toMatchObject({
      severity: "blocker",
      cluster: "dev-weu",
      message: "Deployment/shop/cart has 1 ready pods, it had 3",
      evidence: ["desired 3"],
    });
    expect(finding?.remedy).not.toBe("");
  });

  it("is there exactly when every node is right and no workload is worse", () => {
    const nodes = fc.array(fc.record({ ready: fc.boolean(), unschedulable: fc.boolean(), isNew: fc.boolean() }), {
      minLength: 1,
      maxLength: 6,
    });
    const counts = fc.array(fc.tuple(fc.nat(5), fc.nat(5), fc.nat(5)), { maxLength: 6 });
    fc.assert(
      fc.property(nodes, counts, (specs, workloads) => {
        const found = proven({
          nodes: specs.map(({ isNew, ...rest }, index) => node(`n${index}`, { ...rest, image: isNew ? IMAGE : "old" })),
          before: workloads.map(([before], index) => workload(`w${index}`, before, before)),
          after: workloads.map(([, after, desired], index) => workload(`w${index}`, after, desired)),
        });
        const nodesAreRight = specs.every(({ ready, unschedulable, isNew }) => ready && !unschedulable && isNew);
        const noneIsWorse = workloads.every(([before, after, desired]) => after >= before || after >= desired);
        expect(found.length === 0).toBe(nodesAreRight && noneIsWorse);
      }),
    );
  });
});
