import { evidenceFolder } from "../domain/restore/evidence-manifest.ts";
import { newestDataOf } from "../domain/restore/judge-probe.ts";
import { freshnessFindings, measure, objectiveFindings } from "../domain/restore/measure.ts";
import type { PlannedTest, TestInput } from "../domain/restore/planned-test.ts";
import type { QueuedTest } from "../domain/restore/queued-test.ts";
import type { Objectives } from "../domain/restore/restore-plan.ts";
import type { ClusterTest } from "../domain/restore/restore-report.ts";
import { type RestorePhase, restoreVerdict } from "../domain/restore/restore-verdict.ts";
import { acquireLease, releaseLease } from "./cluster-lease.ts";
import { nowIso, type OrchestrationContext, type Step } from "./durable.ts";
import { look } from "./restore-look.ts";
import { choose, isolate, makeScratch, restore, validate, verify } from "./restore-phases.ts";
import { probe } from "./restore-probes.ts";
import { tearDown } from "./restore-tear-down.ts";
import { DONE, type PhaseEnd, showTest, type TestWork, takePhase } from "./restore-work.ts";
import { isCancelled } from "./run-record.ts";

/** Input of the `testRestore` orchestration. */
export interface TestRestoreInput extends QueuedTest {
  /** Whether another test comes into the same scratch cluster. */
  readonly isShared: boolean;
  /** Set when the orchestration continues as new, while it waits for another run's test of the same backup. */
  readonly askedAt?: string;
}

/** Phases that come one after the other while each was done; the copy is looked into, and goes, in any case. */
type Phase = readonly [RestorePhase, (work: TestWork, planned: PlannedTest) => Step<PhaseEnd>];
const UP_TO_RESTORE: readonly Phase[] = [
  ["scratch", makeScratch],
  ["isolate", isolate],
  ["validate", validate],
  ["restore", restore],
];

/**
 * The `testRestore` orchestration: proves the backup of one cluster by restoring it into a scratch cluster. Production is only
 * read. One test of a backup goes on at a time; another run's waits. It always answers, and takes away what it made.
 */
export function* testRestore(context: OrchestrationContext): Step<ClusterTest | undefined> {
  const asked = context.df.getInput<TestRestoreInput>();
  const { input } = asked;
  const key = `restore-test/${input.resourceId}`;
  const waiting = begin(context, asked.askedAt ?? nowIso(context), asked);
  const lease = yield* acquireLease(
    context,
    key,
    (holder) => showTest(waiting, { waitsFor: `${holder} tests the same backup` }),
    () => isCancelled(context, input.runId),
  );
  if (lease === "waiting") {
    context.df.continueAsNew({ ...asked, askedAt: waiting.startedAt } satisfies TestRestoreInput);
    return undefined;
  }
  if (lease === "cancelled") return resultOf(cancelledBefore(waiting));
  const work = begin(context, nowIso(context), asked);
  try {
    yield* prove(work, asked);
  } finally {
    yield* releaseLease(context, key);
  }
  return resultOf(work);
}

function begin(context: OrchestrationContext, startedAt: string, { input }: TestRestoreInput): TestWork {
  const folder = evidenceFolder(startedAt, input.cluster, input.runId);
  const empty = { phases: [], findings: [], probes: [], problems: [], evidence: [], counts: [] };
  return { context, input, startedAt, folder, ...empty, bytes: null, planned: null, spec: null };
}

function cancelledBefore(work: TestWork): TestWork {
  const at = nowIso(work.context);
  const reason = "the run was cancelled before it began";
  work.phases.push({ name: "choose", outcome: "could-not", reason, startedAt: at, endedAt: at, findings: [] });
  return work;
}

function* prove(work: TestWork, asked: TestRestoreInput): Step<void> {
  try {
    if (!(yield* takePhase(work, "choose", () => choose(work, asked)))) return;
    const { planned } = work;
    if (planned) yield* takeRest(work, planned);
  } finally {
    yield* takeDown(work, asked);
  }
}

