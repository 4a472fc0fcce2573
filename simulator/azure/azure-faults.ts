import type { OperationFault, OperationKind } from "./records.ts";

/** What an operation works on, for faults that pick theirs. */
export interface OperationFacts {
  readonly kind: OperationKind;
  readonly cluster: string;
  readonly pool: string;
  readonly resourceId: string;
}

/** A machine that is about to be made or to join. */
export interface MachineFacts {
  readonly cluster: string;
  readonly pool: string;
  readonly location: string;
  readonly vmSize: string;
  readonly zone: string | undefined;
  readonly machine: string;
}

/** A pod that its kubelet is about to have stopped. */
export interface PodFacts {
  readonly cluster: string;
  readonly namespace: string;
  readonly name: string;
}

/** Decides what goes wrong inside Azure. Each question is asked once per thing, inside of a change. */
export interface AzureFaults {
  /** What is in store for an operation that begins. */
  operation(facts: OperationFacts): OperationFault | undefined;
  /** Why no machine of this size can be had here now. */
  allocation(facts: MachineFacts): { readonly code: string; readonly message: string } | undefined;
  /** Whether this machine's kubelet never reports ready. */
  neverReady(facts: MachineFacts): boolean;
  /** Whether this pod stays terminating until it is deleted by force. */
  neverGone(facts: PodFacts): boolean;
}

/** An Azure in which nothing goes wrong by itself. */
export const NO_AZURE_FAULTS: AzureFaults = {
  operation: () => undefined,
  allocation: () => undefined,
  neverReady: () => false,
  neverGone: () => false,
};
