import type { LongOperation, OperationState } from "../../domain/long-operation.ts";
import type { ArmClient } from "./arm-client.ts";

/** What to wait when Azure does not say; what the az command line waits. */
const DEFAULT_WAIT_SECONDS = 30;

/** A client with the names of one cluster. */
export interface Site extends ArmClient {
  readonly group: string;
  readonly cluster: string;
}

/** An operation that goes on; without a poller it is known by what the resource says of itself. */
export function running(site: ArmClient, poller: string | null): OperationState {
  const retryAfterSeconds = site.retryAfterSeconds() ?? DEFAULT_WAIT_SECONDS;
  return { done: false, failure: null, poller, retryAfterSeconds: Math.max(1, retryAfterSeconds), polls: 0 };
}

/** An operation that has ended. */
export function finished(failure: OperationState["failure"], polls: number): OperationState {
  return { done: true, failure, poller: null, retryAfterSeconds: DEFAULT_WAIT_SECONDS, polls };
}

/** What an operation is for, as errors say it. */
export function describeOperation(operation: LongOperation): string {
  const cluster = operation.resourceId.split("/").at(-1);
  switch (operation.kind) {
    case "createPool":
      return `to create pool ${operation.pool} of ${cluster}`;
    case "deletePool":
      return `to delete pool ${operation.pool} of ${cluster}`;
    case "deleteMachines":
      return `to delete ${operation.machines.length} nodes of pool ${operation.pool} of ${cluster}`;
    case "upgradeNodeImage":
      return `to upgrade the node image of pool ${operation.pool} of ${cluster}`;
    case "upgradePool":
      return `to upgrade pool ${operation.pool} of ${cluster} to Kubernetes ${operation.version}`;
    case "rollBackPool":
      return `to roll pool ${operation.pool} of ${cluster} back to ${operation.image}`;
    case "upgradeControlPlane":
      return `to upgrade the control plane of ${cluster} to Kubernetes ${operation.version}`;
  }
}
