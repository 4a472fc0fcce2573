import { z } from "zod";
import { abortOperation } from "../azure/operations.ts";
import {
  createPool,
  deleteMachines,
  deletePool,
  powerPool,
  rollBackPool,
  updatePool,
  upgradeNodeImage,
} from "../azure/pool-changes.ts";
import { recentlyUsedVersions } from "../azure/pool-rollback.ts";
import { quotaError } from "../azure/quota.ts";
import type { ClusterRecord, OperationRecord, PoolRecord, PoolSettings } from "../azure/records.ts";
import { ok, paged } from "./answers.ts";
import { machineBody, poolBody } from "./arm-bodies.ts";
import { ArmError, invalidParameter, resourceNotFound } from "./arm-error.ts";
import type { ArmAnswer, ArmRequest, ArmRoute } from "./arm-router.ts";
import { accepted } from "./long-running.ts";
import { checkETags, checkFree, clusterOf, poolOf } from "./lookup.ts";
import { type PoolProperties, parseBody, readPoolBody, readPoolSettings } from "./pool-request.ts";
import { availablePoolVersions, poolUpgradeProfile } from "./upgrade-profiles.ts";

const CLUSTER =
  "/subscriptions/{subscription}/resourceGroups/{group}/providers/Microsoft.ContainerService/managedClusters/{cluster}";
const POOL = `${CLUSTER}/agentPools/{pool}`;

/** Agent pools and their machines. */
export const POOL_ROUTES: readonly ArmRoute[] = [
  { method: "GET", path: `${CLUSTER}/agentPools`, handle: listPools },
  { method: "GET", path: `${CLUSTER}/availableAgentPoolVersions`, handle: listPoolVersions },
  { method: "GET", path: POOL, handle: getPool },
  { method: "PUT", path: POOL, handle: putPool },
  { method: "DELETE", path: POOL, handle: removePool },
  { method: "GET", path: `${POOL}/upgradeProfiles/default`, handle: getPoolUpgradeProfile },
  { method: "POST", path: `${POOL}/upgradeNodeImageVersion`, handle: upgradePoolImage },
  { method: "POST", path: `${POOL}/deleteMachines`, handle: removeMachines },
  { method: "POST", path: `${POOL}/abort`, handle: abortPool },
  { method: "GET", path: `${POOL}/machines`, handle: listMachines },
  { method: "GET", path: `${POOL}/machines/{machine}`, handle: getMachine },
];

const machineNamesSchema = z.object({ machineNames: z.array(z.string()).min(1) });

function listPools(request: ArmRequest): ArmAnswer {
  const cluster = clusterOf(request);
  const pools = request.azure.poolsOf(cluster.name);
  return paged(
    request,
    pools,
    ({ name }) => name,
    (pool) => poolBody(cluster, pool),
  );
}

function listPoolVersions(request: ArmRequest): ArmAnswer {
  return ok(availablePoolVersions(request.azure, clusterOf(request)));
}

function getPool(request: ArmRequest): ArmAnswer {
  const pool = poolOf(request);
  return ok(poolBody(clusterOf(request), pool), { etag: `"${pool.eTag}"` });
}

function getPoolUpgradeProfile(request: ArmRequest): ArmAnswer {
  return ok(poolUpgradeProfile(request.azure, clusterOf(request), poolOf(request)));
}

function putPool(request: ArmRequest): ArmAnswer {
  const { azure, names } = request;
  const cluster = clusterOf(request);
  const name = names.pool ?? "";
  const current = azure.findPool(cluster.name, name);
  checkETags(request, current?.eTag);
  const asked = readPoolBody(request.body);
  const rolledBack = current && rollBack(request, cluster, current, asked);
  if (rolledBack) return acceptedPool(request, cluster, rolledBack, 200);
  const settings = readPoolSettings(azure, cluster, name, asked, current);
  checkFree(request, cluster);
  checkRunning(cluster);
  checkQuota(request, cluster, settings, current);
  const operation = current
    ? changePool(request, current, settings, asked)
    : createPool(azure, cluster.name, name, settings);
  return acceptedPool(request, cluster, operation, current ? 200 : 201);
}

function changePool(
  { azure }: ArmRequest,
  current: PoolRecord,
  settings: PoolSettings,
  { powerState }: PoolProperties,
): OperationRecord {
  const wanted = powerState?.code ?? current.powerState;
  if (wanted !== current.powerState) return powerPool(azure, current, wanted === "Running");
  checkPoolRuns(current);
  return updatePool(azure, current, settings);
}

