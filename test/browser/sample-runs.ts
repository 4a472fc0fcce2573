import { type PlanView, planViewSchema } from "../../domain/api/plan-view.ts";
import {
  type ClusterView,
  type NodeView,
  type PoolView,
  type RingView,
  type UpgradeRunView,
  upgradeRunViewSchema,
} from "../../domain/api/upgrade-view.ts";
import type { Finding } from "../../domain/finding.ts";
import { type UpgradeReport, upgradeReportSchema } from "../../domain/report.ts";
import type { Gate, Signal } from "../../domain/run-control.ts";
import { STUB_NOW_MS } from "./stub-api.ts";

/** An instant so many seconds before the stub's now; after it when negative. */
export function ago(seconds: number): string {
  return new Date(STUB_NOW_MS - seconds * 1000).toISOString();
}

/** A node, drained unless told otherwise. */
export function node(name: string, changes: Partial<NodeView> = {}): NodeView {
  return {
    ...{ name, state: "drained", podsTotal: 12, podsLeft: 0, waitingFor: [] },
    ...{ startedAt: ago(900), endedAt: ago(600) },
    ...changes,
  };
}

/** A node whose drain is held by a budget. */
export function heldNode(name: string): NodeView {
  return node(name, {
    state: "draining",
    podsLeft: 3,
    startedAt: ago(200),
    endedAt: null,
    waitingFor: [
      {
        pod: "shop/cart-7d9c5b6f4-x2x8k",
        code: "PodDisruptionBudgetBlocks",
        message: "PDB shop/cart allows 0 disruptions (2 of 3 healthy, 2 needed)",
        since: ago(185),
      },
      { pod: "reports/writer-0", code: "Terminating", message: "terminating, at most 42 s left", since: ago(18) },
    ],
  });
}

/** A pool of user nodes, upgraded blue/green. */
export function pool(name: string, changes: Partial<PoolView> = {}): PoolView {
  return {
    ...{ name, mode: "User", strategy: "blueGreen", state: "done", replacement: `${name}2`, nodes: [] },
    fromImage: "AKSUbuntu-2204gen2containerd-202610.27.0",
    toImage: "AKSUbuntu-2204gen2containerd-202611.10.0",
    fromVersion: "1.33.5",
    toVersion: "1.33.5",
    reason: null,
    ...changes,
  };
}

/** A cluster, done unless told otherwise. */
export function cluster(name: string, changes: Partial<ClusterView> = {}): ClusterView {
  const pools = [pool("system", { mode: "System", strategy: "surge", replacement: null }), pool("apps")];
  const times = { startedAt: ago(3_000), endedAt: ago(1_200) };
  return { name, state: "done", reason: null, attempt: 1, controlPlane: null, ...times, pools, ...changes };
}

/** A ring, done unless told otherwise. */
export function ring(name: string, clusters: ClusterView[], changes: Partial<RingView> = {}): RingView {
  return { name, state: "done", waitingUntil: null, reason: null, clusters, ...changes };
}

/** A run that an event of AKS has started. */
export function run(id: string, changes: Partial<UpgradeRunView> = {}): UpgradeRunView {
  return upgradeRunViewSchema.parse({
    ...{ id, kind: "upgrade", status: "running", phase: "upgrading ring prod", verdict: null },
    trigger: {
      by: "Event Grid",
      reason: "node images for Kubernetes 1.34.2 on dev-weu",
      event: { type: "Microsoft.ContainerService.NewKubernetesVersionAvailable", source: "/x/dev-weu", id: "e-1" },
    },
    ...{ startedAt: ago(3_600), updatedAt: ago(2), endedAt: null, rings: [], gates: [], signals: [], findings: [] },
    ...changes,
  });
}

/** What the list of runs has of a run. */
export function summaryOf({
  rings: _rings,
  findings: _findings,
  gates: _gates,
  signals: _signals,
  ...rest
}: UpgradeRunView): object {
  return rest;
}

/** A run under way: one ring done, one that soaks, one with a drain that is held. */
export function runningRun(id = "upgrade-1f0e"): UpgradeRunView {
  return run(id, {
    rings: [
      ring("dev", [cluster("dev-weu")]),
      ring("staging", [cluster("staging-weu")], {
        state: "soaking",
        waitingUntil: ago(-245),
        reason: "soak of 10 min",
      }),
      ring(
        "prod",
        [
          cluster("prod-weu", {
            ...{ state: "upgrading", startedAt: ago(1_000), endedAt: null },
            pools: [
              pool("system", { mode: "System", strategy: "surge", replacement: null }),
              pool("apps", {
                state: "draining",
                nodes: [
                  node("apps-1"),
                  heldNode("apps-2"),
                  node("apps-3", { state: "waiting", podsTotal: 0, startedAt: null, endedAt: null }),
                ],
              }),
            ],
          }),
          cluster("prod-neu", { state: "queued", reason: "waits for run upgrade-0a", startedAt: null, endedAt: null }),
        ],
        { state: "running" },
      ),
    ],
    findings: [finding("EmptyDirData", "warning", "shop/cache")],
  });
}

