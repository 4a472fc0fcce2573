import { createPool, deletePool, updatePool, upgradeNodeImage } from "../azure/pool-changes.ts";
import type { ClusterRecord, OperationRecord, PoolRecord } from "../azure/records.ts";
import { clusterBody, operationBody, poolBody } from "./arm-bodies.ts";
import { ArmError, clusterNotFound, operationInProgress, poolNotFound } from "./arm-error.ts";
import type { ArmAnswer, ArmRequest, ArmRoute } from "./arm-router.ts";
import { credentialBody } from "./credentials.ts";
import { readPoolSettings } from "./pool-request.ts";
import { clusterUpgradeProfile, poolUpgradeProfile } from "./upgrade-profiles.ts";

const SUBSCRIPTION = "/subscriptions/{subscription}/providers/Microsoft.ContainerService";
const GROUP = "/subscriptions/{subscription}/resourceGroups/{group}/providers/Microsoft.ContainerService";
const CLUSTER = `${GROUP}/managedClusters/{cluster}`;
const POOL = `${CLUSTER}/agentPools/{pool}`;

const PAGE_SIZE = 50;

/** What of Microsoft.ContainerService is answered. To add an operation is to add a row. */
export const CONTAINER_SERVICE_ROUTES: readonly ArmRoute[] = [
  { method: "GET", path: `${SUBSCRIPTION}/managedClusters`, handle: (request) => listClusters(request) },
  { method: "GET", path: `${GROUP}/managedClusters`, handle: (request) => listClusters(request, request.names.group) },
  { method: "GET", path: CLUSTER, handle: (request) => getCluster(request) },
  {
    method: "GET",
    path: `${CLUSTER}/upgradeProfiles/default`,
    handle: (request) => ok(clusterUpgradeProfile(request.azure, clusterOf(request))),
  },
  {
    method: "POST",
    path: `${CLUSTER}/listClusterAdminCredential`,
    handle: (request) => ok(credentialBody(request.azure, clusterOf(request), "clusterAdmin", request.origin)),
  },
  {
    method: "POST",
    path: `${CLUSTER}/listClusterUserCredential`,
    handle: (request) => ok(credentialBody(request.azure, clusterOf(request), "clusterUser", request.origin)),
  },
  { method: "GET", path: `${CLUSTER}/agentPools`, handle: (request) => listPools(request) },
  { method: "GET", path: POOL, handle: (request) => getPool(request) },
  { method: "PUT", path: POOL, handle: (request) => putPool(request) },
  { method: "DELETE", path: POOL, handle: (request) => removePool(request) },
  {
    method: "GET",
    path: `${POOL}/upgradeProfiles/default`,
    handle: (request) => ok(poolUpgradeProfile(request.azure, clusterOf(request), poolOf(request))),
  },
  { method: "POST", path: `${POOL}/upgradeNodeImageVersion`, handle: (request) => upgradePoolImage(request) },
  {
    method: "GET",
    path: `${SUBSCRIPTION}/locations/{location}/operations/{operation}`,
    handle: (request) => getOperation(request),
  },
  {
    method: "GET",
    path: `${SUBSCRIPTION}/locations/{location}/operationresults/{operation}`,
    handle: (request) => getOperationResult(request),
  },
];

function ok(body: unknown, headers: Readonly<Record<string, string>> = {}): ArmAnswer {
  return { status: 200, body, headers };
}

function clusterOf({ azure, names }: ArmRequest): ClusterRecord {
  const { cluster: name = "", group = "" } = names;
  const found = azure.findCluster(name);
  if (!found || found.resourceGroup.toLowerCase() !== group.toLowerCase()) throw clusterNotFound(name, group);
  return found;
}

function poolOf(request: ArmRequest): PoolRecord {
  const cluster = clusterOf(request);
  const { pool: name = "", group = "" } = request.names;
  const found = request.azure.findPool(cluster.name, name);
  if (!found) throw poolNotFound(cluster.name, name, group);
  return found;
}

function listClusters({ azure, query, origin, names }: ArmRequest, resourceGroup?: string): ArmAnswer {
  const clusters = azure.clusters
    .keys()
    .sort()
    .flatMap((key) => azure.clusters.get(key) ?? [])
    .filter((cluster) => resourceGroup === undefined || isIn(cluster, resourceGroup));
  const offset = Number(query.get("$skipToken") ?? 0);
  const page = clusters.slice(offset, offset + PAGE_SIZE);
  const rest = offset + page.length < clusters.length;
  const scope = resourceGroup === undefined ? "" : `/resourceGroups/${resourceGroup}`;
  const path = `/subscriptions/${names.subscription}${scope}/providers/Microsoft.ContainerService/managedClusters`;
  const version = query.get("api-version") ?? "";
  const nextLink = `${origin}${path}?api-version=${version}&$skipToken=${offset + page.length}`;
  return ok({ value: page.map((cluster) => clusterBody(azure, cluster)), ...(rest ? { nextLink } : {}) });
}

function isIn(cluster: ClusterRecord, resourceGroup: string): boolean {
  return cluster.resourceGroup.toLowerCase() === resourceGroup.toLowerCase();
}

function getCluster(request: ArmRequest): ArmAnswer {
  const body = clusterBody(request.azure, clusterOf(request));
  return ok(body, { etag: `"${body.eTag}"` });
}

