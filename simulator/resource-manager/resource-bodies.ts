import type { AzureModel } from "../azure/azure-model.ts";
import type { ResourceRecord } from "../azure/records.ts";
import { clusterBody, poolBody } from "./arm-bodies.ts";
import { guidOf } from "./guid.ts";

/** What a type shows beyond what was asked for; by type in lower case. */
const SHOWN: Readonly<
  Record<string, (azure: AzureModel, resource: ResourceRecord) => Readonly<Record<string, unknown>>>
> = {
  "microsoft.kubernetesconfiguration/extensions": extensionFacts,
  "microsoft.kubernetesconfiguration/fluxconfigurations": fluxFacts,
};

/** A resource as the API shows it. Settings that are protected are shown blank. */
export function resourceBody(azure: AzureModel, resource: ResourceRecord) {
  const { id, name, type, location, tags, extra, properties } = resource;
  const shown = SHOWN[type.toLowerCase()]?.(azure, resource) ?? {};
  const { configurationProtectedSettings: secret, ...open } = properties;
  return {
    id,
    name,
    type,
    ...(location === undefined ? {} : { location }),
    ...(tags ? { tags } : {}),
    ...extra,
    properties: { ...open, ...(secret ? { configurationProtectedSettings: blank(secret) } : {}), ...shown },
  };
}

/** What a GET of an id shows: a cluster, a pool or any other resource; undefined when it is not there. */
export function resourceBodyOf(azure: AzureModel, id: string): unknown {
  const resource = azure.findResource(id);
  if (resource) return resourceBody(azure, resource);
  const [, clusterName = "", poolName] =
    /\/Microsoft\.ContainerService\/managedClusters\/([^/]+)(?:\/agentPools\/([^/]+))?$/i.exec(id) ?? [];
  const cluster = azure.findCluster(clusterName);
  if (!cluster) return undefined;
  if (poolName === undefined) return clusterBody(azure, cluster);
  const pool = azure.findPool(cluster.name, poolName);
  return pool && poolBody(cluster, pool);
}

function blank(settings: unknown): Record<string, string> {
  const names = typeof settings === "object" && settings !== null ? Object.keys(settings) : [];
  return Object.fromEntries(names.map((name) => [name, ""]));
}

const INSTALLED_VERSIONS: Readonly<Record<string, string>> = {
  "microsoft.flux": "1.17.3",
  "microsoft.dataprotection.kubernetes": "0.0.3000-100",
};

function extensionFacts(azure: AzureModel, { id, properties }: ResourceRecord): Record<string, unknown> {
  if (properties.provisioningState !== "Succeeded") return { statuses: [], isSystemExtension: false };
  const type = String(properties.extensionType).toLowerCase();
  return {
    statuses: [],
    isSystemExtension: false,
    currentVersion: properties.version ?? INSTALLED_VERSIONS[type] ?? "1.0.0",
    aksAssignedIdentity: {
      type: "UserAssigned",
      principalId: guidOf(id.toLowerCase()),
      tenantId: azure.fleet.azure.tenantId,
    },
  };
}

function fluxFacts(azure: AzureModel, resource: ResourceRecord): Record<string, unknown> {
  const [, cluster = ""] = /\/managedClusters\/([^/]+)/i.exec(resource.id) ?? [];
  const suspended = resource.properties.suspend === true;
  const known = azure.fluxStatus.statusOf(cluster, resource.name, resource.properties);
  const { complianceState = suspended ? "Suspended" : "Pending", statuses = [], errorMessage = "" } = known ?? {};
  return {
    statuses,
    complianceState,
    errorMessage,
    sourceSyncedCommitId: known?.sourceSyncedCommitId ?? null,
    ...(known?.sourceUpdatedAt === undefined ? {} : { sourceUpdatedAt: known.sourceUpdatedAt }),
    ...(known?.statusUpdatedAt === undefined ? {} : { statusUpdatedAt: known.statusUpdatedAt }),
  };
}
