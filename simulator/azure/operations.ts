import { scaledValue } from "../kubernetes/model/budget.ts";
import type { AzureModel } from "./azure-model.ts";
import { stepTask, type TaskContext } from "./machine-task.ts";
import { cordonNode, quarantineNode } from "./node-life.ts";
import type { Machine, MachineTask, OperationRecord, PoolRecord } from "./records.ts";

const ADVANCE = "operation.advance";
/** What an operation takes before it touches a machine. */
const PREPARE_SECONDS = 2;
const DEFAULT_MAX_SURGE = "10%";

type Phases = OperationRecord["phases"];

/** What an operation is asked to do. */
export interface OperationRequest {
  readonly kind: OperationRecord["kind"];
  readonly pool: PoolRecord;
  readonly phases: Phases;
  readonly provisioningState: string;
  readonly ignoreBudgets?: boolean;
  readonly targetImage?: string;
  readonly targetVersion?: string;
}

/** Begins a long-running operation on a pool; it goes on by itself. Only inside a change. */
export function beginOperation(azure: AzureModel, request: OperationRequest): OperationRecord {
  const { pool } = request;
  const operation: OperationRecord = {
    id: azure.random.uuid(),
    clusterName: pool.clusterName,
    poolName: pool.name,
    kind: request.kind,
    status: "InProgress",
    startMs: azure.world.nowMs,
    ignoreBudgets: request.ignoreBudgets ?? false,
    targetImage: request.targetImage ?? pool.nodeImageVersion,
    targetVersion: request.targetVersion ?? pool.settings.orchestratorVersion,
    phases: request.phases,
  };
  azure.operations.put(operation.id, operation);
  const { provisioningError: _, ...rest } = pool;
  azure.putPool({ ...rest, provisioningState: request.provisioningState, eTag: azure.random.uuid() });
  azure.world.schedule(PREPARE_SECONDS * 1_000, ADVANCE, { id: operation.id });
  return operation;
}

/** Lets the agenda drive operations. */
export function handleOperations(azure: AzureModel): void {
  azure.world.handle(ADVANCE, ({ id = "" }) => {
    const operation = azure.operations.get(id);
    if (operation?.status === "InProgress") advance(azure, operation);
  });
}

/** A phase that boots machines, all at once. */
export function bootPhase(machines: readonly Machine[]): Phases {
  return phaseOf("boot", machines, machines.length);
}

/** A phase that drains machines and takes them away. */
export function removePhase(machines: readonly Machine[]): Phases {
  return phaseOf("remove", machines, machines.length);
}

/** A phase that drains and reimages machines, as many side by side as there is room for. */
export function reimagePhase(machines: readonly Machine[], parallel: number): Phases {
  return phaseOf("reimage", machines, parallel);
}

function phaseOf(kind: MachineTask["kind"], machines: readonly Machine[], parallel: number): Phases {
  if (machines.length === 0) return [];
  const tasks = machines.map(({ name }): MachineTask => ({ machine: name, kind, stage: "waiting" }));
  return [{ parallel: Math.max(1, parallel), tasks }];
}

/** How many machines of a pool an upgrade adds, and how many it takes at a time. */
export function surgeOf(pool: PoolRecord): { readonly surge: number; readonly parallel: number } {
  const { maxSurge = DEFAULT_MAX_SURGE, maxUnavailable = "0" } = pool.settings.upgradeSettings;
  const surge = countOf(maxSurge, pool.settings.count);
  return { surge, parallel: Math.max(1, surge + countOf(maxUnavailable, pool.settings.count)) };
}

function countOf(text: string, total: number): number {
  return text.endsWith("%") ? scaledValue(text, total) : Number(text);
}

function advance(azure: AzureModel, before: OperationRecord): void {
  const model = azure.kubernetes(before.clusterName);
  let operation = before;
  for (const [index, phase] of before.phases.entries()) {
    const context: TaskContext = { azure, model, operation, poolName: before.poolName };
    const { tasks, failure } = stepPhase(context, phase.tasks, phase.parallel);
    const phases = operation.phases.map((other, at) => (at === index ? { ...other, tasks } : other));
    operation = { ...operation, phases };
    if (failure !== undefined) {
      fail(azure, operation, failure);
      return;
    }
    if (tasks.some(({ stage }) => stage !== "done")) {
      azure.operations.put(operation.id, operation);
      azure.world.schedule(nextLookMs(azure, tasks), ADVANCE, { id: operation.id });
      return;
    }
  }
  succeed(azure, operation);
}

function stepPhase(context: TaskContext, tasks: readonly MachineTask[], parallel: number) {
  const next = [...tasks];
  let busy = tasks.filter(({ stage }) => stage !== "waiting" && stage !== "done").length;
  for (const [index, task] of tasks.entries()) {
    if (task.stage === "done" || (task.stage === "waiting" && busy >= parallel)) continue;
    if (task.stage === "waiting") busy += 1;
    const step = stepTask(context, task);
    next[index] = step.task;
    if (step.failure !== undefined) return { tasks: next, failure: step.failure };
    if (step.task.stage === "done") busy -= 1;
  }
  return { tasks: next, failure: undefined };
}

function nextLookMs(azure: AzureModel, tasks: readonly MachineTask[]): number {
  const { nowMs } = azure.world;
  const soon = azure.settings.drainRetrySeconds * 1_000;
  const waits = tasks
    .filter(({ stage }) => stage !== "waiting" && stage !== "done")
    .map(({ stage, untilMs = nowMs }) => (stage === "draining" ? Math.min(soon, untilMs - nowMs) : untilMs - nowMs));
  return Math.max(1, Math.min(...waits, Number.MAX_SAFE_INTEGER));
}

function succeed(azure: AzureModel, operation: OperationRecord): void {
  azure.operations.put(operation.id, { ...operation, status: "Succeeded", endMs: azure.world.nowMs });
  const pool = azure.findPool(operation.clusterName, operation.poolName);
  if (!pool) return;
  if (operation.kind === "DeletePool") {
    azure.pools.delete(`${pool.clusterName}/${pool.name}`.toLowerCase());
    return;
  }
  azure.putPool({
    ...pool,
    machines: pool.machines.map((machine) => ({ ...machine, surge: false })),
    nodeImageVersion: operation.targetImage,
    settings: { ...pool.settings, orchestratorVersion: operation.targetVersion },
    provisioningState: "Succeeded",
    eTag: azure.random.uuid(),
  });
}

/** Ends an operation that a node could not be drained for. What it had cordoned is let go, save what must be set aside. */
function fail(azure: AzureModel, operation: OperationRecord, message: string): void {
  const model = azure.kubernetes(operation.clusterName);
  const error = { code: operation.kind === "DeletePool" ? "PodDrainFailure" : "UpgradeFailed", message };
  azure.operations.put(operation.id, { ...operation, status: "Failed", endMs: azure.world.nowMs, error });
  const pool = azure.findPool(operation.clusterName, operation.poolName);
  const cordons = pool?.settings.upgradeSettings.undrainableNodeBehavior === "Cordon";
  for (const { machine, stage } of operation.phases.flatMap(({ tasks }) => tasks)) {
    if (stage !== "draining" && stage !== "soaking") continue;
    if (cordons && message.includes(machine)) quarantineNode(model, machine);
    else cordonNode(model, machine, false);
  }
  if (pool) azure.putPool({ ...pool, provisioningState: "Failed", provisioningError: error });
}