function listPools(request: ArmRequest): ArmAnswer {
  const cluster = clusterOf(request);
  const pools = request.azure.poolsOf(cluster.name);
  return ok({ value: pools.map((pool) => poolBody(request.azure, cluster, pool)) });
}

function getPool(request: ArmRequest): ArmAnswer {
  const pool = poolOf(request);
  return ok(poolBody(request.azure, clusterOf(request), pool), { etag: `"${pool.eTag}"` });
}

function putPool(request: ArmRequest): ArmAnswer {
  const { azure, names, body } = request;
  const cluster = clusterOf(request);
  const name = names.pool ?? "";
  const current = azure.findPool(cluster.name, name);
  checkETags(request, current);
  const settings = readPoolSettings(azure, cluster, name, body, current);
  checkFree(request, cluster);
  const operation = current ? updatePool(azure, current, settings) : createPool(azure, cluster.name, name, settings);
  return accepted(request, cluster, operation, current ? 200 : 201);
}

function removePool(request: ArmRequest): ArmAnswer {
  const { azure, names, query } = request;
  const cluster = clusterOf(request);
  const pool = azure.findPool(cluster.name, names.pool ?? "");
  if (!pool) return { status: 204 };
  checkETags(request, pool);
  checkFree(request, cluster);
  const others = azure.poolsOf(cluster.name).filter(({ name }) => name !== pool.name);
  if (pool.settings.mode === "System" && !others.some(({ settings }) => settings.mode === "System")) {
    const message = "There has to be at least one system agent pool.";
    throw new ArmError(400, "OperationNotAllowed", message);
  }
  const ignoreBudgets = query.get("ignore-pod-disruption-budget")?.toLowerCase() === "true";
  const operation = deletePool(azure, pool, ignoreBudgets);
  return { ...accepted(request, cluster, operation, 202), body: undefined };
}

function upgradePoolImage(request: ArmRequest): ArmAnswer {
  const cluster = clusterOf(request);
  const pool = poolOf(request);
  checkFree(request, cluster);
  const operation = upgradeNodeImage(request.azure, pool);
  if (!operation) return ok(poolBody(request.azure, cluster, pool));
  return accepted(request, cluster, operation, 202);
}

/** The answer that begins a long-running operation: the pool as it is now, and where to ask. */
function accepted(request: ArmRequest, cluster: ClusterRecord, operation: OperationRecord, status: number): ArmAnswer {
  const { azure, origin, names, query } = request;
  const pool = azure.findPool(cluster.name, operation.poolName);
  const base = `${origin}/subscriptions/${names.subscription}/providers/Microsoft.ContainerService/locations/${cluster.location}`;
  const suffix = `${operation.id}?api-version=${query.get("api-version") ?? ""}`;
  return {
    status,
    body: pool && poolBody(azure, cluster, pool),
    headers: {
      "azure-asyncoperation": `${base}/operations/${suffix}`,
      location: `${base}/operationresults/${suffix}`,
    },
  };
}

function getOperation(request: ArmRequest): ArmAnswer {
  const operation = operationOf(request);
  return ok(operationBody(operation), operation.status === "InProgress" ? retryAfter(request) : {});
}

function getOperationResult(request: ArmRequest): ArmAnswer {
  const { azure } = request;
  const operation = operationOf(request);
  if (operation.status === "InProgress") {
    const { location = "", operation: id = "", subscription = "" } = request.names;
    const base = `${request.origin}/subscriptions/${subscription}/providers/Microsoft.ContainerService/locations/${location}`;
    const again = `${base}/operationresults/${id}?api-version=${request.query.get("api-version")}`;
    return { status: 202, headers: { location: again, ...retryAfter(request) } };
  }
  if (operation.error) throw new ArmError(400, operation.error.code, operation.error.message);
  const cluster = azure.findCluster(operation.clusterName);
  const pool = azure.findPool(operation.clusterName, operation.poolName);
  return cluster && pool ? ok(poolBody(azure, cluster, pool)) : { status: 204 };
}

function operationOf({ azure, names }: ArmRequest): OperationRecord {
  const id = names.operation ?? "";
  const operation = azure.operations.get(id);
  if (!operation) throw new ArmError(404, "NotFound", `The operation ${id} was not found.`);
  return operation;
}

function retryAfter({ azure }: ArmRequest): Record<string, string> {
  return { "retry-after": String(azure.settings.operationRetryAfterSeconds) };
}

function checkFree({ azure }: ArmRequest, cluster: ClusterRecord): void {
  const running = azure.runningOperation(cluster.name);
  if (!running) return;
  const state = azure.findPool(cluster.name, running.poolName)?.provisioningState ?? "Updating";
  throw operationInProgress(running.poolName, state);
}

function checkETags({ headers }: ArmRequest, pool: PoolRecord | undefined): void {
  const wanted = headers.get("if-match");
  const unwanted = headers.get("if-none-match");
  const current = pool ? `"${pool.eTag}"` : undefined;
  const same = (tag: string) => pool !== undefined && (tag === "*" || tag === current || tag === pool.eTag);
  if ((wanted !== null && !same(wanted)) || (unwanted !== null && same(unwanted))) {
    const message = `The condition '${wanted ?? unwanted}' in the If-Match or If-None-Match header does not hold for the resource's eTag.`;
    throw new ArmError(412, "PreconditionFailed", message);
  }
}
