import { describe, expect, it } from "vitest";
import type { Finding } from "../finding.ts";
import { DEFAULT_PREFLIGHT_POLICY } from "../preflight/preflight-policy.ts";
import type { ClusterResult, DrainResult, PoolResult, UpgradeReport } from "../report.ts";
import type { RunRequest } from "../run-request.ts";
import type { DrainStatus } from "../run-status.ts";
import type { ClusterPlan, PoolPlan, RingPlan } from "../upgrade-plan.ts";
import { assembleRun, type ClusterParts, type DrainParts, type PoolParts, type RunParts } from "./assemble-run.ts";
import { type BlockerView, type RunView, runViewSchema } from "./run-view.ts";

const CREATED = "2026-03-01T12:00:00Z";
const BEGUN = "2026-03-01T12:01:00Z";
const UPDATED = "2026-03-01T12:30:00Z";
const ENDED = "2026-03-01T12:29:00Z";

const request: RunRequest = {
  kind: "upgrade",
  trigger: { by: "alex", reason: "CVE-2026-1", event: null },
  targets: null,
  facts: null,
};

const blocker: BlockerView = { pod: "shop/cart-0", code: "Terminating", message: "12 s left", since: BEGUN };

function poolPlan(name: string): PoolPlan {
  const policy = { strategy: "blueGreen", parallelDrains: 1, soakMinutes: 0 } as const;
  return { name, mode: "User", osType: "Linux", fromImage: "old", toImage: "new", policy };
}

function clusterPlan(name: string, pools: string[], skip: string | null = null): ClusterPlan {
  const drain = { timeoutMinutes: 30, barePods: "block", emptyDir: "block" } as const;
  return { name, resourceId: `/${name}`, pools: pools.map(poolPlan), drain, skip };
}

const plan: RingPlan[] = [
  {
    ring: { name: "dev", maxParallel: 1, soakMinutes: 0, window: null, preflight: DEFAULT_PREFLIGHT_POLICY },
    clusters: [clusterPlan("dev-weu", ["sys", "shop"]), clusterPlan("dev-neu", [], "dev-neu is stopped")],
  },
  {
    ring: { name: "prod", maxParallel: 1, soakMinutes: 0, window: null, preflight: DEFAULT_PREFLIGHT_POLICY },
    clusters: [clusterPlan("prod-weu", ["shop"])],
  },
];

function drainResult(node: string, outcome: DrainResult["outcome"]): DrainResult {
  const podsLeft = outcome === "drained" ? 0 : 1;
  const blockers = outcome === "drained" ? [] : [blocker];
  return { node, outcome, podsTotal: 4, podsLeft, evicted: 3, blockers, startedAt: BEGUN, endedAt: ENDED };
}

function poolResult(name: string, change: Partial<PoolResult> = {}): PoolResult {
  const images = { fromImage: "old", toImage: "new", replacement: `${name}2` };
  const times = { startedAt: BEGUN, endedAt: ENDED };
  const how = { mode: "User", strategy: "blueGreen", outcome: "done", state: "done" } as const;
  return { name, ...how, ...images, ...times, drains: [drainResult("n1", "drained")], findings: [], ...change };
}

function clusterResult(name: string, change: Partial<ClusterResult> = {}): ClusterResult {
  return { name, outcome: "done", reason: null, pools: [], findings: [], startedAt: BEGUN, endedAt: ENDED, ...change };
}

function run(change: Partial<RunParts> = {}): RunParts {
  return {
    id: "upgrade-1",
    state: "running",
    brokenBy: null,
    createdAt: CREATED,
    updatedAt: UPDATED,
    request,
    status: null,
    plan: [],
    report: null,
    clusters: new Map(),
    ...change,
  };
}

function view(change: Partial<RunParts>): RunView {
  const assembled = assembleRun(run(change));
  // What the API promises is checked at every look.
  return runViewSchema.parse(assembled);
}

/** One cluster of a running run, from its parts. */
function clusterView(parts: Partial<ClusterParts> | undefined, name = "dev-weu") {
  const full = { status: null, result: null, pools: new Map<string, PoolParts>(), ...parts };
  const { rings } = view({ plan, clusters: parts ? new Map([[name, full]]) : new Map() });
  return rings.flatMap(({ clusters }) => clusters).find((cluster) => cluster.name === name);
}

function poolView(parts: Partial<PoolParts>) {
  const full = { status: null, result: null, drains: new Map<string, DrainParts>(), ...parts };
  return clusterView({ pools: new Map([["shop", full]]) })?.pools[1];
}

