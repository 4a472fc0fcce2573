import type { ClusterResult, RingResult } from "../domain/report.ts";
import { CANCEL_EVENT, runIds } from "../domain/run-request.ts";
import type { ClusterPlan, RingPlan } from "../domain/upgrade-plan.ts";
import { windowStateAt } from "../domain/window.ts";
import { nowMs, type OrchestrationContext, runChildren, type Step, waitUntilOr } from "./durable.ts";
import type { RunProgress } from "./run-progress.ts";
import { isCancelled } from "./run-record.ts";
import type { UpgradeClusterInput } from "./upgrade-cluster.ts";

/** A ring of a run. */
export interface RingRun {
  readonly context: OrchestrationContext;
  readonly runId: string;
  readonly ring: RingPlan;
  /** Why the ring must not begin; null when it may. */
  readonly halt: string | null;
  /** The last ring has nothing to soak for. */
  readonly isLast: boolean;
  readonly progress: RunProgress;
}

/**
 * Takes one ring: waits for its window, upgrades its clusters in waves of its width, each wave only while the window is open,
 * and soaks. A cluster that fails or is blocked stops the waves after it.
 */
export function* runRing(run: RingRun): Step<RingResult> {
  const { ring, clusters } = run.ring;
  const results = new Map<string, ClusterResult>();
  for (const cluster of clusters) {
    if (cluster.skip !== null) results.set(cluster.name, leftAlone(cluster, cluster.skip));
  }
  const todo = clusters.filter(({ skip }) => skip === null);
  const skipped = Object.fromEntries(clusters.flatMap(({ name, skip }) => (skip === null ? [] : [[name, skip]])));
  let stopped = run.halt;
  for (let from = 0; stopped === null && from < todo.length; from += ring.maxParallel) {
    stopped = yield* awaitWindow(run, skipped);
    if (stopped !== null) {
      markLeft(todo.slice(from), stopped, results);
      break;
    }
    run.progress.ring(ring.name, `upgrading ring ${ring.name}`, { state: "running", skipped });
    const wave = todo.slice(from, from + ring.maxParallel);
    for (const result of yield* upgradeWave(run, wave)) results.set(result.name, result);
    stopped = stoppedBy([...results.values()]);
    if (stopped !== null) markLeft(todo.slice(from + wave.length), stopped, results);
  }
  if (run.halt !== null) markLeft(todo, run.halt, results);
  const ordered = clusters.flatMap(({ name }) => results.get(name) ?? []);
  return yield* endRing(run, ordered, stopped, skipped);
}

function* endRing(
  run: RingRun,
  clusters: ClusterResult[],
  stopped: string | null,
  skipped: Readonly<Record<string, string>>,
): Step<RingResult> {
  const { name, soakMinutes } = run.ring.ring;
  const { progress } = run;
  const failed = clusters.some(({ outcome }) => outcome === "failed" || outcome === "blocked");
  const didWork = clusters.some(({ outcome }) => outcome === "done");
  if (stopped !== null) {
    const state = failed ? "failed" : "skipped";
    progress.ring(name, `ring ${name} ${state}`, { state, reason: stopped, skipped });
    return { name, state, reason: stopped, clusters };
  }
  let reason: string | null = null;
  if (!run.isLast && didWork && soakMinutes > 0) reason = yield* soak(run, skipped);
  progress.ring(name, `ring ${name} done`, { state: "done", reason, skipped });
  return { name, state: "done", reason, clusters };
}

/** Waits until the ring's window is open; answers why the run stops, if it does. */
function* awaitWindow(
  { context, runId, ring: { ring }, progress }: RingRun,
  skipped: Readonly<Record<string, string>>,
): Step<string | null> {
  for (;;) {
    if (yield* isCancelled(context, runId)) return "cancelled";
    if (ring.window === null) return null;
    const window = windowStateAt(ring.window, nowMs(context));
    if (window.open) return null;
    if (window.opensAtMs === null) return `halted: ${window.reason}`;
    const waitingUntil = new Date(window.opensAtMs).toISOString();
    progress.ring(ring.name, `waiting for the window of ring ${ring.name}`, {
      state: "waiting",
      waitingUntil,
      reason: window.reason,
      skipped,
    });
    yield* waitUntilOr(context, window.opensAtMs, CANCEL_EVENT);
  }
}

function* upgradeWave(
  { context, runId, ring: { ring } }: RingRun,
  wave: readonly ClusterPlan[],
): Step<ClusterResult[]> {
  const children = wave.map((plan) => ({
    instanceId: runIds.cluster(runId, plan.name),
    input: { runId, plan, policy: ring.preflight } satisfies UpgradeClusterInput,
  }));
  return yield* runChildren<ClusterResult>(context, "upgradeCluster", children);
}

/** Waits after a ring, before the next one begins; answers why it was cut short, if it was. */
function* soak(
  { context, runId, ring: { ring }, progress }: RingRun,
  skipped: Readonly<Record<string, string>>,
): Step<string | null> {
  const untilMs = nowMs(context) + ring.soakMinutes * 60_000;
  const waitingUntil = new Date(untilMs).toISOString();
  progress.ring(ring.name, `soaking after ring ${ring.name}`, { state: "soaking", waitingUntil, skipped });
  while (nowMs(context) < untilMs) {
    yield* waitUntilOr(context, untilMs, CANCEL_EVENT);
    if (yield* isCancelled(context, runId)) return "cancelled";
  }
  return null;
}

function stoppedBy(results: readonly ClusterResult[]): string | null {
  const culprit = results.find(({ outcome }) => outcome === "failed" || outcome === "blocked");
  if (culprit) return `halted: ${culprit.name} ${culprit.outcome === "failed" ? "failed" : "is blocked"}`;
  return results.some(({ outcome }) => outcome === "cancelled") ? "cancelled" : null;
}

function markLeft(clusters: readonly ClusterPlan[], reason: string, results: Map<string, ClusterResult>): void {
  for (const cluster of clusters) {
    if (!results.has(cluster.name)) results.set(cluster.name, leftAlone(cluster, reason));
  }
}

function leftAlone({ name }: ClusterPlan, reason: string): ClusterResult {
  return { name, outcome: "skipped", reason, pools: [], findings: [], startedAt: null, endedAt: null };
}
