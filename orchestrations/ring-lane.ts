import type { PreflightPolicy } from "../domain/preflight/preflight-policy.ts";
import type { ClusterResult } from "../domain/report.ts";
import type { QueuedCluster } from "../domain/ring-queue.ts";
import { runIds } from "../domain/run-request.ts";
import type { LaneStatus } from "../domain/run-status.ts";
import type { MaintenanceWindow } from "../domain/window.ts";
import { passCheckpoint } from "./checkpoint.ts";
import { askEntity, type OrchestrationContext, runChild, type Step } from "./durable.ts";
import { RING_QUEUE } from "./ring-queue.ts";
import type { UpgradeClusterInput } from "./upgrade-cluster.ts";

/** Input of the `ringLane` orchestration. */
export interface RingLaneInput {
  readonly runId: string;
  readonly ring: string;
  readonly window: MaintenanceWindow | null;
  readonly preflight: PreflightPolicy;
}

/** Clusters after which a lane begins a new history. */
const CLUSTERS_PER_HISTORY = 10;

/**
 * One of the lanes of a ring: takes one cluster after the other from the ring's queue and upgrades it, until none is left or
 * none may be begun. A ring has as many lanes as clusters may be changed side by side, so that the next one begins the
 * moment that one has ended.
 */
export function* ringLane(context: OrchestrationContext): Step<null | undefined> {
  const input = context.df.getInput<RingLaneInput>();
  const { runId, ring } = input;
  const queue = runIds.ring(runId, ring);
  const lane = context.df.instanceId;
  for (let count = 0; ; count += 1) {
    if (count === CLUSTERS_PER_HISTORY) {
      context.df.continueAsNew(input);
      return undefined;
    }
    const next = yield* askEntity<QueuedCluster | null>(context, RING_QUEUE, queue, "take", lane);
    if (next === null) return null;
    const turn = yield* awaitTurn(context, input, next);
    if (!turn.go) {
      yield* askEntity(context, RING_QUEUE, queue, "putBack", next.name);
      yield* askEntity(context, RING_QUEUE, queue, "stop", turn.reason);
      return null;
    }
    const { outcome } = yield* upgradeNext(context, input, next);
    yield* askEntity(context, RING_QUEUE, queue, "end", { name: next.name, outcome });
  }
}

type Turn = { readonly go: true } | { readonly go: false; readonly reason: string };

/** Waits until the cluster may be begun; answers why not when the run was cancelled or the ring stopped meanwhile. */
function* awaitTurn(context: OrchestrationContext, input: RingLaneInput, next: QueuedCluster): Step<Turn> {
  const { runId, ring, window } = input;
  const show = (status: LaneStatus) => context.df.setCustomStatus(status);
  const passage = yield* passCheckpoint({
    context,
    runId,
    window,
    work: next,
    onHold({ reason, until }) {
      show({ waiting: { reason, until } });
      return undefined;
    },
  });
  show({ waiting: null });
  const { stop } = passage;
  if (stop) return { go: false, reason: stop.kind === "cancelled" ? "cancelled" : `halted: ${stop.reason}` };
  if (!passage.held) return { go: true };
  const { stopped } = yield* askEntity<{ stopped: string | null }>(
    context,
    RING_QUEUE,
    runIds.ring(runId, ring),
    "read",
  );
  return stopped === null ? { go: true } : { go: false, reason: stopped };
}

function* upgradeNext(
  context: OrchestrationContext,
  { runId, ring, window, preflight }: RingLaneInput,
  { name, attempt }: QueuedCluster,
): Step<Pick<ClusterResult, "outcome">> {
  const input: UpgradeClusterInput = { runId, ring, name, attempt, window, preflight };
  return yield* runChild<Pick<ClusterResult, "outcome">>(
    context,
    "upgradeCluster",
    runIds.cluster(runId, name, attempt),
    input,
  );
}
