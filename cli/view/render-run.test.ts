import { describe, expect, it } from "vitest";
import type { ClusterView, NodeView, PoolView, UpgradeRunView } from "../../domain/api/upgrade-view.ts";
import type { Gate, Signal } from "../../domain/run-control.ts";
import { columnsOf } from "./fit-width.ts";
import { type RenderOptions, renderRun } from "./render-run.ts";

const options: RenderOptions = {
  width: 100,
  height: 40,
  nowMs: Date.parse("2026-11-21T12:10:00Z"),
  realElapsedMs: 8_000,
  isColoured: false,
};

function node(name: string, change: Partial<NodeView> = {}): NodeView {
  return {
    name,
    state: "waiting",
    podsTotal: 0,
    podsLeft: 0,
    waitingFor: [],
    startedAt: null,
    endedAt: null,
    ...change,
  };
}

const apps: PoolView = {
  name: "apps",
  mode: "User",
  strategy: "blueGreen",
  state: "draining",
  fromImage: "v1",
  toImage: "v2",
  fromVersion: "1.33.5",
  toVersion: "1.33.5",
  reason: null,
  replacement: "apps2",
  nodes: [
    node("aks-apps-0", { state: "drained", podsTotal: 5 }),
    node("aks-apps-1", {
      state: "draining",
      podsTotal: 7,
      podsLeft: 3,
      waitingFor: [{ pod: "shop/web", code: "C", message: "PDB shop/web allows none", since: "2026-11-21T12:08:30Z" }],
    }),
    node("aks-apps-2"),
  ],
};
const system: PoolView = {
  ...apps,
  name: "system",
  state: "done",
  replacement: null,
  strategy: "surge",
  nodes: [node("s-0")],
};

function cluster(name: string, change: Partial<ClusterView> = {}): ClusterView {
  const nothing = { reason: null, startedAt: null, endedAt: null, attempt: 1, controlPlane: null };
  return { name, state: "pending", ...nothing, pools: [apps], ...change };
}

const run: UpgradeRunView = {
  id: "upgrade-1",
  kind: "upgrade",
  status: "running",
  phase: "upgrading ring staging",
  verdict: null,
  trigger: { by: "Event Grid", reason: "AKS offers 1.34.2", event: null },
  startedAt: "2026-11-21T12:00:00Z",
  updatedAt: "2026-11-21T12:10:00Z",
  endedAt: null,
  rings: [
    {
      name: "dev",
      state: "done",
      waitingUntil: null,
      reason: null,
      clusters: [
        cluster("dev-weu", { state: "done", startedAt: "2026-11-21T12:00:00Z", endedAt: "2026-11-21T12:04:00Z" }),
      ],
    },
    {
      name: "staging",
      state: "running",
      waitingUntil: null,
      reason: null,
      clusters: [
        cluster("staging-weu", { state: "upgrading", startedAt: "2026-11-21T12:05:00Z", pools: [system, apps] }),
      ],
    },
    {
      name: "prod",
      state: "waiting",
      waitingUntil: "2026-11-21T12:40:00Z",
      reason: "outside its window",
      clusters: [],
    },
  ],
  gates: [],
  signals: [],
  findings: [],
};

