import type { AzureModel } from "./azure-model.ts";
import { cordonNode, joinNode, removeNode, returnNode, stopNode } from "./node-life.ts";
import { recentlyUsedAfter } from "./pool-rollback.ts";
import type { AzureError, ClusterRecord, MachineTask, OperationRecord, PoolRecord } from "./records.ts";
import { removeCluster, removeWithin } from "./resources.ts";

/** Ends an operation that did what it was asked to. */
export function succeedOperation(azure: AzureModel, operation: OperationRecord): void {
  end(azure, operation, "Succeeded");
  const cluster = azure.findCluster(operation.clusterName);
  const pool = azure.findPool(operation.clusterName, operation.poolName);
  switch (operation.kind) {
    case "DeleteCluster":
      removeCluster(azure, operation.clusterName);
      return;
    case "DeleteGroup":
      removeWithin(azure, operation.resourceId);
      return;
    case "DeleteResource": {
      const gone = azure.findResource(operation.resourceId);
      removeWithin(azure, operation.resourceId);
      if (gone) azure.tellOfResource(gone, false);
      return;
    }
    case "PutResource": {
      settleResource(azure, operation, "Succeeded");
      const made = azure.findResource(operation.resourceId);
      if (made) azure.tellOfResource(made, true);
      return;
    }
    case "Abort":
      return;
    case "DeletePool":
      if (pool) takePoolAway(azure, pool);
      return;
    case "StopCluster":
    case "StartCluster":
      if (cluster) powerCluster(azure, cluster, operation.kind === "StartCluster");
      return;
    default:
      if (pool) settlePool(azure, pool, operation);
  }
  if (cluster && operation.poolName === "") settleCluster(azure, cluster, operation);
}

/** Ends an operation that could not be finished. What it had cordoned is let go, save what was set aside. */
export function failOperation(azure: AzureModel, operation: OperationRecord, { code, message }: AzureError): void {
  end(azure, operation, "Failed", { code, message });
  release(azure, operation);
  markState(azure, operation, "Failed", { code, message });
}

/** Ends an operation that was aborted, or that ran out of room. Machines that were being made are given up. */
export function cancelOperation(azure: AzureModel, operation: OperationRecord, error?: AzureError): void {
  const { code, message } = error ?? { code: "Canceled", message: "The operation was canceled by the user." };
  end(azure, operation, "Canceled", { code, message });
  release(azure, operation);
  markState(azure, operation, "Canceled", error);
}

function end(azure: AzureModel, operation: OperationRecord, status: OperationRecord["status"], error?: AzureError) {
  const { nowMs } = azure.world;
  azure.operations.put(operation.id, { ...operation, status, endMs: nowMs, ...(error ? { error } : {}) });
}

/** A pool that was stopped goes without being drained: its nodes are still there. */
function takePoolAway(azure: AzureModel, pool: PoolRecord): void {
  const model = azure.kubernetes(pool.clusterName);
  for (const { name } of pool.machines) removeNode(model, name);
  azure.removePool(pool);
}

function settlePool(azure: AzureModel, pool: PoolRecord, operation: OperationRecord): void {
  const { provisioningError, recentlyUsed: _, ...rest } = pool;
  const provisioningState = operation.returnState ?? "Succeeded";
  azure.putPool({
    ...rest,
    ...(provisioningState === "Succeeded" || !provisioningError ? {} : { provisioningError }),
    machines: pool.machines.map((machine) => ({ ...machine, surge: false })),
    ...recentlyUsedAfter(azure, pool, operation),
    nodeImageVersion: operation.targetImage,
    settings: { ...pool.settings, orchestratorVersion: operation.targetVersion },
    ...(operation.kind === "StopPool" ? { powerState: "Stopped" as const } : {}),
    ...(operation.kind === "StartPool" ? { powerState: "Running" as const } : {}),
    provisioningState,
    eTag: azure.random.uuid(),
  });
  if (operation.kind === "StopPool" || operation.kind === "StartPool") {
    powerMachines(azure, pool, operation.kind === "StartPool");
  }
}

