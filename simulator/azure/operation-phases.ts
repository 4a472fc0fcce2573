import { minor } from "semver";
import { scaledValue } from "../kubernetes/model/budget.ts";
import type { AzureModel } from "./azure-model.ts";
import { drainFailureMessage } from "./drain-machine.ts";
import { stepTask, type TaskContext } from "./machine-task.ts";
import { quarantineNode } from "./node-life.ts";
import type { AzureError, Machine, MachineTask, OperationRecord, PoolRecord } from "./records.ts";

const DEFAULT_MAX_SURGE = "10%";
/** From this minor version on an upgrade that finds no room for its surge makes do with less. */
export const SURGE_FALLBACK_MINOR = 35;

type Phases = OperationRecord["phases"];
type Phase = Phases[number];

/** How far an operation has got. */
export type Progress =
  | { readonly kind: "waiting"; readonly operation: OperationRecord; readonly waitMs: number }
  | { readonly kind: "failed" | "canceled"; readonly operation: OperationRecord; readonly error: AzureError }
  | { readonly kind: "done"; readonly operation: OperationRecord };

/** A phase that boots machines, all at once. */
export function bootPhase(poolName: string, machines: readonly Machine[]): Phases {
  return phaseOf("boot", poolName, machines, machines.length);
}

/** A phase that drains machines and takes them away. */
export function removePhase(poolName: string, machines: readonly Machine[]): Phases {
  return phaseOf("remove", poolName, machines, machines.length);
}

/** A phase that drains and reimages machines, as many side by side as there is room for. */
export function reimagePhase(poolName: string, machines: readonly Machine[], parallel: number): Phases {
  return phaseOf("reimage", poolName, machines, parallel);
}

function phaseOf(kind: MachineTask["kind"], poolName: string, machines: readonly Machine[], parallel: number): Phases {
  if (machines.length === 0) return [];
  const tasks = machines.map(({ name }): MachineTask => ({ machine: name, kind, stage: "waiting" }));
  return [{ poolName, parallel: Math.max(1, parallel), tasks }];
}

/** How many machines of a pool an upgrade adds, and how many it takes at a time. */
export function surgeOf(pool: PoolRecord): { readonly surge: number; readonly parallel: number } {
  const { maxSurge = DEFAULT_MAX_SURGE, maxUnavailable = "0" } = pool.settings.upgradeSettings;
  const surge = countOf(maxSurge, pool.settings.count);
  return { surge, parallel: Math.max(1, surge + countOf(maxUnavailable, pool.settings.count)) };
}

/** A percentage of nodes is rounded up. */
function countOf(text: string, total: number): number {
  return text.endsWith("%") ? scaledValue(text, total) : Number(text);
}

/** Takes an operation's phases as far as they get now. */
export function advancePhases(azure: AzureModel, before: OperationRecord): Progress {
  let operation = before;
  for (let index = 0; index < operation.phases.length; index += 1) {
    operation = keepStandIns(azure, operation, index);
    const phase = operation.phases[index];
    if (!phase) break;
    const context = { azure, model: azure.kubernetes(operation.clusterName), operation, poolName: phase.poolName };
    const { tasks, error } = stepPhase(context, phase);
    const phases = operation.phases.map((other, at) => (at === index ? { ...other, tasks } : other));
    operation = { ...operation, phases };
    if (error && canDoWithLess(operation, phase, error)) {
      operation = withoutUnallocated(azure, operation, index, error);
      index -= 1;
      continue;
    }
    if (error) return { kind: "failed", operation, error };
    const active = tasks.filter(isActive);
    if (active.length > 0) return { kind: "waiting", operation, waitMs: nextLookMs(azure, active) };
    const blocked = blockedError(operation);
    if (blocked && tasks.some(({ stage }) => stage === "waiting")) {
      return { kind: "canceled", operation: keepAllStandIns(azure, operation), error: blocked };
    }
  }
  const blocked = blockedError(operation);
  return blocked ? { kind: "failed", operation, error: blocked } : { kind: "done", operation };
}

/** From Kubernetes 1.35 on, an upgrade that finds no machine for its surge goes on with those it got, if there is any. */
function canDoWithLess(operation: OperationRecord, { tasks }: Phase, error: PhaseError): boolean {
  const isUpgrade = operation.kind === "UpgradePool" || operation.kind === "UpgradeNodeImage";
  const isAllocation = error.unallocated !== undefined;
  const left = tasks.filter(({ machine, stage }) => machine !== error.unallocated && stage !== "done").length;
  return isUpgrade && isAllocation && left > 0 && minor(operation.targetVersion) >= SURGE_FALLBACK_MINOR;
}

