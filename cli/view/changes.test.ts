import { describe, expect, it } from "vitest";
import type { ClusterView, NodeView, PoolView, UpgradeRunView } from "../../domain/api/upgrade-view.ts";
import type { Gate, Signal } from "../../domain/run-control.ts";
import { changesBetween } from "./changes.ts";

const waiting: NodeView = {
  name: "aks-apps-0",
  state: "waiting",
  podsTotal: 0,
  podsLeft: 0,
  waitingFor: [],
  startedAt: null,
  endedAt: null,
};
const blocker = {
  pod: "shop/web",
  code: "PodDisruptionBudgetBlocks",
  message: "PDB shop/web allows no disruption",
  since: "2026-11-21T12:00:00Z",
};
const pool: PoolView = {
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
  nodes: [waiting],
};
const path = "staging/staging-weu/apps";

function run(
  change: { pool?: Partial<PoolView>; node?: Partial<NodeView>; run?: Partial<UpgradeRunView> } = {},
): UpgradeRunView {
  return {
    id: "upgrade-1",
    kind: "upgrade",
    status: "running",
    phase: "upgrading ring staging",
    verdict: null,
    trigger: { by: "Event Grid", reason: "new version", event: null },
    startedAt: "2026-11-21T11:00:00Z",
    updatedAt: "2026-11-21T12:03:11Z",
    endedAt: null,
    rings: [
      {
        name: "staging",
        state: "running",
        waitingUntil: null,
        reason: null,
        clusters: [
          {
            name: "staging-weu",
            state: "upgrading",
            reason: null,
            startedAt: null,
            endedAt: null,
            attempt: 1,
            controlPlane: null,
            pools: [{ ...pool, nodes: [{ ...waiting, ...change.node }], ...change.pool }],
          },
        ],
      },
    ],
    gates: [],
    signals: [],
    findings: [],
    ...change.run,
  };
}