function settleCluster(azure: AzureModel, cluster: ClusterRecord, operation: OperationRecord): void {
  const { provisioningError: _, ...rest } = cluster;
  const upgraded = operation.kind === "UpgradeCluster" ? { kubernetesVersion: operation.targetVersion } : {};
  const eTag = azure.random.uuid();
  azure.putCluster({ ...rest, ...upgraded, provisioningState: "Succeeded", eTag });
  if (operation.kind !== "CreateCluster") return;
  for (const pool of azure.poolsOf(cluster.name)) azure.putPool({ ...pool, provisioningState: "Succeeded" });
}

function powerCluster(azure: AzureModel, cluster: ClusterRecord, running: boolean): void {
  const powerState = running ? ("Running" as const) : ("Stopped" as const);
  const eTag = azure.random.uuid();
  const { provisioningError: _, ...rest } = cluster;
  azure.putCluster({ ...rest, provisioningState: "Succeeded", powerState, eTag });
  for (const pool of azure.poolsOf(cluster.name)) {
    azure.putPool({ ...pool, powerState });
    powerMachines(azure, pool, running);
  }
}

function powerMachines(azure: AzureModel, pool: PoolRecord, running: boolean): void {
  const model = azure.kubernetes(pool.clusterName);
  for (const { name } of pool.machines) {
    if (running) joinNode(model, name);
    else stopNode(model, name, "the node was stopped");
  }
}

function markState(azure: AzureModel, operation: OperationRecord, state: string, error: AzureError | undefined): void {
  const failed = {
    provisioningState: state,
    ...(error ? { provisioningError: error } : {}),
    eTag: azure.random.uuid(),
  };
  const pool = azure.findPool(operation.clusterName, operation.poolName);
  if (pool) azure.putPool({ ...pool, ...failed });
  const cluster = azure.findCluster(operation.clusterName);
  if (!pool && cluster && operation.poolName === "") azure.putCluster({ ...cluster, ...failed });
  // A group is none the worse for a deletion that failed.
  const ofResource = operation.kind === "DeleteGroup" ? "Succeeded" : state;
  if (operation.clusterName === "") settleResource(azure, operation, ofResource);
  if (operation.kind !== "CreateCluster" && operation.kind !== "DeleteCluster") return;
  for (const made of azure.poolsOf(operation.clusterName)) azure.putPool({ ...made, provisioningState: state });
}

function settleResource(azure: AzureModel, operation: OperationRecord, provisioningState: string): void {
  const resource = azure.findResource(operation.resourceId);
  if (!resource) return;
  azure.putResource({ ...resource, properties: { ...resource.properties, provisioningState } });
}

/** Nothing of what was under way stays half done: nodes are let go, new machines that never joined are given up. */
function release(azure: AzureModel, operation: OperationRecord): void {
  for (const { poolName, tasks } of operation.phases) {
    for (const task of tasks) releaseMachine(azure, operation, poolName, task);
  }
}

function releaseMachine(azure: AzureModel, operation: OperationRecord, poolName: string, task: MachineTask): void {
  const pool = azure.findPool(operation.clusterName, poolName);
  if (!pool) return;
  const model = azure.kubernetes(operation.clusterName);
  const machines = pool.machines.filter(({ name }) => name !== task.machine);
  switch (task.stage) {
    case "draining":
    case "soaking":
      cordonNode(model, task.machine, false);
      return;
    case "waiting":
    case "booting":
    case "joining":
      if (task.kind !== "boot") return;
      removeNode(model, task.machine);
      azure.putPool({ ...pool, machines });
      return;
    case "reimaging": {
      // A machine is never left without its software: the reimage is the one step that cannot be taken back.
      const software = { imageVersion: operation.targetImage, kubernetesVersion: operation.targetVersion };
      const found = pool.machines.find(({ name }) => name === task.machine);
      if (!found) return;
      const machine = { ...found, ...software };
      azure.putPool({ ...pool, machines: pool.machines.map((one) => (one.name === machine.name ? machine : one)) });
      returnNode(azure, model, pool, machine);
      return;
    }
    case "removing":
      removeNode(model, task.machine);
      azure.putPool({ ...pool, machines });
      return;
    case "unready":
    case "blocked":
    case "done":
  }
}
