import { createHash } from "node:crypto";
import type { CheckJob, ClusterChecks } from "../adapters/kubernetes/cluster-checks.ts";
import { DrydockError } from "../domain/errors.ts";
import { type CheckOutcome, type CustomCheck, judgeAnswer, judgeJob } from "../domain/preflight/custom-check.ts";
import type { PreflightPorts } from "./ports.ts";

/** Longest name of a Kubernetes object that is also the value of a label. */
const MOST_NAME = 63;
const HASH_CHARACTERS = 8;

/** A check of a run in one cluster. */
export interface CheckInput {
  readonly resourceId: string;
  readonly runId: string;
  readonly check: CustomCheck;
}

/** Makes the call of a check. What gives no answer cannot be told; nothing is tried twice. */
export async function callCheck(
  ports: PreflightPorts,
  { resourceId, check }: Omit<CheckInput, "runId">,
): Promise<CheckOutcome> {
  const { http, timeoutSeconds } = check;
  if (!http) return { kind: "unknown", why: `check ${check.name} makes no call` };
  try {
    if (http.url !== undefined) {
      return judgeAnswer(http, await ports.callUrl(http.url, http.method, timeoutSeconds * 1000));
    }
    const { service } = http;
    if (!service) return { kind: "unknown", why: `check ${check.name} names neither a URL nor a service` };
    const answer = await withChecks(ports, resourceId, (checks) =>
      inTime(checks.callService(service, http.method), timeoutSeconds),
    );
    return answer === "late"
      ? {
          kind: "unknown",
          why: `service ${service.namespace}/${service.name} gave no answer within ${timeoutSeconds} s`,
        }
      : judgeAnswer(http, answer);
  } catch (error) {
    if (error instanceof DrydockError) return { kind: "unknown", why: error.failure.message };
    throw error;
  }
}

/** Makes the Job of a check; asked for twice, it is made once. */
export async function beginCheckJob(ports: PreflightPorts, input: CheckInput): Promise<null> {
  const job = jobOf(input);
  if (job) await withChecks(ports, input.resourceId, (checks) => checks.beginJob(job));
  return null;
}

/** How the Job of a check stands; `waitsFor` while it has not ended. */
export async function pollCheckJob(
  ports: PreflightPorts,
  input: CheckInput,
): Promise<CheckOutcome | { readonly kind: "running"; readonly waitsFor: string }> {
  const job = jobOf(input);
  if (!job) return { kind: "unknown", why: `check ${input.check.name} is no Job` };
  const state = await withChecks(ports, input.resourceId, (checks) => checks.pollJob(job));
  return state.kind === "running" ? { kind: "running", waitsFor: state.why } : judgeJob(job.check, state);
}

/** Takes the Job of a check away. */
export async function removeCheckJob(ports: PreflightPorts, input: CheckInput): Promise<null> {
  const job = jobOf(input);
  if (job) await withChecks(ports, input.resourceId, (checks) => checks.removeJob(job));
  return null;
}

/** A Job bears the name of its run and its check; where both are too long together, a hash of them keeps it unique. */
function jobOf({ runId, check }: CheckInput): CheckJob | undefined {
  if (!check.job) return undefined;
  const full = `drydock-${runId}-${check.name}`.toLowerCase().replace(/[^a-z0-9-]/g, "-");
  const hash = createHash("sha256").update(full).digest("hex").slice(0, HASH_CHARACTERS);
  const name = full.length <= MOST_NAME ? full : `${full.slice(0, MOST_NAME - HASH_CHARACTERS - 1)}-${hash}`;
  return { name, runId, check: check.job, timeoutSeconds: check.timeoutSeconds };
}

async function withChecks<T>(
  ports: PreflightPorts,
  resourceId: string,
  work: (checks: ClusterChecks) => Promise<T>,
): Promise<T> {
  const checks = await ports.openChecks(resourceId);
  try {
    return await work(checks);
  } finally {
    checks.close();
  }
}

async function inTime<T>(answer: Promise<T>, seconds: number): Promise<T | "late"> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<"late">((resolve) => {
    timer = setTimeout(() => resolve("late"), seconds * 1000).unref();
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}
