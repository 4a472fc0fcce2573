import type { Finding } from "../domain/finding.ts";
import { provePool } from "../domain/proof.ts";
import { runIds } from "../domain/run-request.ts";
import { nowMs, perform, type Step, waitUntil } from "./durable.ts";
import { durableOperation, type OperationOutcome } from "./durable-operation.ts";
import { PoolHalted, type PoolWork } from "./upgrade-pool.ts";

const DELETE_HOURS = 2;
/** How long workloads may take to be as ready as before. */
const SETTLE_MINUTES = 10;
const SETTLE_POLL_MS = 15_000;

/** Halts the pool, with a finding, unless a long operation succeeded. */
export function requireSuccess(work: PoolWork, outcome: OperationOutcome, what: string): void {
  if (outcome.outcome === "succeeded") return;
  const { cluster, pool } = work.input;
  work.findings.push({
    code: outcome.outcome === "timed-out" ? "OperationTimedOut" : "OperationFailed",
    severity: "blocker",
    subject: `${cluster}/${pool.name}`,
    message: `Azure did not ${what}: ${outcome.message}`,
    evidence: [],
    remedy: "The activity log of the cluster tells more; mend the cause and run again.",
    cluster,
  });
  throw new PoolHalted("failed", outcome.message);
}

/** Halts the pool when a proof found something. */
export function requireProof(work: PoolWork, findings: readonly Finding[]): void {
  if (findings.length === 0) return;
  work.findings.push(...findings);
  throw new PoolHalted("failed", findings[0]?.message ?? "the proof failed");
}

/** Proves a pool from the cluster; what is still starting is given time. Halts the pool when it stays unproven. */
export function* proveWhenSettled(work: PoolWork, poolName: string): Step<void> {
  const { context, input } = work;
  const { cluster, resourceId, pool, baseline } = input;
  const deadlineMs = nowMs(context) + SETTLE_MINUTES * 60_000;
  for (;;) {
    const nodes = yield* perform(context, "listNodes", { resourceId, pool: poolName });
    const after = yield* perform(context, "observeWorkloads", { resourceId });
    const { toImage: image, toVersion: version } = pool;
    const proof = provePool({ cluster, pool: poolName, image, version, nodes, before: baseline, after });
    if (proof.length === 0) return;
    if (nowMs(context) >= deadlineMs) return requireProof(work, proof);
    yield* waitUntil(context, nowMs(context) + SETTLE_POLL_MS);
  }
}

/** Deletes a pool; halts this one's upgrade when that fails. */
export function* deletePool(
  work: PoolWork,
  name: string,
  step: "delete" | "undo",
  onlyIfMadeByRun: boolean,
): Step<void> {
  const { context, input } = work;
  const { runId, part, resourceId, pool } = input;
  const outcome = yield* durableOperation(
    context,
    runIds.operation(part, pool.name, step),
    { kind: "deletePool", resourceId, runId, pool: name, onlyIfMadeByRun },
    { deadlineHours: DELETE_HOURS },
  );
  requireSuccess(work, outcome, `delete pool ${name}`);
}