/** To name another node image asks for a rollback: undefined for a request that does not. Throws an ArmError where it may not be. */
function rollBack(
  request: ArmRequest,
  cluster: ClusterRecord,
  pool: PoolRecord,
  { nodeImageVersion, orchestratorVersion }: PoolProperties,
): OperationRecord | undefined {
  if (nodeImageVersion === undefined || nodeImageVersion === pool.nodeImageVersion) return undefined;
  const known = recentlyUsedVersions(request.azure, pool).find((used) => used.nodeImageVersion === nodeImageVersion);
  const isPair = orchestratorVersion === undefined || orchestratorVersion === known?.orchestratorVersion;
  if (!known || !isPair) {
    throw invalidParameter(
      `The value of parameter agentPoolProfile.nodeImageVersion is invalid. Error details: only values of recentlyUsedVersions of agent pool ${pool.name} are allowed.`,
    );
  }
  const { upgradeChannel = "none" } = (cluster.kept.autoUpgradeProfile ?? {}) as { readonly upgradeChannel?: string };
  if (upgradeChannel !== "none") {
    const message = "Rollback of an agent pool is not allowed while the auto-upgrade channel of the cluster is set.";
    throw new ArmError(400, "OperationNotAllowed", message);
  }
  checkFree(request, cluster);
  checkRunning(cluster);
  checkPoolRuns(pool);
  return rollBackPool(request.azure, pool, nodeImageVersion, known.orchestratorVersion);
}

function checkPoolRuns({ name, powerState }: PoolRecord): void {
  if (powerState === "Running") return;
  throw new ArmError(400, "OperationNotAllowed", `Agent pool ${name} is stopped. Start it before changing it.`);
}

function checkQuota(
  { azure }: ArmRequest,
  cluster: ClusterRecord,
  settings: PoolSettings,
  current: PoolRecord | undefined,
): void {
  const added = settings.count - (current?.machines.length ?? 0);
  const error = quotaError(azure, cluster, settings.vmSize, added);
  if (error) throw new ArmError(400, error.code, error.message);
}

function checkRunning(cluster: ClusterRecord): void {
  if (cluster.powerState === "Running") return;
  const message = `Operation is not allowed: the managed cluster ${cluster.name} is stopped. Start it first.`;
  throw new ArmError(400, "OperationNotAllowed", message);
}

function removePool(request: ArmRequest): ArmAnswer {
  const { azure, names, query } = request;
  const cluster = clusterOf(request);
  const pool = azure.findPool(cluster.name, names.pool ?? "");
  if (!pool) return { status: 204 };
  checkETags(request, pool.eTag);
  checkFree(request, cluster);
  const others = azure.poolsOf(cluster.name).filter(({ name }) => name !== pool.name);
  if (pool.settings.mode === "System" && !others.some(({ settings }) => settings.mode === "System")) {
    const message = "There has to be at least one system agent pool.";
    throw new ArmError(400, "OperationNotAllowed", message);
  }
  const ignoreBudgets = query.get("ignore-pod-disruption-budget")?.toLowerCase() === "true";
  return acceptedEmpty(request, cluster, deletePool(azure, pool, ignoreBudgets));
}

function upgradePoolImage(request: ArmRequest): ArmAnswer {
  const cluster = clusterOf(request);
  const pool = poolOf(request);
  checkFree(request, cluster);
  checkRunning(cluster);
  checkPoolRuns(pool);
  const operation = upgradeNodeImage(request.azure, pool);
  if (!operation) return ok(poolBody(cluster, pool));
  return acceptedPool(request, cluster, operation, 202);
}

function removeMachines(request: ArmRequest): ArmAnswer {
  const cluster = clusterOf(request);
  const pool = poolOf(request);
  const { machineNames } = parseBody(machineNamesSchema, request.body);
  checkFree(request, cluster);
  const missing = machineNames.filter((wanted) => !pool.machines.some(({ name }) => name === wanted));
  if (missing.length > 0) {
    throw invalidParameter(`The machines ${missing.join(", ")} are not found in agent pool ${pool.name}.`);
  }
  return acceptedEmpty(request, cluster, deleteMachines(request.azure, pool, machineNames));
}

function abortPool(request: ArmRequest): ArmAnswer {
  const { azure } = request;
  const cluster = clusterOf(request);
  const pool = poolOf(request);
  const running = azure.runningOperation(cluster.name);
  if (running?.poolName !== pool.name) {
    const message = `There is no ongoing operation on agent pool ${pool.name} to abort.`;
    throw new ArmError(400, "OperationNotAllowed", message);
  }
  return acceptedEmpty(request, cluster, abortOperation(azure, running));
}

function listMachines(request: ArmRequest): ArmAnswer {
  const cluster = clusterOf(request);
  const pool = poolOf(request);
  return paged(
    request,
    pool.machines,
    ({ name }) => name,
    (machine) => machineBody(cluster, pool, machine),
  );
}

function getMachine(request: ArmRequest): ArmAnswer {
  const cluster = clusterOf(request);
  const pool = poolOf(request);
  const { machine: wanted = "", group = "" } = request.names;
  const machine = pool.machines.find(({ name }) => name === wanted.toLowerCase());
  if (machine) return ok(machineBody(cluster, pool, machine));
  const what = `Microsoft.ContainerService/managedClusters/${cluster.name}/agentPools/${pool.name}/machines/${wanted}`;
  throw resourceNotFound(what, group);
}

function acceptedPool(request: ArmRequest, cluster: ClusterRecord, operation: OperationRecord, status: number) {
  const pool = request.azure.findPool(cluster.name, operation.poolName);
  const body = pool && poolBody(cluster, pool);
  return accepted(request, operation, { status, body, location: cluster.location });
}

function acceptedEmpty(request: ArmRequest, cluster: ClusterRecord, operation: OperationRecord): ArmAnswer {
  return accepted(request, operation, { status: 202, location: cluster.location });
}
