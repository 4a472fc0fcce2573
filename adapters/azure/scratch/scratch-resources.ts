import type { ManagedCluster } from "@azure/arm-containerservice";
import type { Extension } from "@azure/arm-kubernetesconfiguration";
import { z } from "zod";
import { DrydockError, terminal } from "../../../domain/errors.ts";
import { RUN_TAG } from "../../../domain/long-operation.ts";
import { scratchTags } from "../../../domain/restore/janitor.ts";
import type { ScratchSpec, ScratchStep } from "../../../domain/restore/scratch.ts";
import type { ScratchClients } from "./scratch-clients.ts";
import { scratchNames } from "./scratch-names.ts";

const stateSchema = z.object({ provisioningState: z.string().optional() });
/** Of Microsoft.Storage. */
const STORAGE_API_VERSION = "2025-06-01";

/** How a resource stands: it is not there, or it is, in a state of Azure's. */
export interface Seen {
  readonly provisioningState: string;
  /** The run that it is tagged with; null for what carries no tags of its own and belongs to what does. */
  readonly run: string | null;
  /** What Azure says went wrong; "" when nothing did. */
  readonly error: string;
}

/** One resource of a scratch cluster: how it is looked at, made and taken away. Each throws what the SDK throws. */
export interface ScratchResource {
  readonly what: string;
  /** Undefined when it is not there. */
  look(): Promise<Seen | undefined>;
  make(): Promise<unknown>;
  remove(): Promise<unknown>;
}

/** The steps that are about one resource with a state; roles are not. */
export type ResourceStep = Exclude<ScratchStep, "roles" | "removeRoles">;

/** What a step is about. */
export function resourceOf(clients: ScratchClients, spec: ScratchSpec, step: ResourceStep): ScratchResource {
  switch (step) {
    case "group":
    case "removeGroup":
      return groupResource(clients, spec);
    case "staging":
      return stagingResource(clients, spec);
    case "cluster":
      return clusterResource(clients, spec);
    case "extension":
    case "removeExtension":
      return extensionResource(clients, spec);
    case "trustedAccess":
    case "removeTrustedAccess":
      return bindingResource(clients, spec);
  }
}

function groupResource({ groups }: ScratchClients, spec: ScratchSpec): ScratchResource {
  const { group } = scratchNames(spec);
  const { region: location, runId, expiresAt } = spec;
  return {
    what: `resource group ${group}`,
    look: () =>
      unlessMissing(async () => {
        const found = await groups.resourceGroups.get(group);
        return seen(found.properties?.provisioningState, found.tags?.[RUN_TAG] ?? "", undefined);
      }),
    make: () => groups.resourceGroups.createOrUpdate(group, { location, tags: { ...scratchTags(runId, expiresAt) } }),
    remove: () => groups.resourceGroups.delete(group).submitted(),
  };
}

function clusterResource({ clusters }: ScratchClients, spec: ScratchSpec): ScratchResource {
  const { group, cluster } = scratchNames(spec);
  return {
    what: `cluster ${cluster}`,
    look: () =>
      unlessMissing(async () => {
        const found = await clusters.managedClusters.get(group, cluster);
        const { code, message } = found.status?.provisioningError ?? {};
        return seen(found.provisioningState, found.tags?.[RUN_TAG] ?? "", { code, message });
      }),
    make: () => clusters.managedClusters.createOrUpdate(group, cluster, clusterBody(spec)).submitted(),
    remove: () => clusters.managedClusters.delete(group, cluster).submitted(),
  };
}

/** A storage account without keys and without anything public; it goes with the group. */
function stagingResource({ groups }: ScratchClients, spec: ScratchSpec): ScratchResource {
  const { stagingAccountId: id } = scratchNames(spec);
  const { region: location, runId, expiresAt } = spec;
  return {
    what: `staging account ${id.split("/").at(-1)}`,
    look: () =>
      unlessMissing(async () => {
        const { properties, tags } = await groups.resources.getById(id, STORAGE_API_VERSION);
        return seen(stateSchema.parse(properties).provisioningState, tags?.[RUN_TAG] ?? "", undefined);
      }),
    make: () =>
      groups.resources
        .createOrUpdateById(id, STORAGE_API_VERSION, {
          ...{ location, tags: { ...scratchTags(runId, expiresAt) }, sku: { name: "Standard_LRS" }, kind: "StorageV2" },
          properties: { allowBlobPublicAccess: false, allowSharedKeyAccess: false, minimumTlsVersion: "TLS1_2" },
        })
        .submitted(),
    remove: () => groups.resources.deleteById(id, STORAGE_API_VERSION).submitted(),
  };
}

