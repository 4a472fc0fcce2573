import { type Availability, availabilityOf } from "../domain/availability.ts";
import { WAKE_EVENT } from "../domain/run-request.ts";
import { nowMs, type OrchestrationContext, type Step, tryPerform, waitUntilOr } from "./durable.ts";
import { isCancelled } from "./run-record.ts";

/** Longest that another operation is waited for, and how often it is looked: less often the longer it takes. */
const PATIENCE_HOURS = 4;
const LOOK_MS = { first: 30_000, longest: 900_000 };

/** What became of the wait for a cluster. */
export type Awaited =
  | { readonly kind: "free" }
  | { readonly kind: "cancelled" }
  | { readonly kind: "left"; readonly code: string; readonly reason: string };

interface Target {
  readonly runId: string;
  readonly name: string;
  readonly resourceId: string;
}

/**
 * Waits while another operation holds a cluster: it is followed, not fought. A cluster that is stopped, cannot be seen, or does
 * not get free in time is left alone; that fails nobody else.
 */
export function* awaitCluster(
  context: OrchestrationContext,
  { runId, name, resourceId }: Target,
  onBusy: (reason: string) => void,
): Step<Awaited> {
  const deadlineMs = nowMs(context) + PATIENCE_HOURS * 3_600_000;
  for (let waitMs = LOOK_MS.first; ; waitMs = Math.min(LOOK_MS.longest, waitMs * 2)) {
    const seen = yield* look(context, name, resourceId);
    if (seen.kind === "free") return seen;
    if (seen.kind === "away") return { kind: "left", code: seen.code, reason: seen.reason };
    if (yield* isCancelled(context, runId)) return { kind: "cancelled" };
    if (nowMs(context) >= deadlineMs) {
      return { kind: "left", code: "ClusterBusy", reason: `${seen.reason}, for more than ${PATIENCE_HOURS} h` };
    }
    onBusy(seen.reason);
    yield* waitUntilOr(context, nowMs(context) + waitMs, WAKE_EVENT);
  }
}

function* look(context: OrchestrationContext, name: string, resourceId: string): Step<Availability> {
  const answer = yield* tryPerform(context, "observeCluster", { name, resourceId });
  if (answer.ok && "facts" in answer.value) return availabilityOf(answer.value.facts);
  const why = !answer.ok ? answer.failure.message : "unreachable" in answer.value ? answer.value.unreachable : "";
  return { kind: "away", code: "ClusterUnreachable", reason: `${name} cannot be seen: ${why}` };
}