const brokenBy = "the orchestration was terminated";

describe("a run as a whole", () => {
  it.each<[string, Partial<RunParts>, Partial<RunView>]>([
    [
      "has not begun",
      { state: "pending" },
      { status: "pending", phase: "waiting to start", verdict: null, endedAt: null, rings: [] },
    ],
    [
      "runs and has no plan yet",
      { status: { phase: "reading the fleet", rings: [] } },
      { status: "running", phase: "reading the fleet", verdict: null, endedAt: null, rings: [] },
    ],
    [
      "ended without a report: failed, with the reason",
      { state: "ended", brokenBy, status: { phase: "upgrading ring dev", rings: [] } },
      { status: "finished", phase: `ended without a report: ${brokenBy}`, verdict: "failed", endedAt: UPDATED },
    ],
    [
      "ended without a report and without a word",
      { state: "ended" },
      { status: "finished", phase: "ended without a report: unknown", verdict: "failed", endedAt: UPDATED },
    ],
  ])("%s", (_state, change, expected) => {
    const assembled = view(change);
    expect(assembled).toMatchObject(expected);
    expect(assembled).toMatchObject({
      id: "upgrade-1",
      trigger: request.trigger,
      startedAt: CREATED,
      updatedAt: UPDATED,
    });
  });

  it("shows the findings of its clusters before there is a report", () => {
    const finding: Finding = {
      code: "BarePods",
      severity: "blocker",
      subject: "shop/a",
      message: "m",
      evidence: [],
      remedy: "r",
      cluster: "dev-weu",
    };
    const result = clusterResult("dev-weu", { outcome: "blocked", findings: [finding] });
    const clusters = new Map<string, ClusterParts>([["dev-weu", { status: null, result, pools: new Map() }]]);
    expect(view({ plan, clusters }).findings).toEqual([finding]);
  });
});

describe("rings of a run under way", () => {
  it("are pending until the run says otherwise", () => {
    expect(view({ plan }).rings).toMatchObject([
      { name: "dev", state: "pending", waitingUntil: null, reason: null },
      { name: "prod", state: "pending", waitingUntil: null, reason: null },
    ]);
  });

  it("stand as the run says", () => {
    const rings = [
      { name: "prod", state: "waiting", waitingUntil: ENDED, reason: "outside of the ring's window", skipped: {} },
      { name: "dev", state: "done", waitingUntil: null, reason: null, skipped: {} },
    ] as const;
    expect(view({ plan, status: { phase: "waiting", rings: [...rings] } }).rings).toMatchObject([
      { name: "dev", state: "done" },
      { name: "prod", state: "waiting", waitingUntil: ENDED, reason: "outside of the ring's window" },
    ]);
  });
});

describe("clusters of a run under way", () => {
  it.each<[string, Partial<ClusterParts> | undefined, string, object]>([
    ["wait for their turn", undefined, "dev-weu", { state: "pending", reason: null, startedAt: null, endedAt: null }],
    ["are left alone as planned", undefined, "dev-neu", { state: "skipped", reason: "dev-neu is stopped", pools: [] }],
    [
      "stand as they say",
      { status: { state: "queued", reason: "upgrade-0 is changing the cluster", startedAt: BEGUN } },
      "dev-weu",
      { state: "queued", reason: "upgrade-0 is changing the cluster", startedAt: BEGUN, endedAt: null },
    ],
    [
      "stand as they ended, whatever they said before",
      {
        status: { state: "upgrading", reason: "pool shop", startedAt: BEGUN },
        result: clusterResult("dev-weu", { outcome: "failed", reason: "a drain failed" }),
      },
      "dev-weu",
      { state: "failed", reason: "a drain failed", startedAt: BEGUN, endedAt: ENDED },
    ],
  ])("%s", (_what, parts, name, expected) => {
    expect(clusterView(parts, name)).toMatchObject(expected);
  });
});

