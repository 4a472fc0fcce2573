import type { Finding } from "../domain/finding.ts";
import { type CheckOutcome, type CustomCheck, outcomeFindings } from "../domain/preflight/custom-check.ts";
import { doubtFindings } from "../domain/preflight/doubt.ts";
import type { PreflightPolicy } from "../domain/preflight/preflight-policy.ts";
import type { CannotTell } from "../domain/preflight/readiness.ts";
import { nowMs, type OrchestrationContext, perform, type Step, StepFailed, waitUntil } from "./durable.ts";

/** How long between two looks at a Job. */
const LOOK_MS = 10_000;
/** How much longer than its own limit a Job is waited for: Kubernetes ends it at its limit, and that takes a moment. */
const GRACE_MS = 30_000;

/** The checks of a ring, for one of its clusters. */
export interface CustomChecksInput {
  readonly runId: string;
  readonly cluster: string;
  readonly resourceId: string;
  readonly policy: Pick<PreflightPolicy, "checks" | "cannotTell">;
}

/** Runs a ring's own checks in a cluster, one after another, and answers what they found. No Job of theirs is left behind. */
export function* runCustomChecks(context: OrchestrationContext, input: CustomChecksInput): Step<Finding[]> {
  const findings: Finding[] = [];
  const doubts: CannotTell[] = [];
  for (const check of input.policy.checks) {
    const found = outcomeFindings(input.cluster, check, yield* runCheck(context, input, check));
    findings.push(...found.findings);
    doubts.push(...found.cannotTell);
  }
  return [...findings, ...doubtFindings(input.cluster, doubts, input.policy.cannotTell)];
}

function* runCheck(context: OrchestrationContext, input: CustomChecksInput, check: CustomCheck): Step<CheckOutcome> {
  const { resourceId, runId } = input;
  try {
    if (check.http) return yield* perform(context, "callCheck", { resourceId, check });
    return yield* runJob(context, { resourceId, runId, check });
  } catch (error) {
    if (error instanceof StepFailed) return { kind: "unknown", why: error.failure.message };
    throw error;
  }
}

interface JobInput {
  readonly resourceId: string;
  readonly runId: string;
  readonly check: CustomCheck;
}

function* runJob(context: OrchestrationContext, job: JobInput): Step<CheckOutcome> {
  const { timeoutSeconds, name } = job.check;
  const deadlineMs = nowMs(context) + timeoutSeconds * 1000 + GRACE_MS;
  try {
    yield* perform(context, "beginCheckJob", job);
    for (;;) {
      const state = yield* perform(context, "pollCheckJob", job);
      if (state.kind !== "running") return state;
      if (nowMs(context) >= deadlineMs) {
        return { kind: "unknown", why: `check ${name} did not end within ${timeoutSeconds} s: ${state.waitsFor}` };
      }
      yield* waitUntil(context, nowMs(context) + LOOK_MS);
    }
  } finally {
    yield* removeJob(context, job);
  }
}

/** A Job that cannot be taken away ends by itself, and goes an hour later. */
function* removeJob(context: OrchestrationContext, job: JobInput): Step<void> {
  try {
    yield* perform(context, "removeCheckJob", job);
  } catch (error) {
    if (!(error instanceof StepFailed)) throw error;
  }
}
