import { compare, valid } from "semver";
import { z } from "zod";
import type { AzureModel } from "../azure/azure-model.ts";
import { type ClusterRecord, type PoolRecord, type PoolSettings, poolSettingsSchema } from "../azure/records.ts";
import { ArmError, invalidParameter } from "./arm-error.ts";

const countText = z.string().regex(/^\d+%?$/, "must be a number or a percentage, as text");

/** The body of a PUT of an agent pool. What the model does not act on passes without a word, as in the service. */
const poolRequestSchema = z.looseObject({
  properties: z.looseObject({
    count: z.number().int().min(0).max(1000).optional(),
    vmSize: z.string().optional(),
    mode: z.enum(["System", "User"]).optional(),
    osType: z.enum(["Linux"]).optional(),
    osSKU: z.enum(["Ubuntu", "AzureLinux"]).optional(),
    maxPods: z.number().int().min(10).max(250).optional(),
    osDiskSizeGB: z.number().int().min(0).max(2048).optional(),
    orchestratorVersion: z.string().optional(),
    availabilityZones: z.array(z.string()).nullish(),
    nodeLabels: z.record(z.string(), z.string()).nullish(),
    nodeTaints: z.array(z.string()).nullish(),
    tags: z.record(z.string(), z.string()).nullish(),
    upgradeSettings: z
      .looseObject({
        maxSurge: countText.optional(),
        maxUnavailable: countText.optional(),
        drainTimeoutInMinutes: z.number().int().min(5).max(1440).optional(),
        nodeSoakDurationInMinutes: z.number().int().min(0).max(30).optional(),
        undrainableNodeBehavior: z.enum(["Cordon", "Schedule"]).optional(),
      })
      .nullish(),
  }),
});

const POOL_NAME = /^[a-z][a-z0-9]{0,11}$/;

/** Properties of a pool that stay what they were when it was made. */
const FIXED = ["vmSize", "osSKU", "maxPods"] as const;

/**
 * The settings that a PUT asks for, over those of the pool there is. Throws an ArmError (400) that names the parameter.
 */
export function readPoolSettings(
  azure: AzureModel,
  cluster: ClusterRecord,
  name: string,
  body: unknown,
  current: PoolRecord | undefined,
): PoolSettings {
  if (!POOL_NAME.test(name)) {
    throw invalidParameter(
      `The value of parameter agentPoolProfile.name is invalid. Error details: '${name}' must start with a lowercase letter, have max length of 12, and only have characters a-z0-9.`,
    );
  }
  const parsed = poolRequestSchema.safeParse(body);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw invalidParameter(
      `The value of parameter ${issue?.path.join(".")} is invalid. Error details: ${issue?.message}.`,
    );
  }
  const asked = parsed.data.properties;
  for (const field of FIXED) {
    if (current && asked[field] !== undefined && asked[field] !== current.settings[field]) {
      throw new ArmError(400, "PropertyChangeNotAllowed", `Changing property 'properties.${field}' is not allowed.`);
    }
  }
  const orchestratorVersion =
    asked.orchestratorVersion ?? current?.settings.orchestratorVersion ?? cluster.kubernetesVersion;
  checkVersion(azure, cluster, orchestratorVersion);
  const before = current?.settings;
  const { vmSize, osSKU, maxPods, osDiskSizeGB, availabilityZones } = { ...asked, ...before };
  return poolSettingsSchema.parse({
    count: asked.count ?? before?.count ?? 1,
    vmSize: required(vmSize, "properties.vmSize"),
    mode: asked.mode ?? before?.mode ?? "User",
    osSKU: osSKU ?? "Ubuntu",
    maxPods: maxPods ?? 110,
    osDiskSizeGB: osDiskSizeGB || 128,
    orchestratorVersion,
    availabilityZones: availabilityZones ?? undefined,
    nodeLabels: asked.nodeLabels ?? undefined,
    nodeTaints: asked.nodeTaints ?? undefined,
    tags: asked.tags ?? undefined,
    upgradeSettings: asked.upgradeSettings ?? before?.upgradeSettings ?? {},
  });
}

function required(value: string | undefined, name: string): string {
  if (value === undefined) throw invalidParameter(`Required parameter ${name} is missing (null).`);
  return value;
}

function checkVersion(azure: AzureModel, cluster: ClusterRecord, version: string): void {
  const { name, location, kubernetesVersion } = cluster;
  const known = azure.fleet.azure.kubernetesVersions.some((entry) => entry.version === version);
  if (valid(version) === null || (!known && version !== kubernetesVersion)) {
    const message = `Version ${version} is not supported in this region. Please use [az aks get-versions --location ${location}] command to get the supported version list in this region. For more information, please check https://aka.ms/supported-version-list`;
    throw new ArmError(400, "K8sVersionNotSupported", message);
  }
  if (compare(version, kubernetesVersion) > 0) {
    const message = `Node pool version ${version} and control plane version ${kubernetesVersion} of ${name} are incompatible. Minor and patch version of a node pool cannot be ahead of the control plane. For more information, please check aka.ms/aks/UpgradeVersionRules.`;
    throw new ArmError(400, "NodePoolMcVersionIncompatible", message);
  }
}