describe("changesBetween", () => {
  it("says nothing when nothing has changed", () => {
    expect(changesBetween(run(), run())).toEqual([]);
  });

  it("tells of everything that has begun when there was no look before", () => {
    expect(changesBetween(undefined, run())).toEqual([
      "upgrading ring staging",
      "staging running",
      "staging/staging-weu upgrading",
      `${path} draining`,
    ]);
  });

  const draining: Partial<NodeView> = { state: "draining", podsTotal: 7, podsLeft: 3 };
  it.each<[string, ReturnType<typeof run>, ReturnType<typeof run>, string[]]>([
    [
      "a drain that begins, before its pods are counted",
      run(),
      run({ node: { state: "draining" } }),
      [`${path} aks-apps-0 draining`],
    ],
    [
      "pods that went",
      run({ node: { ...draining, podsLeft: 4 } }),
      run({ node: draining }),
      [`${path} aks-apps-0 draining 3/7 left`],
    ],
    [
      "what a drain waits for",
      run({ node: draining }),
      run({ node: { ...draining, waitingFor: [blocker] } }),
      [`${path} aks-apps-0 draining 3/7 left, waiting for shop/web: PDB shop/web allows no disruption`],
    ],
    [
      "how many more it waits for",
      run({ node: draining }),
      run({ node: { ...draining, waitingFor: [blocker, { ...blocker, pod: "shop/db" }] } }),
      [`${path} aks-apps-0 draining 3/7 left, waiting for shop/web: PDB shop/web allows no disruption (and 1 more)`],
    ],
    [
      "the same blocker with other seconds in its message: no news",
      run({ node: { ...draining, waitingFor: [{ ...blocker, message: "terminating, 38 s left" }] } }),
      run({ node: { ...draining, waitingFor: [{ ...blocker, message: "terminating, 17 s left" }] } }),
      [],
    ],
    [
      "a node that is empty",
      run({ node: draining }),
      run({ node: { ...draining, state: "drained", podsLeft: 0 } }),
      [`${path} aks-apps-0 drained`],
    ],
    [
      "the green pool",
      run({ pool: { state: "pending" } }),
      run({ pool: { state: "creating" } }),
      [`${path} creating apps2 (v2)`],
    ],
    [
      "why a pool waits",
      run(),
      run({ pool: { state: "waiting", reason: "paused by bob: lunch" } }),
      [`${path} waiting (paused by bob: lunch)`],
    ],
    [
      "a pool's version of Kubernetes",
      run({ pool: { toVersion: "1.34.2" } }),
      run({ pool: { toVersion: "1.34.2", state: "done" } }),
      [`${path} done (v1 to v2, Kubernetes 1.33.5 to 1.34.2)`],
    ],
    ["a pool that is done, with its images", run(), run({ pool: { state: "done" } }), [`${path} done (v1 to v2)`]],
    ["the next phase", run(), run({ run: { phase: "soaking" } }), ["soaking"]],
  ])("tells of %s", (_what, before, after, expected) => {
    expect(changesBetween(before, after)).toEqual(expected);
  });

  it("tells of a finding once", () => {
    const finding = {
      code: "BarePod",
      severity: "warning" as const,
      subject: "tools/toolbox",
      message: "No controller makes it again.",
      evidence: [],
      remedy: "Delete it.",
      cluster: "staging-weu",
    };
    const after = run({ run: { findings: [finding] } });
    expect(changesBetween(run(), after)).toEqual(["warning BarePod tools/toolbox: No controller makes it again."]);
    expect(changesBetween(after, after)).toEqual([]);
  });

  it("tells of another try and of the control plane", () => {
    const before = run();
    const changed = (change: Partial<ClusterView>): UpgradeRunView => ({
      ...before,
      rings: before.rings.map((ring) => ({
        ...ring,
        clusters: ring.clusters.map((cluster) => ({ ...cluster, ...change })),
      })),
    });
    const controlPlane = { from: "1.33.5", to: "1.34.2", state: "upgrading" as const };
    expect(changesBetween(before, changed({ attempt: 2, controlPlane }))).toEqual([
      "staging/staging-weu 2nd try",
      "staging/staging-weu control plane upgrading, Kubernetes 1.33.5 to 1.34.2",
    ]);
    const pending = changed({ controlPlane: { ...controlPlane, state: "pending" } });
    expect(changesBetween(before, pending)).toEqual([]);
  });

  it("tells once what the run asks, with the commands that answer, and what people told it", () => {
    const gate: Gate = {
      id: "approve-prod",
      kind: "approval",
      ring: "prod",
      question: "May ring prod be upgraded: Kubernetes 1.33 to 1.34.2 (minor)?",
      evidence: ["clusters: prod-weu"],
      options: ["approve", "decline"],
      openedAt: "2026-11-21T12:00:00Z",
      expiresAt: "2026-11-24T12:00:00Z",
      unanswered: "counts as declined",
    };
    const signal: Signal = {
      id: "s1",
      kind: "approve",
      by: "bob",
      reason: "tested",
      at: "2026-11-21T13:00:00Z",
      gate: "approve-prod",
    };
    const asking = run({ run: { gates: [gate] } });
    expect(changesBetween(run(), asking)).toEqual([
      "May ring prod be upgraded: Kubernetes 1.33 to 1.34.2 (minor)? Until 2026-11-24 12:00 UTC, then counts as declined.",
      "  clusters: prod-weu",
      '  drydock approve upgrade-1 --reason "..."',
      '  drydock decline upgrade-1 --reason "..."',
    ]);
    expect(changesBetween(asking, asking)).toEqual([]);
    const answered = run({ run: { signals: [signal, { ...signal, id: "s2", kind: "pause", gate: null }] } });
    expect(changesBetween(asking, answered)).toEqual(["bob: approve for approve-prod: tested", "bob: pause: tested"]);
  });

  it("tells until when a ring waits, and why", () => {
    const after = run();
    const rings = after.rings.map((ring) => ({
      ...ring,
      state: "waiting" as const,
      waitingUntil: "2026-11-23T20:00:00Z",
      reason: "outside its window",
    }));
    expect(changesBetween(run(), { ...after, rings })).toEqual([
      "staging waiting until 2026-11-23 20:00 UTC (outside its window)",
    ]);
  });

  it("lets no control character through", () => {
    expect(changesBetween(run(), run({ run: { phase: "\u001b[2Jgone" } }))).toEqual([" [2Jgone"]);
  });
});
