import { byGravity, type Finding } from "../finding.ts";
import { withoutVersions } from "../left-out.ts";
import {
  type ClusterResult,
  type DrainResult,
  findingsIn,
  type PoolResult,
  type RingResult,
  type UpgradeReport,
} from "../report.ts";
import { pauseOf, type RunControl } from "../run-control.ts";
import type { UpgradeRunRequest } from "../run-request.ts";
import type { ClusterStatus, DrainStatus, PoolStatus, RingStatus, RollStatus, RunStatus } from "../run-status.ts";
import type { ClusterPlan, PoolPlan, RingPlan } from "../upgrade-plan.ts";
import type { ClusterView, NodeView, PoolView, RingView, UpgradeRunView } from "./upgrade-view.ts";

/** What is known of the drain of a node: how it stands, or how it ended. */
export interface DrainParts {
  readonly status: DrainStatus | null;
  readonly result: DrainResult | null;
}

/** What is known of a pool's upgrade. */
export interface PoolParts {
  readonly status: PoolStatus | null;
  readonly result: PoolResult | null;
  readonly drains: ReadonlyMap<string, DrainParts>;
  /** How AKS comes along with each node, while it rolls the pool. */
  readonly roll?: RollStatus["roll"] | null;
}

/** What is known of a cluster's upgrade. */
export interface ClusterParts {
  readonly status: ClusterStatus | null;
  readonly result: ClusterResult | null;
  readonly pools: ReadonlyMap<string, PoolParts>;
}

/** What is known of a ring's upgrade. */
export interface RingParts {
  readonly status: RingStatus | null;
  readonly result: RingResult | null;
  /** What its lanes wait for. */
  readonly waiting: ReadonlyArray<{ readonly reason: string; readonly until: string | null }>;
}

/** What is known of a run. */
export interface RunParts {
  readonly id: string;
  readonly state: "pending" | "running" | "ended";
  /** Why it ended without a report, if so. */
  readonly brokenBy: string | null;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly request: UpgradeRunRequest;
  readonly status: RunStatus | null;
  readonly control: RunControl;
  readonly plan: readonly RingPlan[];
  readonly report: UpgradeReport | null;
  readonly rings: ReadonlyMap<string, RingParts>;
  readonly clusters: ReadonlyMap<string, ClusterParts>;
}

/** Puts a run together as the API shows it: from its report once there is one, before that from its plan and its parts. */
export function assembleRun(run: RunParts): UpgradeRunView {
  const { id, report, request, status, control } = run;
  const common = { id, kind: "upgrade", trigger: request.trigger, startedAt: run.createdAt } as const;
  const asked = { gates: [...control.gates], signals: [...control.signals] };
  if (report) {
    return {
      ...common,
      ...asked,
      status: "finished",
      phase: status?.phase ?? "finished",
      verdict: report.verdict,
      startedAt: report.startedAt,
      updatedAt: run.updatedAt,
      endedAt: report.endedAt,
      rings: report.rings.map((ring) => endedRing(ring, run.plan)),
      findings: [...report.findings],
    };
  }
  const hasEnded = run.state === "ended";
  const rings = run.plan.map((ring) => liveRing(ring, run));
  return {
    ...common,
    ...asked,
    status: hasEnded ? "finished" : run.state === "pending" ? "pending" : "running",
    phase: hasEnded ? `ended without a report: ${run.brokenBy ?? "unknown"}` : livePhase(run, rings),
    verdict: hasEnded ? "failed" : null,
    updatedAt: run.updatedAt,
    endedAt: hasEnded ? run.updatedAt : null,
    rings,
    findings: byGravity(liveFindings(run)),
  };
}

/** What was found so far: in rings that have ended, in clusters, and in the pools of those that have not. */
function liveFindings({ rings, clusters }: RunParts): Finding[] {
  const ended = [...rings.values()].flatMap(({ result }) =>
    result ? [...result.findings, ...result.clusters.flatMap(findingsIn)] : [],
  );
  const live = [...clusters.values()].flatMap(({ result, pools }) =>
    result ? findingsIn(result) : [...pools.values()].flatMap((pool) => pool.result?.findings ?? []),
  );
  return [...ended, ...live];
}

const RING_PHASES: Readonly<Record<RingView["state"], string>> = {
  pending: "about to begin ring",
  approval: "waiting for the approval of ring",
  waiting: "waiting for the window of ring",
  running: "upgrading ring",
  soaking: "soaking after ring",
  halted: "halted in ring",
  done: "done with ring",
  failed: "failed in ring",
  skipped: "skipped ring",
};

function livePhase({ status, control }: RunParts, rings: readonly RingView[]): string {
  const pause = pauseOf(control);
  const current = rings.findLast(({ state }) => state !== "pending");
  const phase = current ? `${RING_PHASES[current.state]} ${current.name}` : (status?.phase ?? "waiting to start");
  return pause ? `paused by ${pause.by}: ${phase}` : phase;
}

function liveRing(planned: RingPlan, run: RunParts): RingView {
  const { ring, clusters } = planned;
  const { status = null, result = null, waiting = [] } = run.rings.get(ring.name) ?? {};
  if (result) return endedRing(result, run.plan);
  const declined = status?.declined ?? null;
  const left = declined === null ? clusters : withoutVersions(planned, declined).clusters;
  const live = clusters.map((plan, index) => {
    return liveCluster({ ...plan, skip: left[index]?.skip ?? null }, run.clusters.get(plan.name), status);
  });
  const isBusy = live.some(({ state }) => BUSY.has(state));
  const [wait] = status?.state === "running" && !isBusy ? waiting : [];
  return {
    name: ring.name,
    state: wait ? "waiting" : (status?.state ?? "pending"),
    waitingUntil: wait?.until ?? status?.waitingUntil ?? null,
    reason: wait?.reason ?? status?.reason ?? null,
    clusters: live,
  };
}

