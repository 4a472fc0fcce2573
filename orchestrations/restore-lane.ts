import type { Finding } from "../domain/finding.ts";
import { scratchSpec } from "../domain/restore/planned-test.ts";
import type { QueuedTest } from "../domain/restore/queued-test.ts";
import type { ClusterTest } from "../domain/restore/restore-report.ts";
import { runIds } from "../domain/run-request.ts";
import type { LaneStatus } from "../domain/run-status.ts";
import { passCheckpoint } from "./checkpoint.ts";
import { askEntity, errorText, nowIso, type OrchestrationContext, runChild, type Step } from "./durable.ts";
import { RESTORE_QUEUE } from "./restore-queue.ts";
import { tearDown } from "./restore-tear-down.ts";
import type { TestRestoreInput } from "./test-restore.ts";

/** Input of the `restoreLane` orchestration. */
export interface RestoreLaneInput {
  readonly runId: string;
  /** Whether its tests come one after the other into one scratch cluster. */
  readonly isShared: boolean;
  /** Set when the orchestration continues as new: the last test that was taken, and what was found so far. */
  readonly last?: QueuedTest;
  readonly findings?: readonly Finding[];
}

/** Tests after which a lane begins a new history. */
const TESTS_PER_HISTORY = 10;
/** Waiting changes nothing that a window would be about. */
const NO_WORK = { totalMs: 0, pieceMs: 0 };

/**
 * One of the lanes of a run: takes one test after the other from the run's queue, until none is left or the run is cancelled. A
 * run has as many lanes as it may have scratch clusters. Answers what is wrong with what its tests shared.
 */
export function* restoreLane(context: OrchestrationContext): Step<Finding[] | undefined> {
  const input = context.df.getInput<RestoreLaneInput>();
  const { runId, isShared } = input;
  let last = input.last;
  const findings = [...(input.findings ?? [])];
  for (let count = 0; yield* mayTakeNext(context, runId); count += 1) {
    if (count === TESTS_PER_HISTORY) {
      context.df.continueAsNew({ ...input, findings, ...(last ? { last } : {}) } satisfies RestoreLaneInput);
      return undefined;
    }
    const next = yield* askEntity<QueuedTest | null>(context, RESTORE_QUEUE, runId, "take");
    if (next === null) break;
    last = next;
    findings.push(...(yield* takeTest(context, input, next)));
  }
  return isShared && last ? [...findings, ...(yield* removeShared(context, last))] : findings;
}

/** A test always answers; one that does not has met a mistake of ours, which must not cost the others theirs. */
function* takeTest(
  context: OrchestrationContext,
  { runId, isShared }: RestoreLaneInput,
  next: QueuedTest,
): Step<Finding[]> {
  const { cluster } = next.input;
  const test: TestRestoreInput = { ...next, isShared };
  try {
    yield* runChild<ClusterTest>(context, "testRestore", runIds.restoreTest(runId, cluster), test);
  } catch (error) {
    return [broken(cluster, next.planned.names.group, errorText(error))];
  }
  yield* askEntity(context, RESTORE_QUEUE, runId, "end", cluster);
  return [];
}

function broken(cluster: string, group: string, why: string): Finding {
  return {
    ...{ code: "TestBroken", severity: "blocker", subject: cluster, cluster },
    message: `the test of ${cluster} stopped: ${why}`,
    evidence: [`resource group ${group}`],
    remedy: "Report this; what the test had made is taken away by the janitor once it has expired.",
  };
}

/** Waits while the run is paused; answers whether it was not cancelled. */
function* mayTakeNext(context: OrchestrationContext, runId: string): Step<boolean> {
  const show = (status: LaneStatus) => context.df.setCustomStatus(status);
  const { stop } = yield* passCheckpoint({
    ...{ context, runId, window: null, work: NO_WORK },
    onHold({ reason, until }) {
      show({ waiting: { reason, until } });
      return undefined;
    },
  });
  show({ waiting: null });
  return stop === null;
}

/** Takes away the cluster that the tests shared. */
function* removeShared(context: OrchestrationContext, { input, planned }: QueuedTest): Step<Finding[]> {
  const spec = scratchSpec(input, planned, nowIso(context));
  return yield* tearDown({ context, cluster: null, spec, names: planned.names, what: "all", namespaces: [] });
}
