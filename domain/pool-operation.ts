import type { Failure } from "./errors.ts";

/** A long operation on a node pool. What a run makes carries its id as a tag, so that nobody else's is ever taken for it. */
export type PoolOperation = {
  readonly resourceId: string;
  readonly runId: string;
  readonly pool: string;
} & (
  | { readonly kind: "createPool"; readonly like: string }
  | { readonly kind: "deletePool"; readonly onlyIfMadeByRun: boolean }
  | { readonly kind: "upgradeNodeImage"; readonly image: string }
);

/** How far an operation is. */
export interface PoolOperationState {
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
