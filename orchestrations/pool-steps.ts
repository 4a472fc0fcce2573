import type { Finding } from "../domain/finding.ts";
import type { OperationOutcome } from "./durable-operation.ts";
import { PoolHalted, type PoolWork } from "./upgrade-pool.ts";

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
