import type { Failure } from "./errors.ts";

/**
 * A long operation on a node pool or the control plane. What a run makes carries its id as a tag, so that nobody else's is
 * ever taken for it.
 */
export type LongOperation = PoolOperation | ControlPlaneOperation;

/** A long operation on a node pool. */
export type PoolOperation = {
  readonly resourceId: string;
  readonly runId: string;
  readonly pool: string;
} /** A pool like another one, of a version of Kubernetes. */ & (
  | { readonly kind: "createPool"; readonly like: string; readonly version: string }
  | { readonly kind: "deletePool"; readonly onlyIfMadeByRun: boolean }
  /** Some nodes of a pool, which must have been drained. */
  | { readonly kind: "deleteMachines"; readonly machines: readonly string[] }
  | { readonly kind: "upgradeNodeImage"; readonly image: string }
  /** Another version of Kubernetes, with the newest image of it. */
  | { readonly kind: "upgradePool"; readonly version: string; readonly image: string }
  /** Back to what the pool ran before its last upgrade. */
  | { readonly kind: "rollBackPool"; readonly version: string; readonly image: string }
);

/** The upgrade of a control plane, without its pools. */
export interface ControlPlaneOperation {
  readonly kind: "upgradeControlPlane";
  readonly resourceId: string;
  readonly runId: string;
  readonly version: string;
}

/** How far an operation is. */
export interface OperationState {
  readonly done: boolean;
  /** Why it failed; null while it runs and when it succeeded. */
  readonly failure: Failure | null;
  /** The SDK's poller, serialized; null when the operation is known by the pool's state alone. */
  readonly poller: string | null;
  /** How long Azure asks to wait before the next look. */
  readonly retryAfterSeconds: number;
  readonly polls: number;
}

/** Tag that names the run that made a resource. */
export const RUN_TAG = "drydock-run";

/** How much later than it ended an operation may be seen to have ended, in parts of its own length. */
const LATE_SHARE = 0.05;
/** Longest time between two looks: what stands still is to be noticed within minutes. */
const LONGEST_WAIT_SECONDS = 120;

/**
 * How long to wait until an operation is looked at again, in seconds: as long as Azure asks for, and longer the longer the
 * operation lasts already, so that one that hangs for hours is not asked for a thousand times.
 */
export function pollAfterSeconds(retryAfterSeconds: number, elapsedSeconds: number): number {
  return Math.max(retryAfterSeconds, Math.min(LONGEST_WAIT_SECONDS, Math.floor(elapsedSeconds * LATE_SHARE)));
}
