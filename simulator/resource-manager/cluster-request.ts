import { minor } from "semver";
import { z } from "zod";
import type { AzureModel } from "../azure/azure-model.ts";
import type { ClusterRecord, PoolSettings } from "../azure/records.ts";
import { upgradesFrom, versionsIn } from "../azure/releases.ts";
import { ArmError, invalidParameter } from "./arm-error.ts";
import type { ArmRequest } from "./arm-router.ts";
import {
  checkKnownVersion,
  keptOf,
  MAX_SKEW,
  parseBody,
  poolPropertiesSchema,
  readPoolSettings,
} from "./pool-request.ts";

const CLUSTER_NAME = /^[a-zA-Z0-9](?:[a-zA-Z0-9_-]{0,61}[a-zA-Z0-9])?$/;

/** Members of `properties` that are kept and shown as they were asked for. */
const KEPT = [
  "aadProfile",
  "addonProfiles",
  "apiServerAccessProfile",
  "autoScalerProfile",
  "autoUpgradeProfile",
  "azureMonitorProfile",
  "disableLocalAccounts",
  "dnsPrefix",
  "identityProfile",
  "ingressProfile",
  "linuxProfile",
  "networkProfile",
  "nodeResourceGroup",
  "oidcIssuerProfile",
  "privateLinkResources",
  "securityProfile",
  "servicePrincipalProfile",
  "storageProfile",
  "supportPlan",
  "upgradeSettings",
  "workloadAutoScalerProfile",
];

const clusterRequestSchema = z.looseObject({
  location: z.string(),
  tags: z.record(z.string(), z.string()).nullish(),
  sku: z.looseObject({ name: z.string().default("Base"), tier: z.string().default("Free") }).nullish(),
  identity: z.looseObject({ type: z.string() }).nullish(),
  properties: z
    .looseObject({
      kubernetesVersion: z.string().nullish(),
      agentPoolProfiles: z.array(poolPropertiesSchema.extend({ name: z.string() })).nullish(),
      autoUpgradeProfile: z
        .looseObject({
          upgradeChannel: z.enum(["rapid", "stable", "patch", "node-image", "none"]).nullish(),
          nodeOSUpgradeChannel: z.enum(["None", "Unmanaged", "NodeImage", "SecurityPatch"]).nullish(),
        })
        .nullish(),
    })
    .default({}),
});

type ClusterAsked = z.infer<typeof clusterRequestSchema>;

/** What a PUT asks for. */
export interface ClusterWish {
  readonly cluster: ClusterRecord;
  /** The version wanted; `cluster` still has the one there is. */
  readonly version: string;
  /** Of a new cluster. */
  readonly pools: ReadonlyArray<{ readonly name: string; readonly settings: PoolSettings }>;
}

/** Reads the PUT of a cluster, over the one there is. Throws an ArmError (400) that names the parameter. */
export function readClusterWish(request: ArmRequest, current: ClusterRecord | undefined): ClusterWish {
  const { azure, names } = request;
  const asked = parseBody(clusterRequestSchema, request.body);
  const name = names.cluster ?? "";
  if (!CLUSTER_NAME.test(name)) throw invalidParameter(`The name '${name}' of the managed cluster is not valid.`);
  if (current && asked.location.replaceAll(" ", "").toLowerCase() !== current.location) {
    const message = `The resource '${name}' already exists in location '${current.location}'. A resource with the same name cannot be created in location '${asked.location}'. Please select a new resource name.`;
    throw new ArmError(409, "InvalidResourceLocation", message);
  }
  return current ? readChange(azure, current, asked) : readNew(request, asked);
}

function readChange(azure: AzureModel, current: ClusterRecord, asked: ClusterAsked): ClusterWish {
  const version = asked.properties.kubernetesVersion ?? current.kubernetesVersion;
  if (version !== current.kubernetesVersion) checkUpgrade(azure, current, version);
  checkProfiles(azure, current, asked);
  const cluster: ClusterRecord = {
    ...current,
    tags: asked.tags ?? current.tags,
    sku: asked.sku ?? current.sku,
    kept: { ...current.kept, ...keptOf(asked.properties, KEPT), ...keptOf(asked, ["identity"]) },
  };
  return { cluster, version, pools: [] };
}

