import { describe, expect, it } from "vitest";
import type { NodeView } from "./api/upgrade-view.ts";
import type { RemedyRecord } from "./drain/remedy-record.ts";
import type { DrainResult } from "./report.ts";
import { nodeLines, nodesText } from "./report-nodes.ts";

const times = { startedAt: "2026-03-01T12:05:00Z", endedAt: "2026-03-01T12:09:00Z" };
const since = "2026-03-01T12:06:00Z";
const drain = (node: string, change: Partial<DrainResult> = {}): DrainResult => ({
  ...{ node, outcome: "drained", podsTotal: 9, podsLeft: 0, evicted: 9, blockers: [], ...times },
  ...change,
});
const rolled = (name: string, change: Partial<NodeView> = {}): NodeView => ({
  ...{ name, state: "upgraded", podsTotal: 4, podsLeft: 0, waitingFor: [], ...times },
  ...change,
});
const held = { pod: "shop/cart", code: "PodDisruptionBudgetBlocks", message: "PDB shop/cart allows 0", since };
const remedy: RemedyRecord = {
  do: "scaleUpOwner",
  target: "shop/Deployment/cart",
  pods: ["shop/cart"],
  ...{ reason: "it blocks", outcome: "done", detail: null, at: since },
};

describe("what a report tells of nodes", () => {
  it.each<[string, Partial<DrainResult>, string[]]>([
    ["nothing of one that was drained without ado", {}, []],
    ["what helped", { remedies: [remedy] }, ["n1: drained; scaling up shop/Deployment/cart: done"]],
    [
      "since when nothing moved",
      { stalls: [{ since, evidence: [] }] },
      [`n1: drained; no progress for some time from ${since}`],
    ],
    ["what was left", { skipped: ["shop/a", "shop/b"] }, ["n1: drained; left where they were: shop/a, shop/b"]],
    [
      "what blocked one that was not drained",
      { outcome: "failed", podsLeft: 1, blockers: [held] },
      ["n1: failed; 1 of 9 pods left; shop/cart: PodDisruptionBudgetBlocks: PDB shop/cart allows 0"],
    ],
  ])("%s", (_what, change, lines) => {
    expect(nodeLines({ drains: [drain("n1", change)] })).toEqual(lines);
  });

  it("all that AKS rolled, and what held those that are behind", () => {
    const nodes = [rolled("n1"), rolled("n2", { state: "failed", podsLeft: 2, waitingFor: [held], endedAt: null })];
    expect(nodeLines({ drains: [], rolled: nodes })).toEqual([
      "n1: upgraded in 4 min",
      "n2: failed; 2 pods left; shop/cart: PodDisruptionBudgetBlocks: PDB shop/cart allows 0",
    ]);
    expect(nodesText({ drains: [], rolled: nodes })).toBe("1 upgraded");
    expect(nodesText({ drains: [drain("n1"), drain("n2", { outcome: "failed" })] })).toBe("1 drained");
  });

  it("no more than fifty of them", () => {
    const nodes = Array.from({ length: 60 }, (_, index) => rolled(`n${index}`));
    const lines = nodeLines({ drains: [], rolled: nodes });
    expect(lines).toHaveLength(51);
    expect(lines.at(-1)).toBe("and 10 more");
  });
});
