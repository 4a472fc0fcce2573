import { compare, minor, valid } from "semver";
import { z } from "zod";
import type { AzureModel } from "../azure/azure-model.ts";
import { type ClusterRecord, type PoolRecord, type PoolSettings, poolSettingsSchema } from "../azure/records.ts";
import { upgradesFrom, versionsIn } from "../azure/releases.ts";
import { OS_SKUS, osTypeOf } from "../fleet/os-sku.ts";
import { ArmError, invalidParameter } from "./arm-error.ts";

const countText = z.string().regex(/^\d+%?$/, "must be a number or a percentage, as text");

/** The properties of an agent pool in a request. What the model does not act on passes without a word, as in the service. */
export const poolPropertiesSchema = z.looseObject({
  count: z.number().int().min(0).max(1000).optional(),
  vmSize: z.string().optional(),
  mode: z.enum(["System", "User"]).optional(),
  osType: z.enum(["Linux", "Windows"]).optional(),
  osSKU: z.enum(OS_SKUS).optional(),
  maxPods: z.number().int().min(10).max(250).optional(),
  osDiskSizeGB: z.number().int().min(0).max(2048).optional(),
  orchestratorVersion: z.string().optional(),
  nodeImageVersion: z.string().optional(),
  availabilityZones: z.array(z.string()).nullish(),
  nodeLabels: z.record(z.string(), z.string()).nullish(),
  nodeTaints: z.array(z.string()).nullish(),
  tags: z.record(z.string(), z.string()).nullish(),
  enableAutoScaling: z.boolean().nullish(),
  minCount: z.number().int().min(0).max(1000).nullish(),
  maxCount: z.number().int().min(1).max(1000).nullish(),
  powerState: z.looseObject({ code: z.enum(["Running", "Stopped"]) }).nullish(),
  upgradeSettings: z
    .looseObject({
      maxSurge: countText.optional(),
      maxUnavailable: countText.optional(),
      drainTimeoutInMinutes: z.number().int().min(5).max(1440).optional(),
      nodeSoakDurationInMinutes: z.number().int().min(0).max(30).optional(),
      undrainableNodeBehavior: z.enum(["Cordon", "Schedule"]).optional(),
    })
    .nullish(),
});

export type PoolProperties = z.infer<typeof poolPropertiesSchema>;

const poolRequestSchema = z.looseObject({ properties: poolPropertiesSchema });

const POOL_NAME = /^[a-z][a-z0-9]{0,11}$/;

const WINDOWS_NAME_MAX = 6;

/** Properties of a pool that stay what they were when it was made. */
const FIXED = ["vmSize", "osSKU", "maxPods"] as const;

/** Properties that are kept and shown, though nothing acts on them. */
const KEPT = [
  "osDiskType",
  "kubeletDiskType",
  "vnetSubnetID",
  "podSubnetID",
  "scaleDownMode",
  "scaleSetPriority",
  "scaleSetEvictionPolicy",
  "spotMaxPrice",
  "enableNodePublicIP",
  "enableEncryptionAtHost",
  "enableUltraSSD",
  "enableFIPS",
  "securityProfile",
  "networkProfile",
  "creationData",
  "kubeletConfig",
  "linuxOSConfig",
  "workloadRuntime",
];

/** Node pools may be this many minor versions behind their control plane. */
export const MAX_SKEW = 3;

/** Reads the body of a PUT of a pool. Throws an ArmError (400) that names the parameter. */
export function readPoolBody(body: unknown): PoolProperties {
  return parseBody(poolRequestSchema, body).properties;
}

/** Reads a request body. Throws an ArmError (400 InvalidParameter) that names the parameter. */
export function parseBody<T>(schema: z.ZodType<T>, body: unknown): T {
  const parsed = schema.safeParse(body ?? {});
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw invalidParameter(
    `The value of parameter ${issue?.path.join(".")} is invalid. Error details: ${issue?.message}.`,
  );
}

/**
 * The settings that a request asks for, over those of the pool there is. Throws an ArmError (400) that names the parameter.
 */
export function readPoolSettings(
  azure: AzureModel,
  cluster: Pick<ClusterRecord, "name" | "location" | "kubernetesVersion">,
  name: string,
  asked: PoolProperties,
  current: PoolRecord | undefined,
): PoolSettings {
  checkName(name);
  for (const field of FIXED) {
    if (current && asked[field] !== undefined && asked[field] !== current.settings[field]) {
      throw new ArmError(400, "PropertyChangeNotAllowed", `Changing property 'properties.${field}' is not allowed.`);
    }
  }
  const before = current?.settings;
  const orchestratorVersion = asked.orchestratorVersion ?? before?.orchestratorVersion ?? cluster.kubernetesVersion;
  checkVersion(azure, cluster, orchestratorVersion, before?.orchestratorVersion);
  const { vmSize, osSKU, maxPods, osDiskSizeGB, availabilityZones } = { ...asked, ...before };
  const settings = poolSettingsSchema.parse({
    count: asked.count ?? before?.count ?? 1,
    vmSize: required(vmSize, "properties.vmSize"),
    mode: asked.mode ?? before?.mode ?? "User",
    osSKU: osSKU ?? (asked.osType === "Windows" ? "Windows2022" : "Ubuntu"),
    maxPods: maxPods ?? 110,
    osDiskSizeGB: osDiskSizeGB || 128,
    orchestratorVersion,
    availabilityZones: availabilityZones ?? undefined,
    nodeLabels: asked.nodeLabels ?? undefined,
    nodeTaints: asked.nodeTaints ?? undefined,
    tags: asked.tags ?? undefined,
    enableAutoScaling: asked.enableAutoScaling ?? false,
    minCount: asked.minCount ?? undefined,
    maxCount: asked.maxCount ?? undefined,
    upgradeSettings: asked.upgradeSettings ?? before?.upgradeSettings ?? {},
    kept: { ...before?.kept, ...keptOf(asked, KEPT) },
  });
  checkSystem(name, settings, asked.osType);
  checkUpgradeSettings(settings);
  checkScaling(settings);
  return settings;
}