/** The operation without the machine that could not be had: nothing boots it, nothing takes it away, one less goes side by side. */
function withoutUnallocated(
  azure: AzureModel,
  operation: OperationRecord,
  index: number,
  { unallocated }: PhaseError,
): OperationRecord {
  const poolName = operation.phases[index]?.poolName ?? operation.poolName;
  const pool = azure.findPool(operation.clusterName, poolName);
  const machines = pool?.machines.filter(({ name }) => name !== unallocated) ?? [];
  if (pool) azure.putPool({ ...pool, machines });
  const phases = operation.phases.map((phase, at) => ({
    ...phase,
    parallel: at > index ? Math.max(1, phase.parallel - 1) : phase.parallel,
    tasks: phase.tasks.filter(({ machine }) => machine !== unallocated),
  }));
  return { ...operation, phases };
}

function isActive({ stage }: MachineTask): boolean {
  return stage !== "waiting" && stage !== "blocked" && stage !== "done";
}

/** Why a phase cannot go on; `unallocated` is the machine that there was no room for. */
type PhaseError = AzureError & { readonly unallocated?: string };

function stepPhase(context: TaskContext, phase: Phase): { tasks: MachineTask[]; error?: PhaseError } {
  const next = [...phase.tasks];
  // A node that was set aside keeps the surge node that stands in for it.
  let room = phase.parallel - next.filter((task) => isActive(task) || task.stage === "blocked").length;
  for (const [index, task] of phase.tasks.entries()) {
    if (task.stage === "done" || task.stage === "blocked" || (task.stage === "waiting" && room <= 0)) continue;
    if (task.stage === "waiting") room -= 1;
    const step = stepTask(context, task);
    next[index] = step.task;
    if (step.task.stage === "done") room += 1;
    if (step.failure === undefined) continue;
    const { undrainable, ...error } = step.failure;
    if (step.task.stage === "waiting") return { tasks: next, error: { ...error, unallocated: step.task.machine } };
    if (!undrainable || !setsAside(context, step.task)) return { tasks: next, error };
    quarantineNode(context.model, step.task.machine);
    const { untilMs: _, ...blocked } = step.task;
    next[index] = { ...blocked, stage: "blocked" };
  }
  return { tasks: next };
}

/** undrainableNodeBehavior Cordon: a node that cannot be drained is set aside, and the upgrade goes on with the others. */
function setsAside({ azure, operation, poolName }: TaskContext, task: MachineTask): boolean {
  const pool = azure.findPool(operation.clusterName, poolName);
  return task.kind === "reimage" && pool?.settings.upgradeSettings.undrainableNodeBehavior === "Cordon";
}

function blockedError(operation: OperationRecord): AzureError | undefined {
  const blocked = operation.phases.flatMap(({ tasks }) => tasks).filter(({ stage }) => stage === "blocked");
  const [first] = blocked;
  if (!first) return undefined;
  return { code: "UpgradeFailed", message: drainFailureMessage(first.machine, first.refusal) };
}

/** Before the surge machines leave: as many stay, for good, as nodes were set aside. */
function keepStandIns(azure: AzureModel, operation: OperationRecord, index: number): OperationRecord {
  const phase = operation.phases[index];
  if (!phase?.tasks.every(({ kind, stage }) => kind === "remove" && stage === "waiting")) return operation;
  const blocked = operation.phases.flatMap(({ tasks }) => tasks).filter(({ stage }) => stage === "blocked").length;
  if (blocked === 0) return operation;
  const staying = phase.tasks.slice(0, blocked).map(({ machine }) => machine);
  const pool = azure.findPool(operation.clusterName, phase.poolName);
  if (pool) {
    const machines = pool.machines.map((machine) =>
      staying.includes(machine.name) ? { ...machine, surge: false } : machine,
    );
    const settings = { ...pool.settings, count: pool.settings.count + staying.length };
    azure.putPool({ ...pool, machines, settings });
  }
  const tasks = phase.tasks.map((task) =>
    staying.includes(task.machine) ? { ...task, stage: "done" as const } : task,
  );
  return { ...operation, phases: operation.phases.map((other, at) => (at === index ? { ...other, tasks } : other)) };
}

function keepAllStandIns(azure: AzureModel, operation: OperationRecord): OperationRecord {
  return operation.phases.reduce((kept, _phase, index) => keepStandIns(azure, kept, index), operation);
}

function nextLookMs(azure: AzureModel, tasks: readonly MachineTask[]): number {
  const { nowMs } = azure.world;
  const soon = azure.settings.drainRetrySeconds * 1_000;
  const waits = tasks.map(({ stage, untilMs = nowMs }) =>
    stage === "draining" ? Math.min(soon, untilMs - nowMs) : untilMs - nowMs,
  );
  return Math.max(1, Math.min(...waits, Number.MAX_SAFE_INTEGER));
}
