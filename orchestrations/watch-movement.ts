import { type HeldPod, heldText, isObstacle } from "../domain/drain/held-pod.ts";
import { look, type Movement } from "../domain/stall.ts";
import { nowMs, type OrchestrationContext, type Step, tryPerform } from "./durable.ts";

/** What ought to move, as it is at one look. */
export interface Moving {
  readonly runId: string;
  /** As in `the drain of node n1 of prod-weu`. */
  readonly what: string;
  /** Any other value than at the look before is progress. */
  readonly mark: string;
  readonly held: readonly HeldPod[];
  readonly stallMinutes: number | undefined;
}

/** How something moves, and since when it does not, if so. */
export interface Watched {
  readonly movement: Movement;
  /** ISO 8601; null while there is progress. */
  readonly stalledSince: string | null;
  /** What to keep of a standstill that begins to be told now. */
  readonly told: { readonly since: string; readonly evidence: readonly string[] } | null;
}

/** Looks whether something moves, and tells Teams once when it has not for too long. What waits on purpose does not stand still. */
export function* watchMovement(context: OrchestrationContext, before: Movement, moving: Moving): Step<Watched> {
  const { runId, what, mark, held, stallMinutes } = moving;
  const excused = held.length > 0 && !held.some(isObstacle);
  const { movement, stalled, tellNow } = look(before, { mark, nowMs: nowMs(context), excused }, stallMinutes);
  const since = new Date(movement.movedMs).toISOString();
  if (!tellNow) return { movement, stalledSince: stalled ? since : null, told: null };
  const evidence = held.map(heldText);
  const text = `${what} has made no progress since ${since}`;
  const notice = {
    title: "No progress",
    text,
    evidence: evidence.length > 0 ? evidence : ["no pod is known to block"],
  };
  // A notice that Teams does not get stands in the run; it must not fail the drain.
  yield* tryPerform(context, "deliverNotice", { runId, notice });
  return { movement, stalledSince: since, told: { since, evidence } };
}
