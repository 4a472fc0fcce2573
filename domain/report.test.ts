import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type ClusterResult,
  clusterResultSchema,
  type DrainResult,
  drainResultSchema,
  type PoolResult,
  poolResultSchema,
  summarize,
  type UpgradeReport,
  upgradeReportSchema,
} from "./report.ts";

const AT = "2026-03-01T12:00:00Z";

function drain(outcome: DrainResult["outcome"], evicted: number): DrainResult {
  return { node: "n", outcome, podsTotal: 9, podsLeft: 0, evicted, blockers: [], startedAt: AT, endedAt: AT };
}

function pool(outcome: PoolResult["outcome"], drains: DrainResult[]): PoolResult {
  const images = { fromImage: "old", toImage: "new", replacement: "shop2", fromVersion: "1.33.5", toVersion: "1.34.2" };
  const common = {
    name: "shop",
    mode: "User",
    strategy: "blueGreen",
    state: "done",
    startedAt: AT,
    endedAt: AT,
  } as const;
  return { ...common, ...images, outcome, drains, findings: [] };
}

function cluster(outcome: ClusterResult["outcome"], pools: PoolResult[]): ClusterResult {
  const ended = outcome === "done" || outcome === "failed" ? outcome : null;
  const controlPlane = ended && { from: "1.33.5", to: "1.34.2", outcome: ended, startedAt: AT, endedAt: AT };
  const parts = { reason: null, attempt: 1, controlPlane, pools, findings: [] };
  return { name: "dev-weu", outcome, ...parts, startedAt: AT, endedAt: AT };
}

function report(clusters: ClusterResult[]): UpgradeReport {
  return {
    id: "upgrade-1",
    kind: "upgrade",
    verdict: "passed",
    trigger: { by: "alex", reason: "CVE", event: null },
    startedAt: AT,
    endedAt: AT,
    fleetDigest: "0".repeat(64),
    rings: [{ name: "dev", state: "done", reason: null, clusters, findings: [] }],
    signals: [{ id: "s1", kind: "approve", by: "ada", reason: "tested", at: AT, gate: "approve-dev" }],
    findings: [],
  };
}

describe("the numbers of a report", () => {
  it.each([
    [
      "nothing was done",
      [],
      { clusters: 0, clustersDone: 0, controlPlanes: 0, pools: 0, nodesDrained: 0, podsEvicted: 0 },
    ],
    [
      "clusters left alone are not done",
      [cluster("skipped", []), cluster("blocked", []), cluster("cancelled", [])],
      { clusters: 3, clustersDone: 0, controlPlanes: 0, pools: 0, nodesDrained: 0, podsEvicted: 0 },
    ],
    [
      "only control planes and pools that are done, and only nodes that are drained, count; evicted pods count always",
      [
        cluster("done", [pool("done", [drain("drained", 4), drain("drained", 3)])]),
        cluster("failed", [
          pool("failed", [drain("drained", 2), drain("failed", 1)]),
          pool("cancelled", [drain("cancelled", 1)]),
        ]),
      ],
      { clusters: 2, clustersDone: 1, controlPlanes: 1, pools: 1, nodesDrained: 3, podsEvicted: 11 },
    ],
  ])("%s", (_rule, clusters, expected) => {
    expect(summarize(report(clusters))).toEqual(expected);
  });

  it("never say more than the report holds, and rings add up", () => {
    const drains = fc.array(fc.tuple(fc.constantFrom(...drainResultSchema.shape.outcome.options), fc.nat(20)), {
      maxLength: 4,
    });
    const pools = fc.array(fc.tuple(fc.constantFrom(...poolResultSchema.shape.outcome.options), drains), {
      maxLength: 3,
    });
    const clusters = fc.array(fc.tuple(fc.constantFrom(...clusterResultSchema.shape.outcome.options), pools), {
      maxLength: 4,
    });
    const build = (
      spec: Array<[ClusterResult["outcome"], Array<[PoolResult["outcome"], Array<[DrainResult["outcome"], number]>]>]>,
    ) =>
      report(
        spec.map(([outcome, list]) =>
          cluster(
            outcome,
            list.map(([how, nodes]) =>
              pool(
                how,
                nodes.map(([end, evicted]) => drain(end, evicted)),
              ),
            ),
          ),
        ),
      );
    fc.assert(
      fc.property(clusters, clusters, (left, right) => {
        const [one, two] = [build(left), build(right)];
        const both = summarize({ ...one, rings: [...one.rings, ...two.rings] });
        const [first, second] = [summarize(one), summarize(two)];
        expect(both.clustersDone).toBeLessThanOrEqual(both.clusters);
        expect(both).toEqual({
          clusters: first.clusters + second.clusters,
          clustersDone: first.clustersDone + second.clustersDone,
          controlPlanes: first.controlPlanes + second.controlPlanes,
          pools: first.pools + second.pools,
          nodesDrained: first.nodesDrained + second.nodesDrained,
          podsEvicted: first.podsEvicted + second.podsEvicted,
        });
      }),
    );
  });
});

describe("a report that is read again", () => {
  const good = report([
    cluster("done", [pool("done", [drain("drained", 4)])]),
    { ...cluster("skipped", []), startedAt: null, endedAt: null },
  ]);

  it("is what was written", () => {
    expect(upgradeReportSchema.parse(JSON.parse(JSON.stringify(good)))).toEqual(good);
  });

  it.each([
    ["a verdict that there is not", { ...good, verdict: "fine" }],
    ["another kind", { ...good, kind: "rebuild" }],
    ["an instant that is none", { ...good, endedAt: "yesterday" }],
    ["no word on its fleet.yaml", { ...good, fleetDigest: undefined }],
    [
      "half a cluster",
      { ...good, rings: [{ name: "dev", state: "done", reason: null, clusters: [{ name: "a" }], findings: [] }] },
    ],
    ["a signal that there is not", { ...good, signals: [{ ...good.signals[0], kind: "hurry" }] }],
    ["no word on its signals", { ...good, signals: undefined }],
    ["another run's output", null],
  ])("is refused with %s", (_what, value) => {
    expect(upgradeReportSchema.safeParse(value).success).toBe(false);
  });
});
