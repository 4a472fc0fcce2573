import type { ClusterRecord, OperationRecord, PoolRecord, ResourceRecord } from "../azure/records.ts";
import { ArmError, groupNotFound, operationInProgress, resourceNotFound } from "./arm-error.ts";
import type { ArmRequest } from "./arm-router.ts";

const CLUSTERS = "Microsoft.ContainerService/managedClusters";

/** The resource group that the path names. Throws the 404 of the real one. */
export function groupOf({ azure, names }: ArmRequest): ResourceRecord {
  const { group = "", subscription = "" } = names;
  const found = azure.findGroup(subscription, group);
  if (!found) throw groupNotFound(group);
  return found;
}

/** The cluster that the path names. Throws the 404 of the real one. */
export function clusterOf(request: ArmRequest): ClusterRecord {
  const { azure, names } = request;
  const { cluster: name = "", group = "", subscription = "" } = names;
  groupOf(request);
  const found = azure.findCluster(name);
  if (!found || !isIn(found, subscription, group)) throw resourceNotFound(`${CLUSTERS}/${name}`, group);
  return found;
}

/** Whether a cluster is in this subscription and (when one is given) group. */
export function isIn(cluster: ClusterRecord, subscription: string, group?: string): boolean {
  const sameGroup = group === undefined || cluster.resourceGroup.toLowerCase() === group.toLowerCase();
  return sameGroup && cluster.subscriptionId.toLowerCase() === subscription.toLowerCase();
}

/** The agent pool that the path names. Throws the 404 of the real one. */
export function poolOf(request: ArmRequest): PoolRecord {
  const cluster = clusterOf(request);
  const { pool: name = "", group = "" } = request.names;
  const found = request.azure.findPool(cluster.name, name);
  if (!found) throw resourceNotFound(`${CLUSTERS}/${cluster.name}/agentPools/${name}`, group);
  return found;
}

/** Throws the 409 of the real one while an operation holds the cluster. */
export function checkFree({ azure }: ArmRequest, cluster: ClusterRecord): void {
  const running = azure.runningOperation(cluster.name);
  if (running)
    throw operationInProgress(
      running.poolName,
      stateOf(running, azure.findPool(cluster.name, running.poolName), cluster),
    );
}

function stateOf(running: OperationRecord, pool: PoolRecord | undefined, cluster: ClusterRecord): string {
  if (running.poolName === "") return cluster.provisioningState;
  return pool?.provisioningState ?? "Updating";
}

/** Checks If-Match and If-None-Match. Throws a 412. `eTag` undefined says that there is no such resource. */
export function checkETags({ headers }: ArmRequest, eTag: string | undefined): void {
  const wanted = headers.get("if-match");
  const unwanted = headers.get("if-none-match");
  const same = (tag: string) => eTag !== undefined && (tag === "*" || tag === `"${eTag}"` || tag === eTag);
  if ((wanted === null || same(wanted)) && (unwanted === null || !same(unwanted))) return;
  const message = `The condition '${wanted ?? unwanted}' in the If-Match or If-None-Match header does not hold for the resource's eTag.`;
  throw new ArmError(412, "PreconditionFailed", message);
}
