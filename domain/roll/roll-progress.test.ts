import { describe, expect, it } from "vitest";
import type { SeenNode } from "./roll-facts.ts";
import { undoneNodes } from "./roll-findings.ts";
import { advanceRoll, type RollNode } from "./roll-progress.ts";

const blocker = {
  ...{ pod: "shop/web", node: "n1", owner: "Deployment/web", code: "PodDisruptionBudgetBlocks" as const },
  ...{ message: "PDB shop/web allows 0", budgets: [], permanent: false },
};
const seen = (name: string, state: SeenNode["state"], change: Partial<SeenNode> = {}): SeenNode => ({
  ...{ name, state, podsLeft: 0, blockers: [] },
  ...change,
});
const held = (name: string, state: SeenNode["state"] = "draining") =>
  seen(name, state, { podsLeft: 1, blockers: [{ ...blocker, node: name }] });

/** Nodes and their states after some looks, a minute apart. */
function rolled(...looks: SeenNode[][]): RollNode[] {
  let nodes: RollNode[] | null = null;
  for (const [minute, look] of looks.entries()) nodes = advanceRoll(nodes, look, `2026-11-21T08:0${minute}:00.000Z`);
  return nodes ?? [];
}
const states = (nodes: readonly RollNode[]) => nodes.map(({ name, state }) => `${name} ${state}`);

describe("a roll", () => {
  it("keeps since when a node is drained and a pod blocks", () => {
    const [node] = rolled([seen("n1", "waiting")], [held("n1")], [held("n1")]);
    expect(node).toMatchObject({ state: "draining", startedAt: "2026-11-21T08:01:00.000Z", podsTotal: 1 });
    expect(node?.held[0]?.since).toBe("2026-11-21T08:01:00.000Z");
  });

  it("is about the nodes that were there at first; one that was added counts while it is taken away", () => {
    const first = [seen("n1", "waiting")];
    expect(states(rolled(first, [...first, seen("s1", "upgraded")]))).toEqual(["n1 waiting"]);
    expect(states(rolled(first, [seen("n1", "upgraded"), held("s1")]))).toEqual(["n1 upgraded", "s1 draining"]);
    expect(states(rolled(first, [seen("n1", "upgraded"), held("s1")], [seen("n1", "upgraded")]))).toEqual([
      "n1 upgraded",
    ]);
  });

  it("says of a node that AKS has replaced that it is gone", () => {
    expect(states(rolled([seen("n1", "waiting"), seen("n2", "waiting")], [seen("n1", "waiting")]))).toEqual([
      "n1 waiting",
      "n2 gone",
    ]);
  });

  it.each([
    ["set aside by AKS", [held("n1", "quarantined")], /set it aside.*Cordon/],
    ["let go by AKS", [seen("n1", "waiting")], /take pods again.*Schedule/],
  ])("that failed names what held a node that was %s", (_, last, message) => {
    const [finding] = undoneNodes("c", rolled([seen("n1", "waiting")], [held("n1")], last));
    expect(finding).toMatchObject({ code: "NodeNotUpgraded", subject: "n1", message: expect.stringMatching(message) });
    expect(finding?.evidence[0]).toMatch(/^shop\/web: PodDisruptionBudgetBlocks: .*owner Deployment\/web, since/);
  });

  it("that failed tells a node whose turn had not come from one that was added and stayed", () => {
    const nodes = rolled(
      [seen("n1", "waiting")],
      [seen("n1", "waiting"), held("s1")],
      [seen("n1", "waiting"), seen("s1", "upgraded")],
    );
    expect(undoneNodes("c", nodes).map(({ message }) => message)).toEqual([
      expect.stringContaining("before its turn came"),
      expect.stringContaining("was added for the roll"),
    ]);
  });
});