/** A signal that answers nothing in particular. */
export function signal(kind: Signal["kind"], changes: Partial<Signal> = {}): Signal {
  return { id: `s-${kind}`, kind, by: "bob", reason: `a reason to ${kind}`, at: ago(120), gate: null, ...changes };
}

/** A question for approval. */
export function gate(changes: Partial<Gate> = {}): Gate {
  return {
    ...{ id: "approve-prod", kind: "approval", ring: "prod", options: ["approve", "decline"] },
    question: "May ring prod be upgraded: Kubernetes 1.33 to 1.34.2 (minor)?",
    evidence: ["clusters: prod-weu, prod-neu"],
    ...{ openedAt: ago(60), expiresAt: ago(-259_140), unanswered: "counts as declined" },
    ...changes,
  };
}

/** A run that waits for an approval, with control planes and versions. */
export function askingRun(id = "upgrade-ask"): UpgradeRunView {
  const toVersion = "1.34.2";
  const controlPlane = { from: "1.33.6", to: toVersion };
  const versions = { fromVersion: "1.33.6", toVersion, replacement: null };
  const pools = [pool("system", { ...versions, mode: "System", strategy: "surge" }), pool("apps", versions)];
  const untouched = pools.map((one): PoolView => ({ ...one, state: "pending" }));
  const waiting = { startedAt: null, endedAt: null, state: "pending" } as const;
  return run(id, {
    phase: "waiting for the approval of ring prod",
    gates: [gate()],
    signals: [signal("approve", { gate: "approve-dev", at: ago(7_000) })],
    rings: [
      ring("dev", [cluster("dev-weu", { controlPlane: { ...controlPlane, state: "done" }, pools })]),
      ring(
        "prod",
        [
          cluster("prod-weu", {
            ...waiting,
            attempt: 0,
            controlPlane: { ...controlPlane, state: "pending" },
            pools: untouched,
          }),
        ],
        { state: "approval", waitingUntil: gate().expiresAt, reason: gate().question },
      ),
    ],
  });
}

/** A run whose ring was halted after a second try. */
export function haltedRun(id = "upgrade-halt"): UpgradeRunView {
  const blocked = cluster("prod-weu", {
    ...{ state: "blocked", attempt: 2, reason: "pod tools/toolbox has no controller", endedAt: ago(200) },
    pools: [pool("apps", { state: "waiting", reason: "paused by bob: lunch", replacement: null })],
  });
  return run(id, {
    phase: "halted in ring prod",
    gates: [
      gate({
        ...{ id: "halt-prod-2", kind: "halt", options: ["retry", "skip"], evidence: ["prod-weu: blocked"] },
        question: "Ring prod is halted: prod-weu is blocked. Try again, go on without what failed, or cancel?",
        unanswered: "the run ends",
      }),
    ],
    signals: [signal("retry", { gate: "halt-prod-1" })],
    rings: [
      ring("prod", [blocked], {
        ...{ state: "halted", reason: "halted: prod-weu is blocked", waitingUntil: gate().expiresAt },
      }),
    ],
    findings: [finding("BarePod", "blocker", "tools/toolbox"), finding("BarePod", "blocker", "tools/other")],
  });
}

/** A plan over two rings: one is done by itself, one wants approval and has its window shut. */
export function samplePlan(id = "plan-0123456789abcdef"): PlanView {
  const images = { fromImage: pool("apps").fromImage, toImage: pool("apps").toImage };
  const member = (name: string, changes: Partial<PlanView["rings"][number]["clusters"][number]> = {}) => ({
    ...{ name, skip: null, reason: null, estimatedMinutes: 50, startsAt: ago(0), endsAt: ago(-3_000) },
    controlPlane: { kind: "minor" as const, from: "1.33.6", to: "1.34.2" },
    pools: [
      {
        ...{ name: "apps", mode: "User", strategy: "blueGreen" as const, count: 3, estimatedMinutes: 30 },
        ...{ ...images, fromVersion: "1.33.6", toVersion: "1.34.2" },
      },
    ],
    ...changes,
  });
  const skipped = { skip: "prod-neu is stopped", reason: "prod-neu is stopped", startsAt: null, endsAt: null };
  return planViewSchema.parse({
    ...{ id, kind: "upgrade", plannedAt: ago(5), fleetDigest: "9f86d0818", endsAt: ago(-90_000) },
    rings: [
      {
        ...{ name: "dev", maxParallel: 1, soakMinutes: 5, approvals: [], window: null, endsAt: ago(-3_300) },
        clusters: [member("dev-weu")],
      },
      {
        ...{ name: "prod", maxParallel: 2, soakMinutes: 0, endsAt: ago(-90_000) },
        approvals: ["Kubernetes 1.33 to 1.34.2 (minor)"],
        window: { open: false, closesAt: null, opensAt: ago(-80_000), reason: "outside of its times" },
        clusters: [
          member("prod-weu", { reason: "outside of the ring's window", startsAt: ago(-80_000), endsAt: ago(-83_000) }),
          member("prod-neu", { ...skipped, controlPlane: null, pools: [], estimatedMinutes: 0 }),
        ],
      },
    ],
    findings: [finding("BarePod", "blocker", "tools/toolbox")],
  });
}

