import { z } from "zod";
import { createCluster, deleteCluster, powerCluster, updateCluster } from "../azure/cluster-changes.ts";
import { abortOperation } from "../azure/operations.ts";
import { quotaError } from "../azure/quota.ts";
import type { ClusterRecord, OperationRecord } from "../azure/records.ts";
import { upgradesFrom, versionsIn } from "../azure/releases.ts";
import { ok, paged } from "./answers.ts";
import { clusterBody } from "./arm-bodies.ts";
import { ArmError } from "./arm-error.ts";
import type { ArmAnswer, ArmRequest, ArmRoute } from "./arm-router.ts";
import { type ClusterWish, readClusterWish } from "./cluster-request.ts";
import { credentialBody } from "./credentials.ts";
import { accepted } from "./long-running.ts";
import { checkETags, checkFree, clusterOf, groupOf, isIn } from "./lookup.ts";
import { parseBody } from "./pool-request.ts";
import { clusterUpgradeProfile } from "./upgrade-profiles.ts";

const SUBSCRIPTION = "/subscriptions/{subscription}/providers/Microsoft.ContainerService";
const GROUP = "/subscriptions/{subscription}/resourceGroups/{group}/providers/Microsoft.ContainerService";
const CLUSTER = `${GROUP}/managedClusters/{cluster}`;

/** Managed clusters. */
export const CLUSTER_ROUTES: readonly ArmRoute[] = [
  { method: "GET", path: `${SUBSCRIPTION}/managedClusters`, handle: listClusters },
  { method: "GET", path: `${GROUP}/managedClusters`, handle: listClustersOfGroup },
  { method: "GET", path: `${SUBSCRIPTION}/locations/{location}/kubernetesVersions`, handle: listVersions },
  { method: "GET", path: CLUSTER, handle: getCluster },
  { method: "PUT", path: CLUSTER, handle: putCluster },
  { method: "PATCH", path: CLUSTER, handle: patchTags },
  { method: "DELETE", path: CLUSTER, handle: removeCluster },
  { method: "POST", path: `${CLUSTER}/start`, handle: (request) => switchPower(request, true) },
  { method: "POST", path: `${CLUSTER}/stop`, handle: (request) => switchPower(request, false) },
  { method: "POST", path: `${CLUSTER}/abort`, handle: abortCluster },
  { method: "GET", path: `${CLUSTER}/upgradeProfiles/default`, handle: getUpgradeProfile },
  {
    method: "POST",
    path: `${CLUSTER}/listClusterAdminCredential`,
    handle: (request) => listCredential(request, "clusterAdmin"),
  },
  {
    method: "POST",
    path: `${CLUSTER}/listClusterUserCredential`,
    handle: (request) => listCredential(request, "clusterUser"),
  },
];

const tagsSchema = z.object({ tags: z.record(z.string(), z.string()).nullish() });

function listClusters(request: ArmRequest): ArmAnswer {
  return listThose(request, (cluster) => isIn(cluster, request.names.subscription ?? ""));
}

function listClustersOfGroup(request: ArmRequest): ArmAnswer {
  groupOf(request);
  const { subscription = "", group = "" } = request.names;
  return listThose(request, (cluster) => isIn(cluster, subscription, group));
}

function listThose(request: ArmRequest, wanted: (cluster: ClusterRecord) => boolean): ArmAnswer {
  const { azure } = request;
  return paged(
    request,
    azure.clusters.values().filter(wanted),
    ({ name }) => name,
    (cluster) => clusterBody(azure, cluster),
  );
}

function getCluster(request: ArmRequest): ArmAnswer {
  return show(request, clusterOf(request));
}

function show({ azure }: ArmRequest, cluster: ClusterRecord): ArmAnswer {
  return ok(clusterBody(azure, cluster), { etag: `"${cluster.eTag}"` });
}

function putCluster(request: ArmRequest): ArmAnswer {
  const { azure, names } = request;
  groupOf(request);
  const { cluster: name = "", subscription = "", group = "" } = names;
  const current = azure.findCluster(name);
  if (current && !isIn(current, subscription, group)) {
    const message = `The name ${name} is taken by a cluster of resource group ${current.resourceGroup}; in this Azure the names of clusters are unique.`;
    throw new ArmError(409, "NameAlreadyTaken", message);
  }
  checkETags(request, current?.eTag);
  const wish = readClusterWish(request, current);
  if (!current) return make(request, wish);
  checkFree(request, current);
  if (current.powerState === "Stopped") throw stopped(current);
  return acceptedCluster(request, updateCluster(azure, wish.cluster, wish.version), 200);
}

