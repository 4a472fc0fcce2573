import { describe, expect, it } from "vitest";
import type { Finding } from "../finding.ts";
import { drainPolicySchema, fleetConfigSchema, type RingConfig } from "../fleet-config.ts";
import type { ClusterResult, DrainResult, PoolResult, UpgradeReport } from "../report.ts";
import { type Gate, NO_CONTROL, type Signal } from "../run-control.ts";
import type { UpgradeRunRequest } from "../run-request.ts";
import type { ClusterStatus, DrainStatus, PoolStatus, RingStatus } from "../run-status.ts";
import type { ClusterPlan, PoolPlan, RingPlan } from "../upgrade-plan.ts";
import {
  assembleRun,
  type ClusterParts,
  type DrainParts,
  type PoolParts,
  type RingParts,
  type RunParts,
} from "./assemble-run.ts";
import {
  type BlockerView,
  type ClusterState,
  type RingState,
  type UpgradeRunView,
  upgradeRunViewSchema,
} from "./upgrade-view.ts";

const CREATED = "2026-03-01T12:00:00Z";
const BEGUN = "2026-03-01T12:01:00Z";
const UPDATED = "2026-03-01T12:30:00Z";
const ENDED = "2026-03-01T12:29:00Z";

const request: UpgradeRunRequest = {
  kind: "upgrade",
  trigger: { by: "alex", reason: "CVE-2026-1", event: null },
  targets: null,
  facts: null,
  scope: "minor",
  plan: null,
};

const blocker: BlockerView = { pod: "shop/cart-0", code: "Terminating", message: "12 s left", since: BEGUN };

function poolPlan(name: string): PoolPlan {
  const policy = { strategy: "blueGreen", parallelDrains: 1, soakMinutes: 0, rollBack: true } as const;
  const rest = { fromVersion: "1.33.5", toVersion: "1.33.5", policy, estimate: { totalMs: 0, pieceMs: 0 } };
  return { name, mode: "User", osType: "Linux", count: 3, fromImage: "old", toImage: "new", ...rest };
}

function clusterPlan(name: string, pools: string[], skip: string | null = null): ClusterPlan {
  const drain = { ...drainPolicySchema.parse({ barePods: "block", emptyDir: "block" }), stallMinutes: 10 };
  const left = { skip, skipCode: skip === null ? null : ("LeftAlone" as const) };
  return { name, resourceId: `/${name}`, controlPlane: null, pools: pools.map(poolPlan), drain, ...left };
}

function ring(name: string): RingConfig {
  return fleetConfigSchema.shape.rings.element.parse({ name });
}

const plan: RingPlan[] = [
  {
    ring: ring("dev"),
    approvals: [],
    clusters: [clusterPlan("dev-weu", ["sys", "shop"]), clusterPlan("dev-neu", [], "dev-neu is stopped")],
  },
  {
    ring: ring("prod"),
    approvals: [],
    clusters: [clusterPlan("prod-weu", ["shop"])],
  },
];

function drainResult(node: string, outcome: DrainResult["outcome"]): DrainResult {
  const podsLeft = outcome === "drained" ? 0 : 1;
  const blockers = outcome === "drained" ? [] : [blocker];
  return { node, outcome, podsTotal: 4, podsLeft, evicted: 3, blockers, startedAt: BEGUN, endedAt: ENDED };
}

function poolResult(name: string, change: Partial<PoolResult> = {}): PoolResult {
  const images = {
    fromImage: "old",
    toImage: "new",
    fromVersion: "1.33.5",
    toVersion: "1.33.5",
    replacement: `${name}2`,
  };
  const times = { startedAt: BEGUN, endedAt: ENDED };
  const how = { mode: "User", strategy: "blueGreen", outcome: "done", state: "done" } as const;
  return { name, ...how, ...images, ...times, drains: [drainResult("n1", "drained")], findings: [], ...change };
}

function clusterResult(name: string, change: Partial<ClusterResult> = {}): ClusterResult {
  const nothing = { reason: null, attempt: 1, controlPlane: null, pools: [], findings: [] };
  return { name, outcome: "done", ...nothing, startedAt: BEGUN, endedAt: ENDED, ...change };
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
    control: NO_CONTROL,
    plan: [],
    report: null,
    rings: new Map(),
    clusters: new Map(),
    ...change,
  };
}