/** A finding with evidence. */
export function finding(code: string, severity: Finding["severity"], subject: string): Finding {
  return {
    ...{ code, severity, subject, cluster: "prod-weu" },
    message: `What ${code} says of ${subject}.`,
    evidence: ["Deployment shop/cache has an emptyDir of 2 GiB", "3 pods on 2 nodes"],
    remedy: "Move the data to a volume that outlives the pod.",
  };
}

/** A run whose drain failed, and its report. */
export function failedRun(id = "upgrade-bad"): { readonly run: UpgradeRunView; readonly report: UpgradeReport } {
  const failed = heldNode("apps-2");
  const findings = [finding("EventsFolded", "info", "run"), finding("DrainFailed", "blocker", "apps-2")];
  const view = run(id, {
    ...{ status: "finished", phase: "finished", verdict: "failed", endedAt: ago(60), updatedAt: ago(60), findings },
    rings: [
      ring("dev", [cluster("dev-weu")]),
      ring(
        "prod",
        [
          cluster("prod-weu", {
            ...{ state: "failed", reason: "pool apps: the drain of apps-2 did not end within 30 min" },
            pools: [pool("apps", { state: "failed", nodes: [{ ...failed, state: "failed", endedAt: ago(60) }] })],
          }),
          cluster("prod-neu", { state: "skipped", reason: "a cluster of its ring failed", startedAt: null, pools: [] }),
        ],
        { state: "failed", reason: "1 cluster failed" },
      ),
    ],
  });
  return { run: view, report: reportOf(view) };
}

/** The report of a run that has ended. */
export function reportOf(view: UpgradeRunView): UpgradeReport {
  const ended = (instant: string | null) => instant ?? view.updatedAt;
  const outcomeOf = (state: string) => (["done", "failed", "cancelled"].includes(state) ? state : "cancelled");
  return upgradeReportSchema.parse({
    ...view,
    fleetDigest: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    rings: view.rings.map((part) => ({
      ...part,
      findings: [],
      clusters: part.clusters.map((member) => ({
        ...member,
        ...{ outcome: member.state, findings: [] },
        controlPlane: member.controlPlane && {
          ...{ from: member.controlPlane.from, to: member.controlPlane.to, outcome: member.controlPlane.state },
          ...{ startedAt: ago(900), endedAt: ago(500) },
        },
        pools: member.pools.map((of) => ({
          ...of,
          ...{ outcome: outcomeOf(of.state), findings: [], startedAt: ago(900), endedAt: ago(60) },
          drains: of.nodes.map(({ name, state, podsTotal, podsLeft, waitingFor, startedAt, endedAt }) => ({
            ...{ node: name, outcome: state, podsTotal, podsLeft, evicted: podsTotal - podsLeft },
            ...{ blockers: waitingFor, startedAt: ended(startedAt), endedAt: ended(endedAt) },
          })),
        })),
      })),
    })),
  });
}

/** A run over a big fleet: so many clusters in one ring, each with one pool of so many nodes. */
export function bigRun(clusters: number, nodesEach: number): UpgradeRunView {
  const draining = (name: string): NodeView[] =>
    Array.from({ length: nodesEach }, (_, index) => {
      const named = `${name}-n${index}`;
      if (index === nodesEach - 1) return heldNode(named);
      return index < nodesEach / 2
        ? node(named)
        : node(named, { state: "waiting", podsTotal: 0, startedAt: null, endedAt: null });
    });
  const members = Array.from({ length: clusters }, (_, index) => {
    const name = `prod-${index}`;
    const state = index < clusters / 2 ? "done" : index < clusters / 2 + 5 ? "upgrading" : "pending";
    const nodes = state === "upgrading" ? draining(name) : state === "done" ? [node(`${name}-n0`)] : [];
    return cluster(name, {
      ...{ state, endedAt: state === "done" ? ago(100) : null },
      pools: [pool("apps", { state: state === "upgrading" ? "draining" : state, nodes })],
    });
  });
  return run("upgrade-big", { rings: [ring("prod", members, { state: "running" })] });
}