describe("renderRun", () => {
  it("shows rings, clusters, pools and nodes, opens what is under way and folds what is over", () => {
    expect(renderRun(run, options)).toEqual([
      "upgrade-1  running  upgrading ring staging",
      "elapsed 8 s, virtual 10 min  started by Event Grid: AKS offers 1.34.2",
      "",
      "+ dev  done",
      "  + dev-weu  done, 4 min",
      "> staging  running",
      "  > staging-weu  upgrading, 5 min",
      "    + system  done, v2",
      "    > apps  draining, to apps2, v1 to v2",
      "      + aks-apps-0  drained",
      "      > aks-apps-1  draining, 3/7 pods left",
      "        ~ waiting for shop/web: PDB shop/web allows none, for 1 min 30 s",
      "      . aks-apps-2  waits its turn",
      "~ prod  waiting until 2026-11-21 12:40 UTC, 30 min left (outside its window)",
    ]);
  });

  it("shows the verdict and stops virtual time when the run has ended", () => {
    const ended: UpgradeRunView = { ...run, status: "finished", verdict: "passed", endedAt: "2026-11-21T12:09:00Z" };
    const [first, second] = renderRun(ended, options);
    expect(first).toContain("passed");
    expect(second).toContain("virtual 9 min ");
  });

  it("keeps a failed cluster open", () => {
    const rings = [
      {
        ...run.rings[0]!,
        state: "failed" as const,
        clusters: [cluster("dev-weu", { state: "failed", reason: "a drain failed" })],
      },
    ];
    const lines = renderRun({ ...run, rings }, options);
    expect(lines).toContain("  x dev-weu  failed (a drain failed)");
    expect(lines).toContain("    > apps  draining, to apps2, v1 to v2");
  });

  const gate: Gate = {
    id: "halt-staging-1",
    kind: "halt",
    ring: "staging",
    question: "Ring staging is halted: staging-weu is blocked. Try again, go on without what failed, or cancel?",
    evidence: ["staging-weu: blocked"],
    options: ["retry", "skip"],
    openedAt: "2026-11-21T12:00:00Z",
    expiresAt: "2026-11-22T12:10:00Z",
    unanswered: "the run ends",
  };

  it("puts what the run asks before all else, with the commands that answer", () => {
    expect(renderRun({ ...run, gates: [gate] }, { ...options, width: 79 }).slice(2, 10)).toEqual([
      "",
      "? Ring staging is halted: staging-weu is blocked. Try again, go on without what",
      "failed, or cancel?",
      '  drydock retry upgrade-1 --reason "..."',
      '  drydock skip upgrade-1 --reason "..."',
      "  until 2026-11-22 12:10 UTC, 1 d left; then the run ends",
      "  staging-weu: blocked",
      "",
    ]);
    const two = renderRun({ ...run, gates: [gate, { ...gate, id: "halt-prod-1" }] }, options);
    expect(two).toContain('  drydock retry upgrade-1 --gate halt-prod-1 --reason "..."');
  });

  it("leaves out evidence before it leaves out the commands that answer", () => {
    const evidence = Array.from({ length: 60 }, (_, index) => `c-${index}: failed`);
    const lines = renderRun({ ...run, gates: [{ ...gate, evidence }] }, { ...options, height: 12 });
    expect(lines).toContain('  drydock skip upgrade-1 --reason "..."');
    expect(lines).toContain("      > aks-apps-1  draining, 3/7 pods left");
    expect(lines.at(-1)).toMatch(/^… \d+ more lines$/);
  });

  it("says who paused it and how it goes on, until it does", () => {
    const pause: Signal = {
      id: "s1",
      kind: "pause",
      by: "bob",
      reason: "lunch",
      at: "2026-11-21T12:01:00Z",
      gate: null,
    };
    const paused = renderRun({ ...run, signals: [pause] }, options);
    expect(paused).toContain("? paused by bob, 2026-11-21 12:01 UTC: lunch");
    expect(paused).toContain('  drydock resume upgrade-1 --reason "..."');
    expect(renderRun({ ...run, signals: [pause, { ...pause, kind: "resume" }] }, options)).toEqual(
      renderRun(run, options),
    );
  });

  it("shows the control plane, versions, the try, and why a pool waits", () => {
    const pools = [{ ...apps, state: "waiting" as const, toVersion: "1.34.2", reason: "paused by bob", nodes: [] }];
    const controlPlane = { from: "1.33.5", to: "1.34.2", state: "done" as const };
    const clusters = [cluster("prod-weu", { state: "waiting", attempt: 2, reason: "until noon", controlPlane, pools })];
    const rings = [
      { ...run.rings[1]!, clusters },
      { ...run.rings[2]!, state: "halted" as const, reason: "halted" },
    ];
    expect(renderRun({ ...run, rings }, options).slice(3)).toEqual([
      "> staging  running",
      "  ~ prod-weu  waiting, 2nd try (until noon)",
      "    + control plane  done, Kubernetes 1.33.5 to 1.34.2",
      "    ~ apps  waiting, to apps2, Kubernetes 1.33.5 to 1.34.2, v1 to v2 (paused by bob)",
      "x prod  halted until 2026-11-21 12:40 UTC, 30 min left (halted)",
    ]);
  });

  it.each([10, 20, 40, 79])("has no line wider than %i columns", (width) => {
    for (const line of renderRun({ ...run, gates: [gate] }, { ...options, width }))
      expect(columnsOf(line)).toBeLessThanOrEqual(width);
  });

  it.each([1, 3, 6, 9, 13])("has no more than %i lines when that is the height", (height) => {
    const lines = renderRun(run, { ...options, height });
    expect(lines.length).toBeLessThanOrEqual(height);
  });

  it("leaves out what is not under way first, and says how much is missing", () => {
    const lines = renderRun(run, { ...options, height: 10 });
    expect(lines).toContain("      > aks-apps-1  draining, 3/7 pods left");
    expect(lines).not.toContain("      . aks-apps-2  waits its turn");
    expect(lines.at(-1)).toBe("… 5 more lines");
  });

  it("colours only when asked to", () => {
    expect(renderRun(run, options).join("")).not.toContain("\u001b");
    expect(renderRun(run, { ...options, isColoured: true }).join("")).toContain("\u001b[32m");
  });
});
