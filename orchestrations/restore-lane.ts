import type { Finding } from "../domain/finding.ts";
import { scratchSpec } from "../domain/restore/planned-test.ts";
import type { QueuedTest } from "../domain/restore/queued-test.ts";
import type { ClusterTest } from "../domain/restore/restore-report.ts";
import { runIds } from "../domain/run-request.ts";
import type { LaneStatus } from "../domain/run-status.ts";
import { passCheckpoint } from "./checkpoint.ts";
import { askEntity, nowIso, type OrchestrationContext, runChild, type Step } from "./durable.ts";
import { RESTORE_QUEUE } from "./restore-queue.ts";
import { tearDown } from "./restore-tear-down.ts";
import type { TestRestoreInput } from "./test-restore.ts";

/** Input of the `restoreLane` orchestration. */
export interface RestoreLaneInput {
  readonly runId: string;
  /** Whether its tests come one after the other into one scratch cluster. */
  readonly isShared: boolean;
  /** Set when the orchestration continues as new: the last test that was taken. */
  readonly last?: QueuedTest;
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
  for (let count = 0; yield* mayTakeNext(context, runId); count += 1) {
    if (count === TESTS_PER_HISTORY) {
      context.df.continueAsNew({ runId, isShared, ...(last ? { last } : {}) } satisfies RestoreLaneInput);
      return undefined;
    }
    const next = yield* askEntity<QueuedTest | null>(context, RESTORE_QUEUE, runId, "take");
    if (next === null) break;
    last = next;
    const { cluster } = next.input;
    const test: TestRestoreInput = { ...next, isShared };
    yield* runChild<ClusterTest>(context, "testRestore", runIds.restoreTest(runId, cluster), test);
    yield* askEntity(context, RESTORE_QUEUE, runId, "end", cluster);
  }
  return isShared && last ? yield* removeShared(context, last) : [];
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