function* takeRest(work: TestWork, planned: PlannedTest): Step<void> {
  let goesOn = true;
  for (const [name, body] of UP_TO_RESTORE) {
    goesOn &&= yield* takePhase(work, name, () => body(work, planned));
  }
  if (goesOn && (yield* takePhase(work, "verify", () => verify(work, planned))) && hasData(work)) {
    yield* takePhase(work, "probe", () => probe(work, planned));
  }
  const isRestored = work.phases.some(({ name }) => name === "restore");
  if (!isRestored || work.input.keepHours === 0 || (yield* isCancelled(work.context, work.input.runId))) return;
  yield* takePhase(work, "look", () => look(work, planned));
}

/** Whether there is something to ask: probes of nothing would only say so once more. */
function hasData({ input, phases }: TestWork): boolean {
  const isEmpty = phases.some(({ findings }) => findings.some(({ code }) => code === "RestoredNothing"));
  return input.test.probes.length > 0 && !isEmpty;
}

/** Takes away what was begun to be made, whatever came of it. */
function* takeDown(work: TestWork, { isShared }: TestRestoreInput): Step<void> {
  const { context, input, spec, planned } = work;
  if (!spec || !planned) return;
  const { names, namespaces } = planned;
  const common = { context, cluster: input.cluster, spec, names, namespaces: namespaces ?? [] };
  yield* takePhase(work, "tear-down", function* (): Step<PhaseEnd> {
    const left = yield* tearDown({ ...common, what: isShared ? "of-test" : "all" });
    // Another test must not find what this one left: the cluster goes, and is made anew.
    const findings = isShared && left.length > 0 ? yield* tearDown({ ...common, what: "all" }) : left;
    const [first] = findings;
    return first ? { outcome: "failed", reason: first.message, findings } : DONE;
  });
}

function resultOf(work: TestWork): ClusterTest {
  const { context, input, planned, startedAt, phases, probes } = work;
  const measured = measureOf(work);
  const newestDataAt = newestDataOf(probes);
  const findings = [
    ...work.findings,
    ...(measured && planned?.point ? freshnessFindings(input.cluster, planned.point.takenAt, newestDataAt) : []),
    ...(measured ? objectiveFindings(input.cluster, measured, judgedBy(input)) : []),
  ];
  return {
    ...{
      cluster: input.cluster,
      provider: input.test.provider,
      objectives: input.objectives,
      phases,
      probes,
      findings,
    },
    verdict: restoreVerdict(phases, findings),
    point: planned?.point ?? null,
    scratchCluster: work.spec && planned ? planned.names.clusterId : null,
    measure: measured,
    ...{ counts: work.counts, problems: work.problems, bytes: work.bytes, evidence: work.evidence },
    ...{ folder: work.folder, startedAt, endedAt: nowIso(context) },
  };
}

/** Who asks for an older point knows that its data is older: only the newest one says what would have been lost. */
function judgedBy({ point, objectives }: TestInput): Objectives {
  return point === "latest" ? objectives : { ...objectives, rpoHours: null };
}

/** Nothing is measured of a test that did not come to its restore. */
function measureOf({ planned, phases, probes, startedAt }: TestWork) {
  if (!planned?.point || !phases.some(({ name }) => name === "restore")) return null;
  const proving = phases.filter(({ name }) => name !== "look" && name !== "tear-down");
  const last = proving.at(-1);
  const isVerified = proving.every(({ outcome, findings }) => {
    return outcome === "done" && findings.every(({ severity }) => severity !== "blocker");
  });
  const hasVerified = isVerified && proving.some(({ name }) => name === "verify");
  const verifiedAt = hasVerified && last ? last.endedAt : null;
  return measure({
    ...{ takenAt: planned.point.takenAt, newestDataAt: newestDataOf(probes), startedAt, verifiedAt },
    phases: proving,
  });
}