function view(change: Partial<RunParts>): UpgradeRunView {
  const assembled = assembleRun(run(change));
  // What the API promises is checked at every look.
  return upgradeRunViewSchema.parse(assembled);
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

function ringParts(change: Partial<RingStatus>): RingParts {
  const nothing = { waitingUntil: null, reason: null, declined: null, attempts: {}, lanes: [] };
  return { status: { state: "pending", ...nothing, ...change }, result: null, waiting: [] };
}

function clusterStatus(state: ClusterState, reason: string | null = null): ClusterStatus {
  return { state, reason, startedAt: BEGUN, controlPlane: "pending" };
}

type Lane = RingParts["waiting"][number];
const until = ({ reason, until }: Lane) => ({ reason, waitingUntil: until });

const GATE: Gate = {
  id: "approve-prod",
  kind: "approval",
  ring: "prod",
  question: "May ring prod be upgraded?",
  evidence: ["clusters: prod-weu"],
  options: ["approve", "decline"],
  openedAt: BEGUN,
  expiresAt: ENDED,
  unanswered: "counts as declined",
};

const brokenBy = "the orchestration was terminated";

describe("a run as a whole", () => {
  it.each<[string, Partial<RunParts>, Partial<UpgradeRunView>]>([
    [
      "has not begun",
      { state: "pending" },
      { status: "pending", phase: "waiting to start", verdict: null, endedAt: null, rings: [] },
    ],
    [
      "runs and has no plan yet",
      { status: { phase: "reading the fleet" } },
      { status: "running", phase: "reading the fleet", verdict: null, endedAt: null, rings: [] },
    ],
    [
      "ended without a report: failed, with the reason",
      { state: "ended", brokenBy, status: { phase: "upgrading ring dev" } },
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

  it("stand as they say", () => {
    const rings = new Map([
      ["dev", ringParts({ state: "done" })],
      ["prod", ringParts({ state: "halted", waitingUntil: ENDED, reason: "halted: prod-weu failed" })],
    ]);
    expect(view({ plan, rings }).rings).toMatchObject([
      { name: "dev", state: "done" },
      { name: "prod", state: "halted", waitingUntil: ENDED, reason: "halted: prod-weu failed" },
    ]);
  });

  it("show as they ended, once they have", () => {
    const clusters = [clusterResult("dev-weu", { pools: [poolResult("sys"), poolResult("shop")] })];
    const parts: RingParts = {
      ...ringParts({ state: "running" }),
      result: { name: "dev", state: "done", reason: null, clusters, findings: [] },
    };
    expect(view({ plan, rings: new Map([["dev", parts]]) }).rings[0]).toMatchObject({
      state: "done",
      clusters: [{ name: "dev-weu", state: "done", pools: [{ state: "done" }, { state: "done" }] }],
    });
  });

  const window = { reason: "outside of the ring's window", until: ENDED };

  it.each<[string, RingState, Lane[], ClusterState | null, object]>([
    [
      "wait when their lanes wait and nothing is done",
      "running",
      [window],
      null,
      { state: "waiting", ...until(window) },
    ],
    ["wait when one cluster is done and the next waits", "running", [window], "done", { state: "waiting" }],
    [
      "run when one lane waits and another upgrades",
      "running",
      [window],
      "upgrading",
      { state: "running", reason: null },
    ],
    ["run when a cluster waits for its lease", "running", [window], "queued", { state: "running", reason: null }],
    ["run when no lane waits", "running", [], null, { state: "running", waitingUntil: null, reason: null }],
    ["soak whatever a lane said last", "soaking", [window], null, { state: "soaking", reason: null }],
  ])("%s", (_what, state, waiting, cluster, expected) => {
    const rings = new Map([["dev", { ...ringParts({ state }), waiting }]]);
    const status = cluster && { state: cluster, reason: null, startedAt: BEGUN, controlPlane: "pending" as const };
    const parts: ClusterParts = { status, result: null, pools: new Map() };
    const clusters = new Map(cluster ? [["dev-weu", parts]] : []);
    expect(view({ plan, rings, clusters }).rings[0]).toMatchObject(expected);
  });

  it.each<[RingState, string]>([
    ["approval", "waiting for the approval of ring dev"],
    ["running", "upgrading ring dev"],
    ["soaking", "soaking after ring dev"],
    ["halted", "halted in ring dev"],
    ["failed", "failed in ring dev"],
  ])("in state %s are the phase of the run: %s", (state, phase) => {
    const shown = view({ plan, status: { phase: "upgrading" }, rings: new Map([["dev", ringParts({ state })]]) });
    expect(shown.phase).toBe(phase);
  });

  it("are the phase of the run by the last that has begun", () => {
    const rings = new Map([
      ["dev", ringParts({ state: "done" })],
      ["prod", { ...ringParts({ state: "running" }), waiting: [window] }],
    ]);
    expect(view({ plan, rings }).phase).toBe("waiting for the window of ring prod");
  });
});

describe("what people told a run under way and are asked by it", () => {
  const told = (kind: Signal["kind"]): Signal => ({ id: kind, kind, by: "ada", reason: "fire", at: BEGUN, gate: null });

  it("is shown with who and why", () => {
    const control = { ...NO_CONTROL, signals: [told("pause")], gates: [GATE] };
    expect(view({ plan, control })).toMatchObject({ signals: [told("pause")], gates: [GATE] });
  });

  it("has a paused run say so, until it is resumed", () => {
    const rings = new Map([["dev", ringParts({ state: "running" })]]);
    const phase = (...signals: Signal[]) => view({ plan, rings, control: { ...NO_CONTROL, signals } }).phase;
    expect(phase(told("pause"))).toBe("paused by ada: upgrading ring dev");
    expect(phase(told("pause"), told("resume"))).toBe("upgrading ring dev");
  });
});

describe("clusters of a run under way", () => {
  it.each<[string, Partial<ClusterParts> | undefined, string, object]>([
    ["wait for their turn", undefined, "dev-weu", { state: "pending", reason: null, startedAt: null, endedAt: null }],
    ["are left alone as planned", undefined, "dev-neu", { state: "skipped", reason: "dev-neu is stopped", pools: [] }],
    [
      "stand as they say",
      { status: clusterStatus("queued", "upgrade-0 is changing the cluster") },
      "dev-weu",
      { state: "queued", reason: "upgrade-0 is changing the cluster", startedAt: BEGUN, endedAt: null },
    ],
    [
      "stand as they ended, whatever they said before",
      {
        status: clusterStatus("upgrading", "pool shop"),
        result: clusterResult("dev-weu", { outcome: "failed", reason: "a drain failed" }),
      },
      "dev-weu",
      { state: "failed", reason: "a drain failed", startedAt: BEGUN, endedAt: ENDED },
    ],
  ])("%s", (_what, parts, name, expected) => {
    expect(clusterView(parts, name)).toMatchObject(expected);
  });
});

describe("tries of a cluster", () => {
  it.each<[string, Record<string, number>, boolean, number]>([
    ["none before its turn", {}, false, 0],
    ["one in its first turn", {}, true, 1],
    ["two while it waits to be tried again: the first is over", { "dev-weu": 2 }, false, 2],
    ["two while it is tried again", { "dev-weu": 2 }, true, 2],
  ])("are %s", (_when, attempts, hasBegun, expected) => {
    const parts: ClusterParts = { status: clusterStatus("preflight"), result: null, pools: new Map() };
    const clusters = new Map(hasBegun ? [["dev-weu", parts]] : []);
    const rings = new Map([["dev", ringParts({ state: "running", attempts })]]);
    expect(view({ plan, rings, clusters }).rings[0]?.clusters[0]?.attempt).toBe(expected);
  });
});

describe("upgrades of Kubernetes under way", () => {
  const step = { kind: "minor", from: "1.33.5", to: "1.34.2" } as const;
  const versions = { fromVersion: "1.33.5", toVersion: "1.34.2" };
  const withStep = (
    images: { fromImage: string; toImage: string },
    nodeImage: "auto" | "approve" = "auto",
  ): RingPlan => ({
    ring: { ...ring("dev"), upgrades: { nodeImage, patch: "approve", minor: "approve" } },
    approvals: [{ of: "version", what: "Kubernetes 1.33 to 1.34.2 (minor)" }],
    clusters: [
      {
        ...clusterPlan("dev-weu", []),
        controlPlane: step,
        pools: [{ ...poolPlan("shop"), ...versions, ...images }],
      },
    ],
  });
  const same = { fromImage: "old", toImage: "old" };
  const newer = { fromImage: "old", toImage: "new" };

  it.each<[string, Partial<ClusterParts> | undefined, string]>([
    ["pending before the cluster's turn", undefined, "pending"],
    ["as the cluster says", { status: { ...clusterStatus("upgrading"), controlPlane: "upgrading" } }, "upgrading"],
    [
      "as it ended, whatever the cluster said before",
      {
        status: { ...clusterStatus("upgrading"), controlPlane: "upgrading" },
        result: clusterResult("dev-weu", {
          controlPlane: { from: "1.33.5", to: "1.34.2", outcome: "failed", startedAt: BEGUN, endedAt: ENDED },
        }),
      },
      "failed",
    ],
  ])("show the control plane %s", (_when, change, state) => {
    const parts: ClusterParts = { status: null, result: null, pools: new Map(), ...change };
    const clusters = new Map(change ? [["dev-weu", parts]] : []);
    const shown = view({ plan: [withStep(newer)], clusters }).rings[0]?.clusters[0];
    expect(shown?.controlPlane).toEqual({ from: "1.33.5", to: "1.34.2", state });
  });

  it("show the versions of each pool", () => {
    const shown = view({ plan: [withStep(newer)] }).rings[0]?.clusters[0];
    expect(shown?.pools[0]).toMatchObject({ ...versions, state: "pending" });
  });

  it.each<[string, RingPlan, string, string | null]>([
    ["with nothing else to do are skipped, with who and why", withStep(same), "skipped", "declined by ada: no"],
    ["with images that need no approval go on", withStep(newer), "pending", null],
    ["with images that need one are still to come", withStep(newer, "approve"), "pending", null],
  ])("that are declined: clusters %s", (_what, planned, state, reason) => {
    const rings = new Map([["dev", ringParts({ state: "running", declined: "declined by ada: no" })]]);
    expect(view({ plan: [planned], rings }).rings[0]?.clusters[0]).toMatchObject({ state, reason });
  });

  it("that nobody has answered yet are pending", () => {
    const rings = new Map([["dev", ringParts({ state: "approval", reason: "May it?" })]]);
    const shown = view({ plan: [withStep(same)], rings }).rings[0];
    expect(shown).toMatchObject({ state: "approval", reason: "May it?", clusters: [{ state: "pending" }] });
  });
});

describe("pools and nodes of a run under way", () => {
  const draining = { state: "draining", replacement: "shop2", nodes: ["n1", "n2", "n3"], waitingFor: null } as const;

  it("say why they wait", () => {
    const status: PoolStatus = {
      ...{ replacement: "shop2", nodes: [...draining.nodes] },
      ...{ state: "waiting", waitingFor: "the run is paused" },
    };
    expect(poolView({ status })).toMatchObject({ state: "waiting", reason: "the run is paused" });
  });

  it("are pending, without nodes, until they begin", () => {
    expect(poolView({})).toEqual({
      name: "shop",
      mode: "User",
      strategy: "blueGreen",
      state: "pending",
      fromImage: "old",
      toImage: "new",
      fromVersion: "1.33.5",
      toVersion: "1.33.5",
      reason: null,
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
        findings: [],
      },
    ],
    signals: [],
    findings: [],
  };

  it("is shown from the report, not from what its parts said last", () => {
    const stale = {
      status: clusterStatus("upgrading"),
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
    expect(view({ report, status: { phase } }).phase).toBe(phase);
  });

  it("shows how the control plane went and how often each cluster was tried", () => {
    const controlPlane = { from: "1.33.5", to: "1.34.2", outcome: "done", startedAt: BEGUN, endedAt: ENDED } as const;
    const clusters = [clusterResult("dev-weu", { attempt: 2, controlPlane })];
    const [dev] = report.rings.map((ring) => ({ ...ring, clusters }));
    const shown = dev && view({ report: { ...report, rings: [dev] } }).rings[0]?.clusters[0];
    expect(shown).toMatchObject({ attempt: 2, controlPlane: { from: "1.33.5", to: "1.34.2", state: "done" } });
  });

  it("shows pools that were planned and never begun as skipped, also without a plan", () => {
    const pools = (change: Partial<RunParts>) =>
      view({ report, ...change }).rings[0]?.clusters[0]?.pools.map(({ name, state }) => `${name} ${state}`);
    expect(pools({ plan })).toEqual(["sys done", "shop skipped"]);
    expect(pools({ plan: [] })).toEqual(["sys done"]);
  });
});
