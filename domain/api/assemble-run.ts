import type { ClusterResult, DrainResult, PoolResult, RingResult, UpgradeReport } from "../report.ts";
import type { RunRequest } from "../run-request.ts";
import type { ClusterStatus, DrainStatus, PoolStatus, RunStatus } from "../run-status.ts";
import type { ClusterPlan, PoolPlan, RingPlan } from "../upgrade-plan.ts";
import type { ClusterView, NodeView, PoolView, RingView, RunView } from "./run-view.ts";

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
}

/** What is known of a cluster's upgrade. */
export interface ClusterParts {
  readonly status: ClusterStatus | null;
  readonly result: ClusterResult | null;
  readonly pools: ReadonlyMap<string, PoolParts>;
}

/** What is known of a run. */
export interface RunParts {
  readonly id: string;
  readonly state: "pending" | "running" | "ended";
  /** Why it ended without a report, if so. */
  readonly brokenBy: string | null;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly request: RunRequest;
  readonly status: RunStatus | null;
  readonly plan: readonly RingPlan[];
  readonly report: UpgradeReport | null;
  readonly clusters: ReadonlyMap<string, ClusterParts>;
}

/** Puts a run together as the API shows it: from its report once there is one, before that from its plan and its parts. */
export function assembleRun(run: RunParts): RunView {
  const { id, report, request, status } = run;
  const common = { id, kind: "upgrade", trigger: request.trigger, startedAt: run.createdAt } as const;
  if (report) {
    return {
      ...common,
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
  return {
    ...common,
    status: hasEnded ? "finished" : run.state === "pending" ? "pending" : "running",
    phase: hasEnded ? `ended without a report: ${run.brokenBy ?? "unknown"}` : (status?.phase ?? "waiting to start"),
    verdict: hasEnded ? "failed" : null,
    updatedAt: run.updatedAt,
    endedAt: hasEnded ? run.updatedAt : null,
    rings: run.plan.map((ring) => liveRing(ring, run)),
    findings: [...run.clusters.values()].flatMap(({ result }) => result?.findings ?? []),
  };
}

function liveRing({ ring, clusters }: RingPlan, run: RunParts): RingView {
  const progress = run.status?.rings.find(({ name }) => name === ring.name);
  return {
    name: ring.name,
    state: progress?.state ?? "pending",
    waitingUntil: progress?.waitingUntil ?? null,
    reason: progress?.reason ?? null,
    clusters: clusters.map((plan) => liveCluster(plan, run.clusters.get(plan.name))),
  };
}

function liveCluster(plan: ClusterPlan, parts: ClusterParts | undefined): ClusterView {
  const { status = null, result = null } = parts ?? {};
  const idle = plan.skip === null ? "pending" : "skipped";
  return {
    name: plan.name,
    state: result?.outcome ?? status?.state ?? idle,
    reason: result?.reason ?? status?.reason ?? plan.skip,
    startedAt: result?.startedAt ?? status?.startedAt ?? null,
    endedAt: result?.endedAt ?? null,
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
    replacement: status?.replacement ?? null,
    nodes: (status?.nodes ?? []).map((name) => liveNode(name, drains.get(name))),
  };
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
  const { name, outcome, reason, startedAt, endedAt, pools } = cluster;
  const untouched = planned.filter((plan) => !pools.some((pool) => pool.name === plan.name));
  return {
    name,
    state: outcome,
    reason,
    startedAt,
    endedAt,
    pools: [
      ...pools.map(endedPool),
      ...untouched.map((plan): PoolView => ({ ...livePool(plan, undefined), state: "skipped" })),
    ],
  };
}

function endedPool(pool: PoolResult): PoolView {
  const { name, mode, strategy, state, fromImage, toImage, replacement, drains } = pool;
  return { name, mode, strategy, state, fromImage, toImage, replacement, nodes: drains.map(endedNode) };
}

function endedNode(drain: DrainResult): NodeView {
  const { node, outcome, podsTotal, podsLeft, blockers, startedAt, endedAt } = drain;
  const state = outcome === "drained" ? "drained" : "failed";
  return { name: node, state, podsTotal, podsLeft, waitingFor: blockers, startedAt, endedAt };
}
