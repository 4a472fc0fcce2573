import { toldFindings, undrained } from "../domain/drain/drain-findings.ts";
import { estimateDrain } from "../domain/estimate.ts";
import type { DrainPolicy } from "../domain/fleet-config.ts";
import type { DrainResult } from "../domain/report.ts";
import { runIds } from "../domain/run-request.ts";
import { passCheckpoint } from "./checkpoint.ts";
import type { DrainNodeInput } from "./drain-node.ts";
import { nowMs, perform, runChildren, type Step } from "./durable.ts";
import { takeBackRemedies } from "./take-back.ts";
import { PoolHalted, type PoolWork } from "./upgrade-pool.ts";

/**
 * Drains cordoned nodes, some at a time, and answers those that were not drained. By the policy the first of them halts the
 * pool, or the others go on; when not one could be drained the pool is halted in any case.
 */
export function* drainPool(work: PoolWork, nodes: readonly string[]): Step<string[]> {
  const { context, input } = work;
  const { drain, pool } = input;
  const endMs = drain.poolTimeoutMinutes === null ? null : nowMs(context) + drain.poolTimeoutMinutes * 60_000;
  const failed: string[] = [];
  for (let from = 0; from < nodes.length; from += pool.policy.parallelDrains) {
    const remaining = nodes.slice(from);
    yield* holdBetweenDrains(work, remaining);
    const policy = withinPoolTime(drain, endMs, nowMs(context));
    if (policy === null) {
      failed.push(...(yield* leaveOut(work, remaining)));
      break;
    }
    const round = nodes.slice(from, from + pool.policy.parallelDrains);
    const results = yield* drainTogether(work, round, { policy, stopsOnCancel: true });
    if (results.some(({ outcome }) => outcome === "cancelled")) throw runCancelled();
    const stuck = results.filter(({ outcome }) => outcome === "failed");
    for (const result of stuck) work.findings.push(undrained(input.cluster, result, policy));
    if (stuck.length > 0 && drain.onFailure === "undo") throw new PoolHalted("failed", "a node did not drain");
    failed.push(...stuck.map(({ node }) => node));
  }
  if (failed.length > 0 && failed.length === nodes.length) throw new PoolHalted("failed", "no node could be drained");
  yield* takeBackRemedies(work);
  return failed;
}

/** How one drain of nodes differs from another. */
interface Together {
  readonly policy: DrainPolicy;
  readonly stopsOnCancel: boolean;
}

/** Drains nodes side by side; what is to be told of them goes to the findings. */
export function* drainTogether(
  { context, input, drains, findings }: PoolWork,
  nodes: readonly string[],
  { policy, stopsOnCancel }: Together,
): Step<DrainResult[]> {
  const { runId, part, cluster, ring, resourceId, pool } = input;
  const keepsAside = stopsOnCancel && policy.onFailure === "keepAside";
  const children = nodes.map((node) => ({
    instanceId: runIds.node(part, pool.name, node),
    input: {
      ...{ runId, cluster, ring, resourceId, node, policy, stopsOnCancel, keepsAside },
      progress: null,
    } satisfies DrainNodeInput,
  }));
  const results = yield* runChildren<DrainResult>(context, "drainNode", children);
  drains.push(...results);
  for (const { node, remedies, stalls, skipped } of results) {
    findings.push(...toldFindings({ cluster, subject: node, remedies, stalls, skipped }));
  }
  return results;
}

/** A node may take no longer than is left to the pool; null when nothing is. */
function withinPoolTime(policy: DrainPolicy, endMs: number | null, now: number): DrainPolicy | null {
  if (endMs === null) return policy;
  if (now >= endMs) return null;
  return { ...policy, timeoutMinutes: Math.min(policy.timeoutMinutes, (endMs - now) / 60_000) };
}

/** The pool's time is over: nodes that were not begun take pods again. */
function* leaveOut(work: PoolWork, nodes: readonly string[]): Step<readonly string[]> {
  const { context, input } = work;
  const { runId, cluster, resourceId, pool, drain } = input;
  work.findings.push({
    code: "PoolDrainTimedOut",
    severity: "blocker",
    subject: `${cluster}/${pool.name}`,
    message: `the drains of pool ${pool.name} were not done within ${drain.poolTimeoutMinutes} minutes; ${nodes.length} nodes were not begun`,
    evidence: nodes.map((node) => `node ${node}`),
    remedy:
      "Give the pool more time in fleet.yaml (upgrade.drain.poolTimeoutMinutes), or drain more nodes side by side.",
    cluster,
  });
  if (drain.onFailure === "undo") throw new PoolHalted("failed", "the pool's time is over");
  yield* perform(context, "uncordonNodes", { resourceId, runId, nodes });
  return nodes;
}

/**
 * Begins no drain while the run is paused, or that could not end before the window shuts. Meanwhile the nodes that are not
 * drained yet take pods again: a pause may last for days.
 */
function* holdBetweenDrains(work: PoolWork, remaining: readonly string[]): Step<void> {
  const { context, input } = work;
  const { runId, resourceId, window } = input;
  let isFirst = true;
  const passage = yield* passCheckpoint({
    context,
    runId,
    window,
    work: estimateDrain(),
    *onHold({ reason, until }) {
      if (isFirst) yield* perform(context, "uncordonNodes", { resourceId, runId, nodes: remaining });
      isFirst = false;
      work.show({ state: "waiting", waitingFor: until === null ? reason : `${reason}; until ${until}` });
    },
  });
  if (passage.stop?.kind === "cancelled") throw runCancelled();
  if (passage.stop) throw new PoolHalted("failed", passage.stop.reason);
  if (!passage.held) return;
  work.show({ state: "draining" });
  yield* perform(context, "cordonNodes", { resourceId, runId, nodes: remaining });
}

function runCancelled(): PoolHalted {
  return new PoolHalted("cancelled", "the run was cancelled");
}
