import { describe, expect, it } from "vitest";
import type { StandingBlocker } from "../../adapters/kubernetes/drain/drain-event.ts";
import { nodeLines } from "./live-view.ts";

const NOW_MS = Date.parse("2026-03-01T12:00:42Z");

function blocker(pod: string, change: Partial<StandingBlocker> = {}): StandingBlocker {
  return {
    pod,
    node: "n1",
    owner: "Deployment/cart",
    code: "PodDisruptionBudgetBlocks",
    message: "PDB shop/cart allows 0 disruptions",
    budgets: [],
    permanent: false,
    since: "2026-03-01T12:00:00.000Z",
    ...change,
  };
}

describe("the picture of a node's drain", () => {
  it("shows how much is done, and what holds it up for how long", () => {
    const progress = { node: "n1", total: 4, left: 1, evicted: 3, blockers: [blocker("shop/cart-1")] };
    expect(nodeLines(progress, NOW_MS, 200, false)).toEqual([
      "node/n1 [###############-----] 3 of 4 pods gone",
      "  pod shop/cart-1 on node n1: PDB shop/cart allows 0 disruptions; owner Deployment/cart; since 2026-03-01T12:00:00Z (42 s)",
    ]);
  });

  it("does not name pods that end in their time", () => {
    const progress = { node: "n1", total: 1, left: 1, evicted: 1, blockers: [blocker("a/b", { code: "Terminating" })] };
    expect(nodeLines(progress, NOW_MS, 200, false)).toHaveLength(1);
  });

  it("names some and counts the rest, within the terminal's width", () => {
    const blockers = Array.from({ length: 9 }, (_, index) => blocker(`shop/cart-${index}`));
    const lines = nodeLines({ node: "n1", total: 9, left: 9, evicted: 0, blockers }, NOW_MS, 40, false);
    expect(lines).toHaveLength(6);
    expect(lines.at(-1)).toBe("  and 5 more pods wait");
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(41);
  });
});
