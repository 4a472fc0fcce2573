import type { RestoreRequest } from "../domain/restore/backup-provider.ts";
import type { Isolation } from "../domain/restore/isolation.ts";
import {
  hindranceOf,
  lifeHours,
  type PlannedTest,
  restoreRequestOf,
  scratchSpec,
} from "../domain/restore/planned-test.ts";
import type { QueuedTest } from "../domain/restore/queued-test.ts";
import { problemsOf, restoreEnd, validationEnd, verificationEnd } from "../domain/restore/restore-outcome.ts";
import { MINUTES_OF_STEP, type ScratchSpec, scratchStepsOf } from "../domain/restore/scratch.ts";
import { nowIso, nowMs, perform, type Step, waitUntil } from "./durable.ts";
import { couldNot, DONE, type PhaseEnd, type TestWork, testStep } from "./restore-work.ts";

/** How old the plan of a run may be when a test's turn comes; after that it is looked up anew. */
const PLAN_HOLDS_MS = 10 * 60_000;
const HOUR_MS = 3_600_000;
/** Roles that were just given take minutes to be known everywhere: a validation that misses them is tried again. */
const VALIDATIONS = { tries: 3, minutes: 30, waitMs: 3 * 60_000 };
/** Longest restore; a run may set less by the life of its scratch clusters. */
const RESTORE_MINUTES = 12 * 60;
const SPARE_MINUTES = 60;
const INSTALL_MINUTES = 30;

/** Chooses what is restored, as it is now. */
export function* choose(work: TestWork, { plannedAt, ...queued }: QueuedTest): Step<PhaseEnd> {
  const { context, input } = work;
  const isFresh = nowMs(context) - Date.parse(plannedAt) < PLAN_HOLDS_MS;
  const planned = isFresh ? queued.planned : yield* perform(context, "planTest", input);
  work.planned = planned;
  const findings = [...planned.findings];
  const hindrance = hindranceOf(planned);
  return hindrance === null ? { ...DONE, findings } : { ...hindrance, findings };
}

/** Makes the scratch cluster. What is about to be made is recorded first. */
export function* makeScratch(work: TestWork, planned: PlannedTest): Step<PhaseEnd> {
  const { context, input } = work;
  const expiresAt = new Date(nowMs(context) + lifeHours(input) * HOUR_MS).toISOString();
  const spec: ScratchSpec = scratchSpec(input, planned, expiresAt);
  work.spec = spec;
  for (const step of scratchStepsOf(spec)) {
    const end = yield* testStep(work, { part: step, minutes: MINUTES_OF_STEP[step] }, { kind: "scratch", spec, step });
    if (end.outcome !== "succeeded") return couldNot(work, `scratch cluster: ${step}`, end);
  }
  if (input.test.provider === "azure-backup" || !planned.instance) return DONE;
  const { runId, resourceId: sourceId } = input;
  const targets = { runId, sourceId, targetId: planned.names.clusterId, location: planned.instance.id };
  const within = { part: "install", minutes: INSTALL_MINUTES };
  const end = yield* testStep(work, within, { kind: "provider", provider: input.test.provider, targets });
  return end.outcome === "succeeded" ? DONE : couldNot(work, "scratch cluster: install Velero", end);
}

/** Makes the namespaces and denies them what the plan does not open, before anything is in them. */
export function* isolate(work: TestWork, planned: PlannedTest): Step<PhaseEnd> {
  yield* perform(work.context, "isolateScratch", isolationFor(work, planned));
  return DONE;
}

/** Asks the service whether it would restore. */
export function* validate(work: TestWork, planned: PlannedTest): Step<PhaseEnd> {
  const { context, input } = work;
  const { provider } = input.test;
  for (let attempt = 1; ; attempt += 1) {
    const request = requestOf(work, planned);
    const within = { part: `validate-${attempt}`, minutes: VALIDATIONS.minutes };
    const end = validationEnd(input.cluster, yield* testStep(work, within, { kind: "validation", provider, request }));
    if (end.outcome !== "could-not" || end.findings.length === 0 || attempt === VALIDATIONS.tries) return end;
    yield* waitUntil(context, nowMs(context) + VALIDATIONS.waitMs);
  }
}

/** Restores, and keeps what the service says of it. */
export function* restore(work: TestWork, planned: PlannedTest): Step<PhaseEnd> {
  const { input } = work;
  const left = (lifeHours(input) - input.keepHours) * 60 - SPARE_MINUTES;
  const minutes = Math.max(SPARE_MINUTES, Math.min(RESTORE_MINUTES, left));
  const request = requestOf(work, planned);
  const { provider } = input.test;
  const namespaces = planned.namespaces ?? [];
  const end = yield* testStep(work, { part: "restore", minutes }, { kind: "restore", provider, request, namespaces });
  work.problems.push(...problemsOf(end.state?.seen));
  work.bytes = end.state?.seen.progress.bytes ?? null;
  return restoreEnd(input.cluster, end);
}

/** Compares what came back with what should be there, and waits for it to come up. */
export function* verify(work: TestWork, planned: PlannedTest): Step<PhaseEnd> {
  const { input } = work;
  const { readyMinutes } = input.test;
  const gaps = yield* perform(work.context, "checkIsolation", isolationFor(work, planned));
  if (gaps.length > 0) return notIsolated(work, gaps);
  const within = { part: "verify", minutes: readyMinutes };
  const end = yield* testStep(work, within, { kind: "verification", input, planned });
  work.counts = [...(end.state?.seen.counts ?? [])];
  return verificationEnd(input.cluster, end, readyMinutes);
}

function requestOf({ context, input }: TestWork, planned: PlannedTest): RestoreRequest {
  const request = restoreRequestOf(input, planned, nowIso(context));
  if (request) return request;
  throw new Error(`the test of ${input.cluster} has nothing to restore, and went on`);
}

function isolationFor({ input }: TestWork, { names, namespaces }: PlannedTest): Isolation {
  return { runId: input.runId, targetId: names.clusterId, namespaces: namespaces ?? [], openings: input.test.openings };
}

function notIsolated({ input: { cluster } }: TestWork, gaps: readonly string[]): PhaseEnd {
  const message = `what was restored of ${cluster} is not isolated: nothing more is done with it`;
  const remedy = "See what of the backup undoes the isolation, and leave it out by excludedResources.";
  const finding = { code: "NotIsolated", severity: "blocker" as const, subject: cluster, cluster };
  return { outcome: "could-not", reason: message, findings: [{ ...finding, message, evidence: [...gaps], remedy }] };
}