/** The named members of an object that are there. */
export function keptOf(asked: Readonly<Record<string, unknown>>, names: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(
    names.filter((name) => asked[name] !== undefined && asked[name] !== null).map((name) => [name, asked[name]]),
  );
}

function checkName(name: string): void {
  if (POOL_NAME.test(name)) return;
  throw invalidParameter(
    `The value of parameter agentPoolProfile.name is invalid. Error details: '${name}' must start with a lowercase letter, have max length of 12, and only have characters a-z0-9.`,
  );
}

/** Windows has rules of its own: shorter names, because host names are, and no system pools. */
function checkSystem(name: string, { osSKU, mode }: PoolSettings, askedType: PoolProperties["osType"]): void {
  const osType = osTypeOf(osSKU);
  if (askedType !== undefined && askedType !== osType) {
    throw invalidParameter(`OS SKU '${osSKU}' is invalid for OS type '${askedType}'.`);
  }
  if (osType === "Linux") return;
  if (name.length > WINDOWS_NAME_MAX) {
    throw invalidParameter(
      `The value of parameter agentPoolProfile.name is invalid. Error details: Windows agent pool name '${name}' must have max length of ${WINDOWS_NAME_MAX}.`,
    );
  }
  if (mode === "System") {
    throw invalidParameter(
      "The value of parameter agentPoolProfile.mode is invalid. Error details: System node pools must be Linux.",
    );
  }
}

function checkUpgradeSettings({ upgradeSettings, mode }: PoolSettings): void {
  const { maxSurge = "10%", maxUnavailable = "0" } = upgradeSettings;
  const isNone = (text: string) => Number.parseInt(text, 10) === 0;
  if (isNone(maxSurge) && isNone(maxUnavailable)) {
    throw invalidParameter(
      "The value of parameter agentPoolProfile.upgradeSettings is invalid. Error details: maxSurge and maxUnavailable cannot both be 0.",
    );
  }
  if (mode === "System" && !isNone(maxUnavailable)) {
    throw invalidParameter(
      "The value of parameter agentPoolProfile.upgradeSettings.maxUnavailable is invalid. Error details: maxUnavailable is not supported for system node pools.",
    );
  }
}

function checkScaling({ enableAutoScaling, minCount, maxCount, count }: PoolSettings): void {
  const wrong = (what: string) =>
    invalidParameter(`The value of parameter agentPoolProfile.minCount/maxCount is invalid. Error details: ${what}`);
  if (!enableAutoScaling) {
    if (minCount !== undefined || maxCount !== undefined) {
      throw wrong("minCount and maxCount must not be set when enableAutoScaling is false.");
    }
    return;
  }
  if (minCount === undefined || maxCount === undefined) {
    throw wrong("minCount and maxCount are required when enableAutoScaling is true.");
  }
  if (minCount > maxCount) throw wrong(`minCount ${minCount} is greater than maxCount ${maxCount}.`);
  if (count < minCount || count > maxCount) throw wrong(`count ${count} is not within ${minCount} and ${maxCount}.`);
}

function required(value: string | undefined, name: string): string {
  if (value === undefined) throw invalidParameter(`Required parameter ${name} is missing (null).`);
  return value;
}

function checkVersion(
  azure: AzureModel,
  cluster: Pick<ClusterRecord, "name" | "location" | "kubernetesVersion">,
  version: string,
  current: string | undefined,
): void {
  const { name, location, kubernetesVersion } = cluster;
  if (version === current) return;
  if (version !== kubernetesVersion) checkKnownVersion(azure, location, version);
  if (compare(version, kubernetesVersion) > 0 || minor(kubernetesVersion) - minor(version) > MAX_SKEW) {
    const message = `Node pool version ${version} and control plane version ${kubernetesVersion} of ${name} are incompatible. Minor and patch version of a node pool cannot be ahead of the control plane, and its minor version at most ${MAX_SKEW} behind. For more information, please check aka.ms/aks/UpgradeVersionRules.`;
    throw new ArmError(400, "NodePoolMcVersionIncompatible", message);
  }
  if (current === undefined) return;
  const upgrades = upgradesFrom(azure, location, current).map((upgrade) => upgrade.kubernetesVersion);
  if (upgrades.includes(version)) return;
  const message = `Upgrading agent pool version ${current} to ${version} is not allowed. Available upgrades: [${upgrades.join(" ")}]. Please see https://aka.ms/aks-supported-k8s-ver for version details.`;
  throw new ArmError(400, "AgentPoolUpgradeVersionNotAllowed", message);
}

/** Throws a 400 for a version that one cannot have (any more, or yet) in a region. */
export function checkKnownVersion(azure: AzureModel, location: string, version: string): void {
  const known = versionsIn(azure, location).some((entry) => entry.version === version);
  if (valid(version) !== null && known) return;
  const message = `Version ${version} is not supported in this region. Please use [az aks get-versions --location ${location}] command to get the supported version list in this region. For more information, please check https://aka.ms/supported-version-list`;
  throw new ArmError(400, "K8sVersionNotSupported", message);
}