function make(request: ArmRequest, { cluster, pools }: ClusterWish): ArmAnswer {
  for (const { settings } of pools) {
    const error = quotaError(request.azure, cluster, settings.vmSize, settings.count);
    if (error) throw new ArmError(400, error.code, error.message);
  }
  return acceptedCluster(request, createCluster(request.azure, cluster, pools), 201);
}

function patchTags(request: ArmRequest): ArmAnswer {
  const cluster = clusterOf(request);
  checkETags(request, cluster.eTag);
  const { tags } = parseBody(tagsSchema, request.body);
  checkFree(request, cluster);
  const changed = { ...cluster, tags: tags ?? {} };
  return acceptedCluster(request, updateCluster(request.azure, changed, cluster.kubernetesVersion), 200);
}

function removeCluster(request: ArmRequest): ArmAnswer {
  const { azure, names } = request;
  const { cluster: name = "", subscription = "", group = "" } = names;
  const cluster = azure.findCluster(name);
  if (!cluster || !isIn(cluster, subscription, group)) return { status: 204 };
  checkETags(request, cluster.eTag);
  checkFree(request, cluster);
  return accepted(request, deleteCluster(azure, cluster), { status: 202, location: cluster.location });
}

function switchPower(request: ArmRequest, running: boolean): ArmAnswer {
  const cluster = clusterOf(request);
  checkFree(request, cluster);
  if ((cluster.powerState === "Running") === running) return { status: 204 };
  const operation = powerCluster(request.azure, cluster, running);
  return accepted(request, operation, { status: 202, location: cluster.location });
}

function abortCluster(request: ArmRequest): ArmAnswer {
  const { azure } = request;
  const cluster = clusterOf(request);
  const running = azure.runningOperation(cluster.name);
  if (!running) throw new ArmError(400, "OperationNotAllowed", "There is no ongoing operation to abort.");
  if (running.kind === "DeleteCluster") {
    throw new ArmError(400, "OperationNotAllowed", "The deletion of a managed cluster cannot be aborted.");
  }
  return accepted(request, abortOperation(azure, running), { status: 202, location: cluster.location });
}

function getUpgradeProfile(request: ArmRequest): ArmAnswer {
  return ok(clusterUpgradeProfile(request.azure, clusterOf(request)));
}

function listCredential(request: ArmRequest, name: "clusterAdmin" | "clusterUser"): ArmAnswer {
  const cluster = clusterOf(request);
  if (name === "clusterAdmin" && cluster.kept.disableLocalAccounts === true) {
    const message = "Getting static credential is not allowed because this cluster is set to disable local accounts.";
    throw new ArmError(400, "BadRequest", message);
  }
  return ok(credentialBody(request.azure, cluster, name, request.origin));
}

/** The versions of a region: minor versions with their patches, and what each may be upgraded to. */
function listVersions({ azure, names }: ArmRequest): ArmAnswer {
  const location = (names.location ?? "").toLowerCase();
  const versions = versionsIn(azure, location);
  const upgradesOf = (version: string) =>
    upgradesFrom(azure, location, version).map(({ kubernetesVersion }) => kubernetesVersion);
  const minors = [...new Set(versions.map(({ version }) => version.split(".").slice(0, 2).join(".")))];
  return ok({
    values: minors.map((minor) => {
      const patches = versions.filter(({ version }) => version.startsWith(`${minor}.`));
      return {
        version: minor,
        ...(patches.every(({ isPreview }) => isPreview) ? { isPreview: true } : {}),
        patchVersions: Object.fromEntries(patches.map(({ version }) => [version, { upgrades: upgradesOf(version) }])),
      };
    }),
  });
}

function stopped({ name }: ClusterRecord): ArmError {
  const message = `Operation is not allowed: the managed cluster ${name} is stopped. Start it first.`;
  return new ArmError(400, "OperationNotAllowed", message);
}

function acceptedCluster(request: ArmRequest, operation: OperationRecord, status: number): ArmAnswer {
  const cluster = request.azure.findCluster(operation.clusterName);
  const body = cluster && clusterBody(request.azure, cluster);
  return accepted(request, operation, { status, body, location: cluster?.location ?? "" });
}
