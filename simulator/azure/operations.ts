import type { OperationFacts } from "./azure-faults.ts";
import type { AzureModel } from "./azure-model.ts";
import { cancelOperation, failOperation, succeedOperation } from "./operation-outcome.ts";
import { advancePhases } from "./operation-phases.ts";
import type { OperationKind, OperationRecord, PoolRecord } from "./records.ts";
import { poolId } from "./resource-id.ts";

const ADVANCE = "operation.advance";
/** What an operation takes before it touches a machine. */
const PREPARE_SECONDS = 2;

/** What an operation is asked to do. */
export interface OperationRequest {
  readonly kind: OperationKind;
  readonly resourceId: string;
  /** The cluster that it holds meanwhile; left out when it holds none. */
  readonly clusterName?: string;
  readonly poolName?: string;
  /** How long it takes before its first phase, or altogether when it has none. */
  readonly seconds?: number;
  readonly phases?: OperationRecord["phases"];
  readonly ignoreBudgets?: boolean;
  readonly targetImage?: string;
  readonly targetVersion?: string;
  readonly returnState?: string;
}

/** Begins a long-running operation; it goes on by itself. Only inside a change. */
export function beginOperation(azure: AzureModel, request: OperationRequest): OperationRecord {
  const { kind, resourceId, clusterName = "", poolName = "", seconds = PREPARE_SECONDS } = request;
  const { phases = [], ignoreBudgets = false, targetImage = "", targetVersion = "", returnState } = request;
  const cluster = clusterName === "" ? (/\/managedClusters\/([^/]+)/i.exec(resourceId)?.[1] ?? "") : clusterName;
  const facts: OperationFacts = { kind, cluster, pool: poolName, resourceId };
  const fault = azure.faults.operation(facts);
  const operation: OperationRecord = {
    id: azure.random.uuid(),
    ...{ resourceId, clusterName, poolName, kind, ignoreBudgets, targetImage, targetVersion, phases },
    status: "InProgress",
    startMs: azure.world.nowMs,
    ...(returnState === undefined ? {} : { returnState }),
    ...(fault ? { fault } : {}),
  };
  azure.operations.put(operation.id, operation);
  azure.world.schedule(seconds * 1_000, ADVANCE, { id: operation.id });
  if (fault?.kind === "fail" && fault.atMs !== undefined) {
    azure.world.schedule(Math.max(0, fault.atMs - azure.world.nowMs), ADVANCE, { id: operation.id });
  }
  return operation;
}

/** Begins an operation on a pool, which shows it by its state. Only inside a change. */
export function beginPoolOperation(
  azure: AzureModel,
  pool: PoolRecord,
  provisioningState: string,
  request: Pick<OperationRequest, "kind"> & Partial<OperationRequest>,
): OperationRecord {
  const cluster = azure.findCluster(pool.clusterName);
  if (!cluster) throw new Error(`pool ${pool.name} is of cluster ${pool.clusterName}, which is gone`);
  const { provisioningError: _, ...rest } = pool;
  azure.putPool({ ...rest, provisioningState, eTag: azure.random.uuid() });
  return beginOperation(azure, {
    resourceId: poolId(cluster, pool.name),
    clusterName: cluster.name,
    poolName: pool.name,
    targetImage: pool.nodeImageVersion,
    targetVersion: pool.settings.orchestratorVersion,
    ...request,
  });
}

/**
 * Asks for the end of an operation. It is given a moment; then it is Canceled, whatever it was stuck on. The answer is the
 * operation that does so.
 */
export function abortOperation(azure: AzureModel, aborted: OperationRecord): OperationRecord {
  const { resourceId, id } = aborted;
  const seconds = azure.settings.resourceSeconds;
  return beginOperation(azure, { kind: "Abort", resourceId, seconds, targetVersion: id });
}

/** Lets the agenda drive operations. */
export function handleOperations(azure: AzureModel): void {
  azure.world.handle(ADVANCE, ({ id = "" }) => {
    const operation = azure.operations.get(id);
    if (operation?.status === "InProgress") advance(azure, operation);
  });
}

function advance(azure: AzureModel, operation: OperationRecord): void {
  const { fault } = operation;
  const { nowMs } = azure.world;
  if (fault?.kind === "stuck" && nowMs < fault.untilMs) {
    azure.world.schedule(fault.untilMs - nowMs, ADVANCE, { id: operation.id });
    return;
  }
  if (fault?.kind === "fail" && fault.atMs !== undefined && fault.atMs <= nowMs) {
    failOperation(azure, operation, fault);
    return;
  }
  if (operation.kind === "Abort") {
    const aborted = azure.operations.get(operation.targetVersion);
    if (aborted?.status === "InProgress") cancelOperation(azure, aborted);
  }
  const progress = advancePhases(azure, operation);
  switch (progress.kind) {
    case "waiting":
      azure.operations.put(operation.id, progress.operation);
      azure.world.schedule(progress.waitMs, ADVANCE, { id: operation.id });
      return;
    case "failed":
      failOperation(azure, progress.operation, progress.error);
      return;
    case "canceled":
      cancelOperation(azure, progress.operation, progress.error);
      return;
    case "done":
      if (fault?.kind === "fail") failOperation(azure, progress.operation, fault);
      else succeedOperation(azure, progress.operation);
  }
}