describe("pools and nodes of a run under way", () => {
  const draining = { state: "draining", replacement: "shop2", nodes: ["n1", "n2", "n3"] } as const;

  it("are pending, without nodes, until they begin", () => {
    expect(poolView({})).toEqual({
      name: "shop",
      mode: "User",
      strategy: "blueGreen",
      state: "pending",
      fromImage: "old",
      toImage: "new",
      replacement: null,
      nodes: [],
    });
  });

  it("show each node in order: drained, draining with what it waits for, waiting", () => {
    const status: DrainStatus = {
      state: "draining",
      podsTotal: 5,
      podsLeft: 2,
      waitingFor: [blocker],
      startedAt: BEGUN,
    };
    const drains = new Map<string, DrainParts>([
      ["n2", { status, result: null }],
      ["n1", { status: null, result: drainResult("n1", "drained") }],
    ]);
    const shown = poolView({ status: { ...draining, nodes: [...draining.nodes] }, drains });
    expect(shown).toMatchObject({ state: "draining", replacement: "shop2" });
    expect(shown?.nodes).toEqual([
      { name: "n1", state: "drained", podsTotal: 4, podsLeft: 0, waitingFor: [], startedAt: BEGUN, endedAt: ENDED },
      {
        name: "n2",
        state: "draining",
        podsTotal: 5,
        podsLeft: 2,
        waitingFor: [blocker],
        startedAt: BEGUN,
        endedAt: null,
      },
      { name: "n3", state: "waiting", podsTotal: 0, podsLeft: 0, waitingFor: [], startedAt: null, endedAt: null },
    ]);
  });

  it("show a drain that has begun and has said nothing yet as draining", () => {
    const drains = new Map<string, DrainParts>([["n1", { status: null, result: null }]]);
    const shown = poolView({ status: { ...draining, nodes: [...draining.nodes] }, drains });
    expect(shown?.nodes.map(({ state }) => state)).toEqual(["draining", "waiting", "waiting"]);
  });

  it.each(["failed", "cancelled"] as const)("show a drain that was %s as failed, with what was left", (outcome) => {
    const shown = poolView({
      result: poolResult("shop", { outcome, state: "failed", drains: [drainResult("n1", outcome)] }),
    });
    expect(shown).toMatchObject({ state: "failed", nodes: [{ state: "failed", podsLeft: 1, waitingFor: [blocker] }] });
  });

  it("go by the cluster's result before their own", () => {
    const pools = new Map<string, PoolParts>([
      ["shop", { status: null, result: poolResult("shop"), drains: new Map() }],
    ]);
    const result = clusterResult("dev-weu", { pools: [poolResult("shop", { replacement: "shop9" })] });
    const shown = clusterView({ result, pools });
    expect(shown?.pools.map(({ name, state, replacement }) => [name, state, replacement])).toEqual([
      ["sys", "pending", null],
      ["shop", "done", "shop9"],
    ]);
  });
});

describe("a run that ended with a report", () => {
  const report: UpgradeReport = {
    id: "upgrade-1",
    kind: "upgrade",
    verdict: "blocked",
    trigger: request.trigger,
    startedAt: BEGUN,
    endedAt: ENDED,
    fleetDigest: "0".repeat(64),
    rings: [
      {
        name: "dev",
        state: "failed",
        reason: "halted: dev-weu is blocked",
        clusters: [
          clusterResult("dev-weu", { outcome: "blocked", reason: "a bare pod", pools: [poolResult("sys")] }),
          clusterResult("dev-neu", {
            outcome: "skipped",
            reason: "dev-neu is stopped",
            startedAt: null,
            endedAt: null,
          }),
        ],
      },
    ],
    findings: [],
  };

  it("is shown from the report, not from what its parts said last", () => {
    const stale = {
      status: { state: "upgrading", reason: null, startedAt: BEGUN } as const,
      result: null,
      pools: new Map(),
    };
    const shown = view({
      state: "running",
      plan,
      report,
      clusters: new Map<string, ClusterParts>([["dev-weu", stale]]),
    });
    expect(shown).toMatchObject({
      status: "finished",
      phase: "finished",
      verdict: "blocked",
      startedAt: BEGUN,
      endedAt: ENDED,
    });
    expect(shown.rings).toMatchObject([
      {
        name: "dev",
        state: "failed",
        waitingUntil: null,
        reason: "halted: dev-weu is blocked",
        clusters: [
          { name: "dev-weu", state: "blocked", reason: "a bare pod" },
          { name: "dev-neu", state: "skipped", pools: [] },
        ],
      },
    ]);
  });

  it("keeps the last word on the card", () => {
    const phase = "finished; the card could not be delivered: the Teams webhook answered 404";
    expect(view({ report, status: { phase, rings: [] } }).phase).toBe(phase);
  });

  it("shows pools that were planned and never begun as skipped, also without a plan", () => {
    const pools = (change: Partial<RunParts>) =>
      view({ report, ...change }).rings[0]?.clusters[0]?.pools.map(({ name, state }) => `${name} ${state}`);
    expect(pools({ plan })).toEqual(["sys done", "shop skipped"]);
    expect(pools({ plan: [] })).toEqual(["sys done"]);
  });
});