/** States of a cluster in which the run does something to it. */
const BUSY: ReadonlySet<ClusterView["state"]> = new Set(["queued", "waiting", "preflight", "upgrading", "proving"]);

function liveCluster(plan: ClusterPlan, parts: ClusterParts | undefined, ring: RingStatus | null): ClusterView {
  const { status = null, result = null } = parts ?? {};
  const { controlPlane, skip } = plan;
  const idle = skip === null ? "pending" : "skipped";
  return {
    name: plan.name,
    state: result?.outcome ?? status?.state ?? idle,
    reason: result?.reason ?? status?.reason ?? skip,
    startedAt: result?.startedAt ?? status?.startedAt ?? null,
    endedAt: result?.endedAt ?? null,
    // The ring counts the try that it is about to begin: a cluster that waits for its second try is not in its first again.
    attempt: ring?.attempts[plan.name] ?? (parts === undefined ? 0 : 1),
    controlPlane:
      controlPlane === null
        ? null
        : {
            from: controlPlane.from,
            to: controlPlane.to,
            state: result?.controlPlane?.outcome ?? status?.controlPlane ?? (skip === null ? "pending" : "skipped"),
          },
    pools: plan.pools.map((pool) => {
      const ended = result?.pools.find(({ name }) => name === pool.name);
      return ended ? endedPool(ended) : livePool(pool, parts?.pools.get(pool.name));
    }),
  };
}

function livePool(plan: PoolPlan, parts: PoolParts | undefined): PoolView {
  if (parts?.result) return endedPool(parts.result);
  const { status = null, drains = new Map<string, DrainParts>() } = parts ?? {};
  return {
    name: plan.name,
    mode: plan.mode,
    strategy: plan.policy.strategy,
    state: status?.state ?? "pending",
    fromImage: plan.fromImage,
    toImage: plan.toImage,
    fromVersion: plan.fromVersion,
    toVersion: plan.toVersion,
    reason: status?.waitingFor ?? stalledText(parts),
    replacement: status?.replacement ?? null,
    nodes: parts?.roll?.nodes ?? (status?.nodes ?? []).map((name) => liveNode(name, drains.get(name))),
  };
}

/** Since when nothing moves in a pool, and what blocks, if that is too long. */
function stalledText(parts: PoolParts | undefined): string | null {
  const drains = [...(parts?.drains.values() ?? [])].flatMap(({ status, result }) =>
    status && !result ? [status] : [],
  );
  const rolling = parts?.roll
    ? [{ ...parts.roll, waitingFor: parts.roll.nodes.flatMap((node) => node.waitingFor) }]
    : [];
  const stalled = [...drains, ...rolling].find(({ stalledSince }) => (stalledSince ?? null) !== null);
  if (!stalled) return null;
  const [first] = stalled.waitingFor;
  const why = first ? `${first.pod}: ${first.message}` : "no pod is known to block";
  return `no progress since ${stalled.stalledSince}: ${why}`;
}

function liveNode(name: string, parts: DrainParts | undefined): NodeView {
  if (parts?.result) return endedNode(parts.result);
  const { status = null } = parts ?? {};
  return {
    name,
    state: status?.state ?? (parts ? "draining" : "waiting"),
    podsTotal: status?.podsTotal ?? 0,
    podsLeft: status?.podsLeft ?? 0,
    waitingFor: status?.waitingFor ?? [],
    startedAt: status?.startedAt ?? null,
    endedAt: null,
  };
}

function endedRing({ name, state, reason, clusters }: RingResult, plan: readonly RingPlan[]): RingView {
  const planned = plan.find(({ ring }) => ring.name === name)?.clusters ?? [];
  return {
    name,
    state,
    waitingUntil: null,
    reason,
    clusters: clusters.map((cluster) => {
      const pools = planned.find((plan) => plan.name === cluster.name)?.pools ?? [];
      return endedCluster(cluster, pools);
    }),
  };
}

/** Pools that were planned and never begun were left alone. */
function endedCluster(cluster: ClusterResult, planned: readonly PoolPlan[]): ClusterView {
  const { name, outcome, reason, startedAt, endedAt, attempt, controlPlane, pools } = cluster;
  const untouched = planned.filter((plan) => !pools.some((pool) => pool.name === plan.name));
  return {
    name,
    state: outcome,
    reason,
    startedAt,
    endedAt,
    attempt,
    controlPlane: controlPlane && { from: controlPlane.from, to: controlPlane.to, state: controlPlane.outcome },
    pools: [
      ...pools.map(endedPool),
      ...untouched.map((plan): PoolView => ({ ...livePool(plan, undefined), state: "skipped" })),
    ],
  };
}

function endedPool(pool: PoolResult): PoolView {
  const { name, mode, strategy, state, fromImage, toImage, fromVersion, toVersion, replacement, drains } = pool;
  const nodes = pool.rolled ?? drains.map(endedNode);
  return { name, mode, strategy, state, fromImage, toImage, fromVersion, toVersion, reason: null, replacement, nodes };
}

function endedNode(drain: DrainResult): NodeView {
  const { node, outcome, podsTotal, podsLeft, blockers, startedAt, endedAt } = drain;
  const state = outcome === "drained" ? "drained" : "failed";
  return { name: node, state, podsTotal, podsLeft, waitingFor: blockers, startedAt, endedAt };
}
