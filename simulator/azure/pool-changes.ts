import { minor } from "semver";
import { isNodeReady } from "../kubernetes/model/pod-state.ts";
import type { AzureModel } from "./azure-model.ts";
import { relabelNode } from "./node-life.ts";
import { ordinalOf } from "./node-object.ts";
import { bootPhase, reimagePhase, removePhase, SURGE_FALLBACK_MINOR, surgeOf } from "./operation-phases.ts";
import { beginPoolOperation } from "./operations.ts";
import { quotaError, quotaShortage } from "./quota.ts";
import type { AzureError, ClusterRecord, Machine, OperationRecord, PoolRecord, PoolSettings } from "./records.ts";

/** A pool that is being made: its machines are there to boot. */
export function draftPool(azure: AzureModel, clusterName: string, name: string, settings: PoolSettings): PoolRecord {
  const { location = "" } = azure.findCluster(clusterName) ?? {};
  const software = softwareOf(azure.latestImage(settings.osSKU, location), settings.orchestratorVersion);
  let pool: PoolRecord = {
    clusterName,
    name,
    settings,
    nodeImageVersion: software.imageVersion,
    provisioningState: "Creating",
    powerState: "Running",
    eTag: azure.random.uuid(),
    scaleSetId: String(azure.random.between(10_000_000, 49_999_999)),
    nextMachine: 0,
    machines: [],
  };
  for (let count = 0; count < settings.count; count += 1) pool = azure.addMachine(pool, software).pool;
  return pool;
}

/** Makes a new pool: its machines boot side by side and join. */
export function createPool(
  azure: AzureModel,
  clusterName: string,
  name: string,
  settings: PoolSettings,
): OperationRecord {
  const pool = draftPool(azure, clusterName, name, settings);
  const phases = bootPhase(name, pool.machines);
  return beginPoolOperation(azure, pool, "Creating", { kind: "CreatePool", phases });
}

/** Brings an existing pool to other settings: its count, its labels, its Kubernetes version. */
export function updatePool(azure: AzureModel, before: PoolRecord, settings: PoolSettings): OperationRecord {
  if (settings.orchestratorVersion !== before.settings.orchestratorVersion)
    return upgradeVersion(azure, before, settings);
  let pool: PoolRecord = { ...before, settings };
  const model = azure.kubernetes(pool.clusterName);
  const dropped = Object.keys(before.settings.nodeLabels ?? {}).filter((key) => !(key in (settings.nodeLabels ?? {})));
  for (const machine of pool.machines) relabelNode(azure, model, pool, machine, dropped);
  const software = softwareOf(pool.nodeImageVersion, settings.orchestratorVersion);
  const added: Machine[] = [];
  while (pool.machines.length < settings.count) {
    const next = azure.addMachine(pool, software);
    pool = next.pool;
    added.push(next.machine);
  }
  const surplus = [...pool.machines].sort(leavesFirst).slice(0, Math.max(0, pool.machines.length - settings.count));
  // A PUT brings back nodes that an earlier operation left without a working kubelet.
  const broken = pool.machines.filter((machine) => !surplus.includes(machine) && isUnready(azure, pool, machine));
  const phases = [
    ...bootPhase(pool.name, added),
    ...reimagePhase(pool.name, broken, broken.length),
    ...removePhase(pool.name, surplus),
  ];
  const scaling = settings.count !== before.settings.count;
  return beginPoolOperation(azure, pool, scaling ? "Scaling" : "Updating", { kind: "UpdatePool", phases });
}

/** Takes a pool away: its nodes are cordoned and drained first. */
export function deletePool(azure: AzureModel, pool: PoolRecord, ignoreBudgets: boolean): OperationRecord {
  const phases = pool.powerState === "Stopped" ? [] : removePhase(pool.name, pool.machines);
  return beginPoolOperation(azure, pool, "Deleting", { kind: "DeletePool", phases, ignoreBudgets });
}

/** Drains the named machines and takes them away. The pool's count goes down; a failed pool stays what it was. */
export function deleteMachines(azure: AzureModel, pool: PoolRecord, names: readonly string[]): OperationRecord {
  const leaving = pool.machines.filter(({ name }) => names.includes(name));
  const settings = { ...pool.settings, count: Math.max(0, pool.settings.count - leaving.length) };
  const phases = removePhase(pool.name, leaving);
  const { provisioningState: returnState } = pool;
  return beginPoolOperation(azure, { ...pool, settings }, "Scaling", { kind: "DeleteMachines", phases, returnState });
}

/** Stops a pool's machines, or starts them again. */
export function powerPool(azure: AzureModel, pool: PoolRecord, running: boolean): OperationRecord {
  const kind = running ? "StartPool" : "StopPool";
  const seconds = azure.settings.powerSeconds;
  const { provisioningState: returnState } = pool;
  return beginPoolOperation(azure, pool, running ? "Starting" : "Stopping", { kind, seconds, returnState });
}

/** Rolls a pool to the newest node image; nothing to do (undefined) when all its nodes have it. */
export function upgradeNodeImage(azure: AzureModel, pool: PoolRecord): OperationRecord | undefined {
  const { location } = clusterOf(azure, pool);
  const target = softwareOf(azure.latestImage(pool.settings.osSKU, location), pool.settings.orchestratorVersion);
  const current = pool.nodeImageVersion === target.imageVersion;
  if (current && pool.machines.every(({ imageVersion }) => imageVersion === target.imageVersion)) return undefined;
  return rollPool(azure, pool, target, "UpgradeNodeImage", "UpgradingNodeImageVersion");
}

