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
