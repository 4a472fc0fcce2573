import type { AzureModel } from "./azure-model.ts";
import { relabelNode } from "./node-life.ts";
import { ordinalOf } from "./node-object.ts";
import { beginOperation, bootPhase, reimagePhase, removePhase, surgeOf } from "./operations.ts";
import type { Machine, OperationRecord, PoolRecord, PoolSettings } from "./records.ts";

/** Makes a new pool: its machines boot side by side and join. */
export function createPool(
  azure: AzureModel,
  clusterName: string,
  name: string,
  settings: PoolSettings,
): OperationRecord {
  const software = softwareOf(azure.latestImage(settings.osSKU), settings.orchestratorVersion);
  let pool: PoolRecord = {
    clusterName,
    name,
    settings,
    nodeImageVersion: software.imageVersion,
    provisioningState: "Creating",
    eTag: azure.random.uuid(),
    scaleSetId: String(azure.random.between(10_000_000, 49_999_999)),
    nextMachine: 0,
    machines: [],
  };
  for (let count = 0; count < settings.count; count += 1) pool = azure.addMachine(pool, software).pool;
  const phases = bootPhase(pool.machines);
  return beginOperation(azure, { kind: "CreatePool", pool, phases, provisioningState: "Creating" });
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
  const phases = [...bootPhase(added), ...removePhase(surplus)];
  const scaling = settings.count !== before.settings.count;
  return beginOperation(azure, {
    kind: "UpdatePool",
    pool,
    phases,
    provisioningState: scaling ? "Scaling" : "Updating",
  });
}

/** Takes a pool away: its nodes are cordoned and drained first. */
export function deletePool(azure: AzureModel, pool: PoolRecord, ignoreBudgets: boolean): OperationRecord {
  const phases = removePhase(pool.machines);
  return beginOperation(azure, { kind: "DeletePool", pool, phases, ignoreBudgets, provisioningState: "Deleting" });
}

/** Rolls a pool to the newest node image; nothing to do (undefined) when all its nodes have it. */
export function upgradeNodeImage(azure: AzureModel, pool: PoolRecord): OperationRecord | undefined {
  const target = softwareOf(azure.latestImage(pool.settings.osSKU), pool.settings.orchestratorVersion);
  const current = pool.nodeImageVersion === target.imageVersion;
  if (current && pool.machines.every(({ imageVersion }) => imageVersion === target.imageVersion)) return undefined;
  return rollPool(azure, pool, target, "UpgradeNodeImage", "UpgradingNodeImageVersion");
}

function upgradeVersion(azure: AzureModel, before: PoolRecord, settings: PoolSettings): OperationRecord {
  const { orchestratorVersion } = before.settings;
  const pool = { ...before, settings: { ...settings, count: before.settings.count, orchestratorVersion } };
  const target = softwareOf(azure.latestImage(settings.osSKU), settings.orchestratorVersion);
  return rollPool(azure, pool, target, "UpgradePool", "Upgrading");
}

/** The surge roll: room first, then node by node, then the room goes again. What an earlier, failed roll left is used. */
function rollPool(
  azure: AzureModel,
  before: PoolRecord,
  target: Pick<Machine, "imageVersion" | "kubernetesVersion">,
  kind: OperationRecord["kind"],
  provisioningState: string,
): OperationRecord {
  const { surge, parallel } = surgeOf(before);
  const hasTarget = (machine: Machine) =>
    machine.imageVersion === target.imageVersion && machine.kubernetesVersion === target.kubernetesVersion;
  let pool = before;
  const added: Machine[] = [];
  const reusable = before.machines.filter((machine) => machine.surge && hasTarget(machine));
  for (let count = reusable.length; count < surge; count += 1) {
    const next = azure.addMachine(pool, target, true);
    pool = next.pool;
    added.push(next.machine);
  }
  const members = before.machines.filter((machine) => !machine.surge);
  const extra = pool.machines.filter((machine) => machine.surge);
  const phases = [
    ...bootPhase(added),
    ...reimagePhase(
      members.filter((machine) => !hasTarget(machine)),
      parallel,
    ),
    ...removePhase(extra),
  ];
  const { imageVersion: targetImage, kubernetesVersion: targetVersion } = target;
  return beginOperation(azure, { kind, pool, phases, provisioningState, targetImage, targetVersion });
}

function softwareOf(imageVersion: string, kubernetesVersion: string) {
  return { imageVersion, kubernetesVersion };
}

/** Surge machines go first, then the youngest. */
function leavesFirst(left: Machine, right: Machine): number {
  return Number(right.surge) - Number(left.surge) || ordinalOf(right) - ordinalOf(left);
}
