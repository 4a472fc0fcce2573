import { checkBackupAnswer } from "./contract/backup-reference.ts";
import type { ManualClock } from "./manual-clock.ts";
import { fetchToken, SUBSCRIPTION, startSimulator, type TestSimulator } from "./start-simulator.ts";

export const PROVIDER = "providers/Microsoft.DataProtection";

/** What Resource Manager answered. */
export interface ArmReply {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape.
  readonly body: any;
  readonly headers: Headers;
}

/** A simulator whose backups are asked for over plain HTTP; every answer is compared with the specification. */
export interface BackupHarness extends TestSimulator {
  arm(method: string, path: string, body?: unknown, example?: string): Promise<ArmReply>;
  /** Sends, and lets time pass until the operation has ended: its status and its result. */
  finished(method: string, path: string, body?: unknown): Promise<{ status: ArmReply["body"]; result: ArmReply }>;
  /** Lets time pass until a job has ended. */
  endedJob(id: string): Promise<ArmReply["body"]>;
  kube(cluster: string, path: string): Promise<ArmReply["body"]>;
  post(cluster: string, path: string, body: object): Promise<ArmReply>;
}

export async function startBackups(
  scenario: unknown = {},
  stateDirectory?: string,
  clock?: ManualClock,
): Promise<BackupHarness> {
  const kept = { ...(stateDirectory === undefined ? {} : { stateDirectory }), ...(clock ? { clock } : {}) };
  const simulator = await startSimulator({ scenario, ...kept });
  async function send(method: string, url: string, authorization: string, body?: unknown): Promise<ArmReply> {
    const headers = { authorization, ...(body === undefined ? {} : { "content-type": "application/json" }) };
    const init = { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) };
    const response = await fetch(url, init);
    const text = await response.text();
    const isJson = response.headers.get("content-type")?.includes("json") === true;
    return { status: response.status, body: isJson ? JSON.parse(text) : text || undefined, headers: response.headers };
  }
  async function arm(method: string, path: string, body?: unknown, example?: string): Promise<ArmReply> {
    const url = new URL(path.startsWith("http") ? path : `${simulator.url}${path}`);
    if (!url.searchParams.has("api-version")) url.searchParams.set("api-version", "2025-07-01");
    // A token lasts a day; tests of backups take longer.
    const token = await fetchToken(simulator.identityEndpoint, simulator.identityHeader);
    const reply = await send(method, url.href, `Bearer ${token}`, body);
    if (url.pathname.includes("Microsoft.DataProtection")) {
      checkBackupAnswer(method, decodeURIComponent(url.pathname), reply.status, reply.body, example);
    }
    return reply;
  }
  async function kube(method: string, cluster: string, path: string, body?: object): Promise<ArmReply> {
    const key = simulator.azure.secrets.get(`kubernetes/${cluster}`);
    return send(method, `${simulator.url}/kubernetes/${cluster}${path}`, `Bearer ${key}`, body);
  }
  return {
    ...simulator,
    arm,
    async finished(method, path, body) {
      const { status, headers } = await arm(method, path, body);
      if (status !== 202 && status !== 201 && status !== 200) throw new Error(`${method} ${path}: ${status}`);
      const url = headers.get("azure-asyncoperation") ?? "";
      simulator.clock.advance(60);
      const { body: ended } = await arm("GET", url);
      return { status: ended, result: await arm("GET", headers.get("location") ?? "") };
    },
    async endedJob(id) {
      for (let minutes = 0; minutes < 60 * 24; minutes += 1) {
        const { body } = await arm("GET", id);
        if (body.properties.endTime !== null) return body;
        simulator.clock.advance(60);
      }
      throw new Error(`the job ${id} did not end within a day`);
    },
    kube: async (cluster, path) => (await kube("GET", cluster, path)).body,
    post: (cluster, path, body) => kube("POST", cluster, path, body),
  };
}

export function clusterId(name: string): string {
  return `/subscriptions/${SUBSCRIPTION}/resourceGroups/rg-${name}/providers/Microsoft.ContainerService/managedClusters/${name}`;
}

export function vaultId(cluster = "prod-weu"): string {
  return `/subscriptions/${SUBSCRIPTION}/resourceGroups/rg-${cluster}/${PROVIDER}/backupVaults/bv-${cluster}`;
}

/** The only instance of a vault of the sample fleet. */
export async function instanceId({ arm }: BackupHarness, cluster = "prod-weu"): Promise<string> {
  const { body } = await arm("GET", `${vaultId(cluster)}/backupInstances`);
  return body.value[0].id;
}

/** The newest recovery point of an instance. */
export async function newestPoint({ arm }: BackupHarness, instance: string): Promise<string> {
  const { body } = await arm("GET", `${instance}/recoveryPoints?$filter=`);
  return body.value[0].name;
}

export function restoreRequest(point: string, target: string, criterion: object = {}, store = "OperationalStore") {
  const id = clusterId(target);
  const datasource = {
    resourceID: id,
    resourceUri: id,
    datasourceType: "Microsoft.ContainerService/managedClusters",
    resourceName: target,
    resourceType: "Microsoft.ContainerService/managedclusters",
    resourceLocation: "westeurope",
  };
  return {
    objectType: "AzureBackupRecoveryPointBasedRestoreRequest",
    recoveryPointId: point,
    sourceDataStoreType: store,
    restoreTargetInfo: {
      objectType: "ItemLevelRestoreTargetInfo",
      recoveryOption: "FailIfExists",
      restoreLocation: "westeurope",
      datasourceInfo: { ...datasource, objectType: "Datasource" },
      datasourceSetInfo: { ...datasource, objectType: "DatasourceSet" },
      restoreCriteria: [
        {
          objectType: "KubernetesClusterRestoreCriteria",
          includeClusterScopeResources: false,
          persistentVolumeRestoreMode: "RestoreWithVolumeData",
          conflictPolicy: "Skip",
          includedNamespaces: null,
          ...criterion,
        },
      ],
    },
  };
}

/** Makes a cluster one that the vault of another may restore into. */
export async function admitVault({ arm, clock }: BackupHarness, target: string, vault: string): Promise<void> {
  const id = clusterId(target);
  const setting = "configuration.backupStorageLocation";
  const configurationSettings = {
    [`${setting}.bucket`]: "b",
    [`${setting}.config.storageAccount`]: "st",
    [`${setting}.config.resourceGroup`]: "rg",
    [`${setting}.config.subscriptionId`]: SUBSCRIPTION,
  };
  const properties = { extensionType: "microsoft.dataprotection.kubernetes", configurationSettings };
  await arm("PUT", `${id}/providers/Microsoft.KubernetesConfiguration/extensions/backup`, { properties });
  await grantAccess({ arm }, target, vault);
  clock.advance(120);
}

/** Gives a vault trusted access to a cluster. */
export async function grantAccess({ arm }: Pick<BackupHarness, "arm">, target: string, vault: string): Promise<void> {
  const roles = ["Microsoft.DataProtection/backupVaults/backup-operator"];
  const properties = { sourceResourceId: vault, roles };
  await arm("PUT", `${clusterId(target)}/trustedAccessRoleBindings/backup`, { properties });
}