function readNew(request: ArmRequest, asked: ClusterAsked): ClusterWish {
  const { azure, names } = request;
  const { cluster: name = "", subscription = "", group = "" } = names;
  const location = asked.location.replaceAll(" ", "").toLowerCase();
  const version = patchOf(azure, location, asked.properties.kubernetesVersion) ?? defaultVersion(azure, location);
  checkKnownVersion(azure, location, version);
  const uid = azure.random.uuid();
  const cluster: ClusterRecord = {
    subscriptionId: subscription.toLowerCase(),
    name,
    resourceGroup: azure.findGroup(subscription, group)?.name ?? group,
    location,
    kubernetesVersion: version,
    tags: asked.tags ?? {},
    eTag: uid,
    uid,
    provisioningState: "Creating",
    powerState: "Running",
    sku: { name: asked.sku?.name ?? "Base", tier: asked.sku?.tier ?? "Free" },
    createdMs: azure.world.nowMs,
    kept: { ...keptOf(asked.properties, KEPT), ...keptOf(asked, ["identity"]) },
    materialised: false,
  };
  const profiles = asked.properties.agentPoolProfiles ?? [];
  const pools = profiles.map((profile) => ({
    name: profile.name,
    settings: readPoolSettings(azure, cluster, profile.name, profile, undefined),
  }));
  if (!pools.some(({ settings }) => settings.mode === "System" && settings.count > 0)) {
    throw invalidParameter(
      "The value of parameter properties.agentPoolProfiles is invalid. Error details: there has to be at least one system agent pool with a node.",
    );
  }
  if (new Set(pools.map((pool) => pool.name)).size !== pools.length) {
    throw invalidParameter(
      "The value of parameter properties.agentPoolProfiles is invalid. Error details: two pools have one name.",
    );
  }
  return { cluster, version, pools };
}

/** One minor version at a time, never back, and never so far ahead that a pool falls behind too much. */
function checkUpgrade(azure: AzureModel, cluster: ClusterRecord, version: string): void {
  checkKnownVersion(azure, cluster.location, version);
  const upgrades = upgradesFrom(azure, cluster.location, cluster.kubernetesVersion).map(
    ({ kubernetesVersion }) => kubernetesVersion,
  );
  if (!upgrades.includes(version)) {
    const message = `Upgrading Kubernetes version ${cluster.kubernetesVersion} to ${version} is not allowed. Available upgrades: [${upgrades.join(" ")}]. Please see https://aka.ms/aks-supported-k8s-ver for version details.`;
    throw new ArmError(400, "OperationNotAllowed", message);
  }
  const behind = azure
    .poolsOf(cluster.name)
    .find(({ settings }) => minor(version) - minor(settings.orchestratorVersion) > MAX_SKEW);
  if (!behind) return;
  const message = `Node pool version ${behind.settings.orchestratorVersion} and control plane version ${version} are incompatible. Minor version of node pool ${behind.name} is more than ${MAX_SKEW} versions behind. For more information, please check aka.ms/aks/UpgradeVersionRules.`;
  throw new ArmError(400, "NodePoolMcVersionIncompatible", message);
}

/** The pools in a cluster's PUT are those there are: they are changed by their own PUT only. */
function checkProfiles(azure: AzureModel, cluster: ClusterRecord, asked: ClusterAsked): void {
  const profiles = asked.properties.agentPoolProfiles;
  if (!profiles) return;
  const pools = azure.poolsOf(cluster.name);
  const missing = pools.find((pool) => !profiles.some(({ name }) => name === pool.name));
  if (missing) {
    throw new ArmError(400, "BadRequest", `A node pool (${missing.name}) can only be removed by its own DELETE.`);
  }
  for (const profile of profiles) {
    const pool = pools.find(({ name }) => name === profile.name);
    const same =
      pool &&
      (profile.count ?? pool.settings.count) === pool.settings.count &&
      (profile.vmSize ?? pool.settings.vmSize) === pool.settings.vmSize &&
      (profile.orchestratorVersion ?? pool.settings.orchestratorVersion) === pool.settings.orchestratorVersion;
    if (!same) {
      throw new ArmError(
        400,
        "BadRequest",
        `agentPoolProfiles differs from the cluster's pools at ${profile.name}: this Azure changes pools by their own PUT.`,
      );
    }
  }
}

/** A version that names its minor only is the newest patch of it (AKS: "alias minor version"). */
function patchOf(azure: AzureModel, location: string, asked: string | null | undefined): string | undefined {
  if (!asked || !/^\d+\.\d+$/.test(asked)) return asked ?? undefined;
  const patches = versionsIn(azure, location).filter(({ version }) => version.startsWith(`${asked}.`));
  return (patches.filter(({ isPreview }) => isPreview !== true).at(-1) ?? patches.at(-1))?.version ?? asked;
}

/** What a new cluster gets that does not say: the second newest minor version, its newest patch. */
function defaultVersion(azure: AzureModel, location: string): string {
  const stable = versionsIn(azure, location)
    .filter(({ isPreview }) => isPreview !== true)
    .map(({ version }) => version);
  const newest = stable.at(-1) ?? "";
  return stable.filter((version) => minor(version) < minor(newest)).at(-1) ?? newest;
}
