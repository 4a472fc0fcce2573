import type { ClusterModel } from "../kubernetes/model/cluster-model.ts";
import type { MachineFacts } from "./azure-faults.ts";
import type { AzureModel } from "./azure-model.ts";
import { type DrainProgress, drainFailureMessage, drainMachine } from "./drain-machine.ts";
import { cordonNode, joinNode, registerNode, removeNode, returnNode, stopNode } from "./node-life.ts";
import type { AzureError, MachineTask, OperationRecord, PoolRecord } from "./records.ts";
import { subnetError } from "./subnets.ts";

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
  readonly failure?: AzureError & { readonly undrainable?: true };
}

/** Takes a machine's task as far as it gets now. Its next look is due at `untilMs` or, while draining, soon. */
export function stepTask(context: TaskContext, task: MachineTask): TaskStep {
  const { nowMs } = context.azure.world;
  if (task.stage === "waiting") return begin(context, task);
  if (task.stage === "draining") return stepDrain(context, task);
  if (task.stage === "done" || task.stage === "blocked" || (task.untilMs ?? 0) > nowMs) return { task };
  if (task.stage === "unready") return { task, failure: notReadyError(task.machine) };
  return stepTask(context, endStage(context, task));
}

function begin(context: TaskContext, task: MachineTask): TaskStep {
  const { azure, model } = context;
  if (task.kind === "boot") {
    const refusal = subnetRefusal(context) ?? azure.faults.allocation(factsOf(context, task.machine));
    if (refusal) return { task, failure: refusal };
    const seconds = jittered(context, azure.settings.nodeBootSeconds) * REGISTERED_SHARE;
    return stepTask(context, inStage(context, task, "booting", seconds));
  }
  const { drainTimeoutInMinutes = DEFAULT_DRAIN_MINUTES } = pool(context).settings.upgradeSettings;
  cordonNode(model, task.machine, true);
  return stepTask(context, inStage(context, task, "draining", drainTimeoutInMinutes * 60));
}

/** Why a new machine gets no address. */
function subnetRefusal(context: TaskContext): AzureError | undefined {
  const cluster = context.azure.findCluster(context.operation.clusterName);
  return cluster && subnetError(context.azure, cluster, pool(context));
}

function factsOf({ azure, operation, poolName }: TaskContext, machine: string): MachineFacts {
  const { clusterName } = operation;
  const record = azure.findPool(clusterName, poolName);
  return {
    cluster: clusterName,
    pool: poolName,
    location: azure.findCluster(clusterName)?.location ?? "",
    vmSize: record?.settings.vmSize ?? "",
    zone: record?.machines.find(({ name }) => name === machine)?.zone,
    machine,
  };
}

/** What is told of a machine whose start-up script waited in vain for its kubelet. */
function notReadyError(machine: string): AzureError {
  const message = `VM has reported a failure when processing extension 'vmssCSE' (publisher 'Microsoft.Azure.Extensions' and type 'CustomScript'). Error message: 'Enable failed: failed to execute command: command terminated with exit status=124'. Node ${machine} did not become ready. More information on troubleshooting is available at https://aka.ms/VMExtensionCSELinuxTroubleshoot.`;
  return { code: "VMExtensionProvisioningError", message };
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
  const code = task.kind === "reimage" ? "UpgradeFailed" : "PodDrainFailure";
  return { task: next, failure: { code, message: drainFailureMessage(task.machine, next.refusal), undrainable: true } };
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
      if (azure.faults.neverReady(factsOf(context, task.machine))) return unready(context, task);
      joinNode(model, task.machine);
      return done(task);
    case "soaking":
      stopNode(model, task.machine, "the node is being reimaged");
      return inStage(context, task, "reimaging", jittered(context, azure.settings.nodeReimageSeconds));
    case "reimaging": {
      const software = { imageVersion: operation.targetImage, kubernetesVersion: operation.targetVersion };
      changeMachine(context, task.machine, software);
      const machine = machineOf(context, task.machine);
      const isReady = !azure.faults.neverReady(factsOf(context, task.machine));
      if (machine) returnNode(azure, model, pool(context), machine, isReady);
      return isReady ? done(task) : unready(context, task);
    }
    case "removing": {
      removeNode(model, task.machine);
      const machines = pool(context).machines.filter(({ name }) => name !== task.machine);
      azure.putPool({ ...pool(context), machines });
      return done(task);
    }
    case "waiting":
    case "draining":
    case "unready":
    case "blocked":
    case "done":
      return task;
  }
}

/** The node is there and never reports ready; what waits for it gives up after a while. */
function unready(context: TaskContext, task: MachineTask): MachineTask {
  return inStage(context, task, "unready", context.azure.settings.nodeReadyTimeoutSeconds);
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
