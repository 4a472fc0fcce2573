import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { estimateCluster, estimateControlPlane, estimateDrain, estimatePool, historyKey } from "./estimate.ts";
import type { PoolPlan } from "./upgrade-plan.ts";

function pool(strategy: "surge" | "blueGreen", count: number, change: Partial<PoolPlan["policy"]> = {}): PoolPlan {
  const policy = { strategy, parallelDrains: 1, soakMinutes: 0, rollBack: true, ...change };
  return {
    ...{ name: "shop", mode: "User", osType: "Linux", count, fromImage: "old", toImage: "new" },
    ...{ fromVersion: "1.33.5", toVersion: "1.33.5", policy },
    estimate: estimatePool({ policy, count }),
  };
}

const controlPlane = { kind: "minor", from: "1.33.5", to: "1.34.2" } as const;
const inMinutes = ({ totalMs, pieceMs }: { totalMs: number; pieceMs: number }) => [totalMs / 60_000, pieceMs / 60_000];

describe("what an upgrade is expected to take, in minutes, and the first piece of it", () => {
  it.each([
    ["a pool that surges is one piece, by its nodes", pool("surge", 3), 18, 18],
    ["an empty pool that surges takes as long as a node", pool("surge", 0), 6, 6],
    ["a pool that is replaced may stop after each drain", pool("blueGreen", 10), 61, 11],
    ["drains side by side are rounds, the last one not full", pool("blueGreen", 10, { parallelDrains: 4 }), 26, 11],
    ["the soak of a pool counts, and is no first piece", pool("blueGreen", 1, { soakMinutes: 30 }), 46, 11],
    ["an empty pool that is replaced takes as long as with a node", pool("blueGreen", 0), 16, 11],
  ])("%s", (_rule, plan, total, piece) => {
    expect(inMinutes(estimatePool(plan))).toEqual([total, piece]);
  });

  it("counts the pauses between steps of traffic, which come before the first drain", () => {
    const traffic = [
      { steps: ["90/10", "50/50", "0/100"], pauseMinutes: 10 },
      { steps: ["0/100"], pauseMinutes: 4 },
    ];
    expect(inMinutes(estimatePool(pool("blueGreen", 10), { traffic }))).toEqual([95, 45]);
    expect(inMinutes(estimatePool(pool("surge", 3), { traffic }))).toEqual([18, 18]);
    expect(inMinutes(estimatePool(pool("blueGreen", 2), { traffic, perNodeMs: [1_800_000] }))).toEqual([60, 45]);
  });

  it.each([
    ["goes by the slowest upgrade of the pool before, for each node", pool("surge", 4), [2, 9, 3], 36, 36],
    ["goes by what it took before, also when that is less", pool("surge", 4), [1], 4, 4],
    ["has the first piece of a replacement be no more than all of it", pool("blueGreen", 2), [3], 6, 6],
    ["has the first piece of a replacement stay as it is otherwise", pool("blueGreen", 2), [30], 60, 11],
  ])("%s", (_rule, plan, minutesBefore, total, piece) => {
    const before = minutesBefore.map((minutes) => minutes * 60_000);
    expect(inMinutes(estimatePool(plan, { perNodeMs: before }))).toEqual([total, piece]);
  });

  it("goes by the cluster's own pool and the way it was upgraded; a replacement carries its name on", () => {
    const key = historyKey("dev-weu", "shop", "blueGreen");
    expect(historyKey("dev-weu", "shop2", "blueGreen")).toBe(key);
    const others = [
      historyKey("dev-neu", "shop", "blueGreen"),
      historyKey("dev-weu", "cart", "blueGreen"),
      historyKey("dev-weu", "shop", "surge"),
    ];
    expect(others).not.toContain(key);
  });

  it.each([
    ["nothing to do is looked at", null, [], 2, 2],
    ["a control plane alone", controlPlane, [], 12, 12],
    [
      "pools alone: all of them, and the first piece of the first",
      null,
      [pool("blueGreen", 2), pool("surge", 2)],
      35,
      13,
    ],
    ["the control plane first: it is the first piece", controlPlane, [pool("surge", 2)], 24, 12],
  ])("of a cluster: %s", (_what, step, pools, total, piece) => {
    expect(inMinutes(estimateCluster({ controlPlane: step, pools }))).toEqual([total, piece]);
  });

  it("of what AKS cannot be held in is one piece", () => {
    for (const { totalMs, pieceMs } of [estimateControlPlane(), estimateDrain()]) expect(pieceMs).toBe(totalMs);
  });

  it("is never less than its first piece, and more pools and nodes never take less", () => {
    const policy = { parallelDrains: fc.integer({ min: 1, max: 50 }), soakMinutes: fc.nat(1440) };
    const plan = fc
      .record({ strategy: fc.constantFrom("surge", "blueGreen"), count: fc.nat(200), ...policy })
      .map(({ strategy, count, ...rest }) => pool(strategy, count, rest));
    const step = fc.constantFrom(null, controlPlane);
    fc.assert(
      fc.property(step, fc.array(plan, { maxLength: 5 }), plan, (first, pools, more) => {
        const some = estimateCluster({ controlPlane: first, pools });
        const all = estimateCluster({ controlPlane: first, pools: [...pools, more] });
        expect(some.pieceMs).toBeGreaterThan(0);
        expect(some.pieceMs).toBeLessThanOrEqual(some.totalMs);
        expect(all.totalMs).toBeGreaterThan(some.totalMs);
        expect(estimatePool({ ...more, count: more.count + 1 }).totalMs).toBeGreaterThanOrEqual(
          estimatePool(more).totalMs,
        );
      }),
    );
  });
});
