import type { ClusterModel } from "../kubernetes/model/cluster-model.ts";
import type { AzureModel } from "./azure-model.ts";
import { type DrainProgress, drainFailureMessage, drainMachine } from "./drain-machine.ts";
import { cordonNode, joinNode, registerNode, returnNode, stopNode } from "./node-life.ts";
import type { MachineTask, OperationRecord, PoolRecord } from "./records.ts";

/** Share of a machine's boot after which its kubelet registers. */
const REGISTERED_SHARE = 0.85;
const DEFAULT_DRAIN_MINUTES = 30;

/** What a step of a task needs to know. */
export interface TaskContext {
  readonly azure: AzureModel;
  readonly model: ClusterModel;
  readonly operation: OperationRecord;
  readonly poolName: string;
}

/** A task after a step; `failure` when it cannot go on. */
export interface TaskStep {
  readonly task: MachineTask;
  readonly failure?: string;
}

/** Takes a machine's task as far as it gets now. Its next look is due at `untilMs` or, while draining, soon. */
export function stepTask(context: TaskContext, task: MachineTask): TaskStep {
  const { nowMs } = context.azure.world;
  if (task.stage === "waiting") return stepTask(context, begin(context, task));
  if (task.stage === "draining") return stepDrain(context, task);
  if (task.stage === "done" || (task.untilMs ?? 0) > nowMs) return { task };
  return stepTask(context, endStage(context, task));
}

function begin(context: TaskContext, task: MachineTask): MachineTask {
  if (task.kind === "boot") {
    return inStage(
      context,
      task,
      "booting",
      jittered(context, context.azure.settings.nodeBootSeconds) * REGISTERED_SHARE,
    );
  }
  const { drainTimeoutInMinutes = DEFAULT_DRAIN_MINUTES } = pool(context).settings.upgradeSettings;
  cordonNode(context.model, task.machine, true);
  return inStage(context, task, "draining", drainTimeoutInMinutes * 60);
}

function stepDrain(context: TaskContext, task: MachineTask): TaskStep {
  const progress = drainMachine(context.model, task.machine, context.operation.ignoreBudgets);
  const next = withRefusal(task, progress.refusal ?? task.refusal);
  if (progress.left === 0) {
    const { nodeSoakDurationInMinutes = 0 } = pool(context).settings.upgradeSettings;
    const drained =
      task.kind === "remove"
        ? inStage(context, next, "removing", context.azure.settings.nodeDeleteSeconds)
        : inStage(context, next, "soaking", nodeSoakDurationInMinutes * 60);
    return stepTask(context, drained);
  }
  if (context.azure.world.nowMs < (task.untilMs ?? 0)) return { task: next };
  return { task: next, failure: drainFailureMessage(task.machine, next.refusal) };
}

function withRefusal(task: MachineTask, refusal: DrainProgress["refusal"]): MachineTask {
  return refusal === undefined ? task : { ...task, refusal };
}

/** What happens when a timed stage is over. */
function endStage(context: TaskContext, task: MachineTask): MachineTask {
  const { azure, model, operation } = context;
  switch (task.stage) {
    case "booting": {
      changeMachine(context, task.machine, { joined: true });
      const machine = machineOf(context, task.machine);
      if (machine) registerNode(azure, model, pool(context), machine);
      return inStage(context, task, "joining", azure.settings.nodeBootSeconds * (1 - REGISTERED_SHARE));
    }
    case "joining":
      joinNode(model, task.machine);
      return done(task);
    case "soaking":
      stopNode(model, task.machine);
      return inStage(context, task, "reimaging", jittered(context, azure.settings.nodeReimageSeconds));
    case "reimaging": {
      const software = { imageVersion: operation.targetImage, kubernetesVersion: operation.targetVersion };
      changeMachine(context, task.machine, software);
      const machine = machineOf(context, task.machine);
      if (machine) returnNode(azure, model, pool(context), machine);
      return done(task);
    }
    case "removing": {
      const node = model.table("nodes").find(undefined, task.machine);
      if (node) model.table("nodes").remove(node);
      const machines = pool(context).machines.filter(({ name }) => name !== task.machine);
      azure.putPool({ ...pool(context), machines });
      return done(task);
    }
    case "waiting":
    case "draining":
    case "done":
      return task;
  }
}

function pool({ azure, operation, poolName }: TaskContext): PoolRecord {
  const found = azure.findPool(operation.clusterName, poolName);
  if (!found) throw new Error(`operation ${operation.id} works on pool ${poolName}, which is gone`);
  return found;
}

function machineOf(context: TaskContext, name: string) {
  return pool(context).machines.find((machine) => machine.name === name);
}

function changeMachine(context: TaskContext, name: string, change: Partial<PoolRecord["machines"][number]>): void {
  const machines = pool(context).machines.map((machine) =>
    machine.name === name ? { ...machine, ...change } : machine,
  );
  context.azure.putPool({ ...pool(context), machines });
}

function inStage(context: TaskContext, task: MachineTask, stage: MachineTask["stage"], seconds: number): MachineTask {
  return { ...task, stage, untilMs: context.azure.world.nowMs + Math.round(seconds * 1_000) };
}

function done({ untilMs: _, ...task }: MachineTask): MachineTask {
  return { ...task, stage: "done" };
}

function jittered({ azure }: TaskContext, seconds: number): number {
  return seconds * (1 + azure.settings.jitter * (2 * azure.random.next() - 1));
}