/** Rolls a pool back to a node image and a version that it ran before. */
export function rollBackPool(azure: AzureModel, pool: PoolRecord, image: string, version: string): OperationRecord {
  return rollPool(azure, pool, softwareOf(image, version), "UpgradePool", "Upgrading");
}

function upgradeVersion(azure: AzureModel, before: PoolRecord, settings: PoolSettings): OperationRecord {
  const { orchestratorVersion } = before.settings;
  const pool = { ...before, settings: { ...settings, count: before.settings.count, orchestratorVersion } };
  const { location } = clusterOf(azure, before);
  const target = softwareOf(azure.latestImage(settings.osSKU, location), settings.orchestratorVersion);
  return rollPool(azure, pool, target, "UpgradePool", "Upgrading");
}

/** The surge roll: room first, then node by node, then the room goes again. What an earlier, failed roll left is used. */
function rollPool(
  azure: AzureModel,
  before: PoolRecord,
  target: Pick<Machine, "imageVersion" | "kubernetesVersion">,
  kind: "UpgradePool" | "UpgradeNodeImage",
  provisioningState: string,
): OperationRecord {
  const cluster = clusterOf(azure, before);
  const hasTarget = (machine: Machine) =>
    machine.imageVersion === target.imageVersion && machine.kubernetesVersion === target.kubernetesVersion;
  const reusable = before.machines.filter((machine) => machine.surge && hasTarget(machine));
  const room = surgeRoom(azure, cluster, before, reusable.length, target.kubernetesVersion);
  let pool = before;
  const added: Machine[] = [];
  for (let count = reusable.length; count < room.surge; count += 1) {
    const next = azure.addMachine(pool, target, true);
    pool = next.pool;
    added.push(next.machine);
  }
  const members = before.machines.filter((machine) => !machine.surge);
  // What an earlier operation did not bring up is made up for.
  for (let count = members.length; count < before.settings.count; count += 1) {
    const next = azure.addMachine(pool, target);
    pool = next.pool;
    added.push(next.machine);
  }
  const extra = pool.machines.filter((machine) => machine.surge);
  const phases = [
    ...bootPhase(pool.name, added),
    ...reimagePhase(
      pool.name,
      members.filter((machine) => !hasTarget(machine) || isUnready(azure, before, machine)),
      room.parallel,
    ),
    ...removePhase(pool.name, extra),
  ];
  const { imageVersion: targetImage, kubernetesVersion: targetVersion } = target;
  const ignoreBudgets = isForced(azure, cluster);
  const request = { kind, phases, targetImage, targetVersion, ignoreBudgets };
  const operation = beginPoolOperation(azure, pool, provisioningState, request);
  return room.error ? refuse(azure, operation, room.error) : operation;
}

/** What the pool's upgradeSettings ask for, and what of it the quota allows. */
function surgeRoom(
  azure: AzureModel,
  cluster: ClusterRecord,
  pool: PoolRecord,
  reusable: number,
  version: string,
): { readonly surge: number; readonly parallel: number; readonly error?: AzureError } {
  const wanted = surgeOf(pool);
  const added = wanted.surge - reusable;
  const error = quotaError(azure, cluster, pool.settings.vmSize, added);
  if (!error) return wanted;
  const fits = added > 1 && !quotaShortage(azure, cluster, pool.settings.vmSize, 1);
  if (minor(version) >= SURGE_FALLBACK_MINOR && fits) return { surge: reusable + 1, parallel: 1 };
  return { ...wanted, error };
}

/** The service accepts an upgrade that finds no quota, and fails it. */
function refuse(azure: AzureModel, operation: OperationRecord, error: { code: string; message: string }) {
  const failing: OperationRecord = { ...operation, fault: { kind: "fail", ...error, atMs: azure.world.nowMs } };
  azure.operations.put(operation.id, failing);
  return failing;
}

/** Whether `upgradeSettings.overrideSettings` lets upgrades go past budgets now. */
function isForced(azure: AzureModel, { kept }: ClusterRecord): boolean {
  const settings = kept.upgradeSettings as
    | { overrideSettings?: { forceUpgrade?: boolean; until?: string } }
    | undefined;
  const { forceUpgrade, until } = settings?.overrideSettings ?? {};
  return forceUpgrade === true && until !== undefined && Date.parse(until) > azure.world.nowMs;
}

function clusterOf(azure: AzureModel, pool: PoolRecord): ClusterRecord {
  const cluster = azure.findCluster(pool.clusterName);
  if (!cluster) throw new Error(`pool ${pool.name} is of cluster ${pool.clusterName}, which is gone`);
  return cluster;
}

/** Whether a machine that joined has a Node that is not ready. */
function isUnready(azure: AzureModel, pool: PoolRecord, { name, joined }: Machine): boolean {
  const node = azure.kubernetes(pool.clusterName).table("nodes").find(undefined, name);
  return joined && node !== undefined && !isNodeReady(node);
}

function softwareOf(imageVersion: string, kubernetesVersion: string) {
  return { imageVersion, kubernetesVersion };
}

/** Surge machines go first, then the youngest. */
function leavesFirst(left: Machine, right: Machine): number {
  return Number(right.surge) - Number(left.surge) || ordinalOf(right) - ordinalOf(left);
}