/** One pool, of Linux; a policy engine, without which isolation would be words. */
function clusterBody(spec: ScratchSpec): ManagedCluster {
  const { region: location, runId, expiresAt, kubernetesVersion, vmSize, nodeLabels, nodeCount: count } = spec;
  return {
    location,
    tags: { ...scratchTags(runId, expiresAt) },
    identity: { type: "SystemAssigned" },
    dnsPrefix: scratchNames(spec).cluster,
    kubernetesVersion,
    agentPoolProfiles: [{ name: "scratch", mode: "System", osType: "Linux", vmSize, count, nodeLabels }],
    networkProfile: {
      networkPlugin: "azure",
      networkPluginMode: "overlay",
      networkDataplane: "cilium",
      networkPolicy: "cilium",
    },
    autoUpgradeProfile: { upgradeChannel: "none" },
  };
}

function extensionResource({ extensions, clusters }: ScratchClients, spec: ScratchSpec): ScratchResource {
  const { group, cluster, extension } = scratchNames(spec);
  const of = [group, "Microsoft.ContainerService", "managedClusters", cluster, extension] as const;
  return {
    what: `backup extension of cluster ${cluster}`,
    look: () =>
      unlessMissing(async () => {
        const found = await extensions.extensions.get(...of);
        const { code, message } = found.errorInfo ?? {};
        return seen(found.provisioningState, null, { code, message });
      }),
    async make() {
      const { identity } = await clusters.managedClusters.get(group, cluster);
      return extensions.extensions.beginCreate(...of, extensionBody(spec, identity?.tenantId ?? ""));
    },
    remove: () => extensions.extensions.beginDelete(...of),
  };
}

/** The settings' names on the wire are others than those of the az command line. */
function extensionBody({ backupStorage }: ScratchSpec, tenantId: string): Extension {
  if (backupStorage === null) throw notOfAzureBackup("backup extension");
  const { storageAccountId, container } = backupStorage;
  const [, subscriptionId = "", resourceGroup = "", account = ""] =
    /^\/subscriptions\/([^/]+)\/resourceGroups\/([^/]+)\/.*\/([^/]+)$/i.exec(storageAccountId) ?? [];
  const location = "configuration.backupStorageLocation";
  return {
    extensionType: "microsoft.dataprotection.kubernetes",
    releaseTrain: "stable",
    scope: { cluster: { releaseNamespace: "dataprotection-microsoft" } },
    configurationSettings: {
      [`${location}.bucket`]: container,
      [`${location}.config.storageAccount`]: account,
      [`${location}.config.resourceGroup`]: resourceGroup,
      [`${location}.config.subscriptionId`]: subscriptionId,
      "credentials.tenantId": tenantId,
    },
  };
}

function bindingResource({ clusters }: ScratchClients, spec: ScratchSpec): ScratchResource {
  const { group, cluster, binding } = scratchNames(spec);
  const bindings = clusters.trustedAccessRoleBindings;
  const roles = ["Microsoft.DataProtection/backupVaults/backup-operator"];
  return {
    what: `trusted access of the vault to cluster ${cluster}`,
    look: () =>
      unlessMissing(async () => seen((await bindings.get(group, cluster, binding)).provisioningState, null, undefined)),
    make() {
      if (spec.surroundings === null) throw notOfAzureBackup("trusted access");
      const { vaultId: sourceResourceId } = spec.surroundings;
      return bindings.createOrUpdate(group, cluster, binding, { sourceResourceId, roles }).submitted();
    },
    remove: () => bindings.delete(group, cluster, binding).submitted(),
  };
}

function notOfAzureBackup(what: string): DrydockError {
  return new DrydockError(terminal("Invalid", `a restore without Azure Backup has no ${what} to make`));
}

function seen(
  provisioningState: string | undefined,
  run: string | null,
  error: { readonly code?: string | undefined; readonly message?: string | undefined } | undefined,
): Seen {
  const text = [error?.code, error?.message].filter((part) => part).join(": ");
  return { provisioningState: provisioningState ?? "Unknown", run, error: text };
}

/** What is in a group or a cluster that is not there is not there either: each of them says so by 404. */
async function unlessMissing<T>(look: () => Promise<T>): Promise<T | undefined> {
  try {
    return await look();
  } catch (error) {
    if ((error as { readonly statusCode?: unknown }).statusCode === 404) return undefined;
    throw error;
  }
}
