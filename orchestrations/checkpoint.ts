import { type Admission, admitWork, type WorkEstimate } from "../domain/admit-work.ts";
import { cancellationOf, pauseOf, type RunControl } from "../domain/run-control.ts";
import { SIGNAL_EVENT } from "../domain/run-request.ts";
import type { MaintenanceWindow } from "../domain/window.ts";
import { nowMs, type OrchestrationContext, type Step, waitUntilOr } from "./durable.ts";
import { listen, readControl, stopListening } from "./run-record.ts";

/** A point at which a run may stop without leaving anything half done. */
export interface Checkpoint {
  readonly context: OrchestrationContext;
  readonly runId: string;
  /** When the ring may be changed; null for always. */
  readonly window: MaintenanceWindow | null;
  /** What is about to be begun. */
  readonly work: WorkEstimate;
  /** Called when the run has to wait here; may give back what must not be held meanwhile. */
  readonly onHold: (hold: Hold) => Step<void> | undefined;
}

/** Why a run waits, and until when, if that is known. */
export interface Hold {
  readonly reason: string;
  readonly until: string | null;
}

/** What a checkpoint found: why the run must not go on, if so, and whether it had to wait to know. */
export interface Passage {
  readonly stop: Stop | null;
  readonly held: boolean;
}

/** The run was cancelled, or the window will never have room for what is next. */
export type Stop = { readonly kind: "cancelled" } | { readonly kind: "never"; readonly reason: string };

/** Longest wait without looking, should no signal get through. */
const LOOK_AGAIN_MS = 6 * 3_600_000;

/**
 * Passes when the run is neither cancelled nor paused and the window has room for what is next; waits while it is paused
 * or the window is shut. Signals wake it at once.
 */
export function* passCheckpoint(point: Checkpoint): Step<Passage> {
  const { context, runId, onHold } = point;
  let told: string | null = null;
  let held = false;
  try {
    for (;;) {
      const control = yield* readControl(context, runId);
      if (cancellationOf(control)) return { stop: { kind: "cancelled" }, held };
      const hold = holdOf(point, control);
      if (hold === null) return { stop: null, held };
      if ("never" in hold) return { stop: { kind: "never", reason: hold.never }, held };
      if (!held) {
        held = true;
        yield* listen(context, runId);
        // A signal may have come before this orchestration listened: look again before waiting.
        continue;
      }
      const giveBack = hold.reason === told ? undefined : onHold(hold);
      if (giveBack) yield* giveBack;
      told = hold.reason;
      const untilMs = hold.until === null ? Number.POSITIVE_INFINITY : Date.parse(hold.until);
      yield* waitUntilOr(context, Math.min(untilMs, nowMs(context) + LOOK_AGAIN_MS), SIGNAL_EVENT);
    }
  } finally {
    if (held) stopListening(context, runId);
  }
}

function holdOf({ context, window, work }: Checkpoint, control: RunControl): Hold | { never: string } | null {
  const pause = pauseOf(control);
  if (pause) return { reason: `paused by ${pause.by}: ${pause.reason}`, until: null };
  const admission: Admission = admitWork(window, nowMs(context), work);
  if (admission.admitted) return null;
  if (admission.askAtMs === null) return { never: admission.reason };
  return { reason: admission.reason, until: new Date(admission.askAtMs).toISOString() };
}
