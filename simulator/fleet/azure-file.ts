import { z } from "zod";
import { OS_SKUS } from "./os-sku.ts";
import { regionalInstants, releaseInstant, releaseMs } from "./release.ts";

const upgradeSettings = z.strictObject({
  maxSurge: z
    .string()
    .regex(/^\d+%?$/, "must be a number or a percentage, as text")
    .optional(),
  maxUnavailable: z
    .string()
    .regex(/^\d+%?$/, "must be a number or a percentage, as text")
    .optional(),
  drainTimeoutInMinutes: z.number().int().min(5).max(1440).optional(),
  nodeSoakDurationInMinutes: z.number().int().min(0).max(30).optional(),
  undrainableNodeBehavior: z.enum(["Cordon", "Schedule"]).optional(),
});

const pool = z.strictObject({
  name: z.string().regex(/^[a-z][a-z0-9]{0,11}$/, "must be 1 to 12 lower-case letters and digits, a letter first"),
  mode: z.enum(["System", "User"]),
  count: z.number().int().min(0).max(1000),
  vmSize: z.string(),
  osSKU: z.enum(OS_SKUS).default("Ubuntu"),
  nodeImageVersion: z.string(),
  orchestratorVersion: z.string().optional(),
  availabilityZones: z.array(z.string()).optional(),
  nodeLabels: z.record(z.string(), z.string()).optional(),
  nodeTaints: z.array(z.string()).optional(),
  maxPods: z.number().int().min(10).max(250).default(110),
  /** The name of a subnet of this file. */
  subnet: z.string().optional(),
  /** What the cluster autoscaler may make of the count; without it, nothing scales the pool by itself. */
  autoscaler: z
    .strictObject({ minCount: z.number().int().min(0).max(1000), maxCount: z.number().int().min(1).max(1000) })
    .optional(),
  upgradeSettings: upgradeSettings.optional(),
});

const subnet = z.strictObject({
  name: z.string().min(1),
  resourceGroup: z.string(),
  virtualNetwork: z.string(),
  addressPrefix: z.string().regex(/^\d+\.\d+\.\d+\.\d+\/(?:[89]|[12]\d)$/, "must be an IPv4 range like 10.1.0.0/24"),
  /** Addresses that others than these clusters have. */
  usedByOthers: z.number().int().min(0).default(0),
});

/** How Azure Backup protects a cluster. */
const backup = z.strictObject({
  vault: z
    .string()
    .regex(/^[A-Za-z][-A-Za-z0-9]{0,48}[A-Za-z0-9]$/, "must be 2 to 50 letters, digits or -, a letter first"),
  /** The vault's; the cluster's when left out. */
  resourceGroup: z.string().optional(),
  policy: z.string().default("daily"),
  intervalHours: z.number().int().min(1).max(168).default(24),
  /** Of a backup, in UTC; the others follow at the interval. */
  startTime: z
    .string()
    .regex(/^(?:[01]\d|2[0-3]):[0-5]\d$/, "must be a time of day like 02:00")
    .default("02:00"),
  retentionDays: z.number().int().min(1).max(360).default(7),
  /** Whether copies go to the vault, too. */
  vaultTier: z.boolean().default(false),
  /** All but those of the system when left out. */
  namespaces: z.array(z.string()).min(1).optional(),
});

const deprecatedApi = z.strictObject({
  group: z.string().default(""),
  version: z.string(),
  resource: z.string(),
  /** The minor version that no longer has it. */
  removedRelease: z.string().regex(/^\d+\.\d+$/, "must be a version like 1.37"),
});

const cluster = z.strictObject({
  name: z.string().regex(/^[a-zA-Z0-9][a-zA-Z0-9_-]{0,62}$/),
  resourceGroup: z.string(),
  location: z.string(),
  kubernetesVersion: z.string(),
  /** That of the file when left out. */
  subscriptionId: z.guid().optional(),
  tags: z.record(z.string(), z.string()).optional(),
  autoUpgradeProfile: z
    .strictObject({
      upgradeChannel: z.enum(["rapid", "stable", "patch", "node-image", "none"]).optional(),
      nodeOSUpgradeChannel: z.enum(["None", "Unmanaged", "NodeImage", "SecurityPatch"]).optional(),
    })
    .optional(),
  /** Whether pods have addresses of their own; `none` gives each an address of the nodes' subnet. */
  networkPluginMode: z.enum(["overlay", "none"]).default("overlay"),
  /** Deprecated APIs that somebody asks its API server for. */
  deprecatedApis: z.array(deprecatedApi).optional(),
  /** Folder with what runs on it, clusters/{name} when left out. Clusters may share one. */
  workloads: z.string().optional(),
  backup: backup.optional(),
  /** A Velero in the cluster; clusters with the same bucket see the same backups. */
  velero: z
    .strictObject({
      bucket: z.string().min(1),
      /** When it makes backups, in cron's words (UTC); only when asked to when left out. */
      schedule: z.string().optional(),
    })
    .optional(),
  pools: z.array(pool).min(1),
});

const kubernetesVersion = z.strictObject({
  version: z.string().regex(/^\d+\.\d+\.\d+$/, "must be a version with three numbers"),
  isPreview: z.boolean().optional(),
  /** Always there when left out. */
  releasedAt: releaseInstant.optional(),
  regions: regionalInstants.optional(),
  /** When AKS ends its support of the minor version; the latest that one of its patches names counts. */
  endOfSupport: releaseInstant.optional(),
});

const image = z.strictObject({
  version: z.string(),
  osSKU: z.enum(OS_SKUS),
  releasedAt: releaseInstant,
  regions: regionalInstants.optional(),
});

/** The file `azure.yaml` of a fleet folder: the Azure that the fleet lives in. */
export const azureFileSchema = z.strictObject({
  subscriptionId: z.guid(),
  tenantId: z.guid(),
  kubernetesVersions: z.array(kubernetesVersion).min(1),
  images: z.array(image).min(1),
  clusters: z.array(cluster),
  /** Subnets that pools name; one that a pool names must be here. */
  subnets: z.array(subnet).optional(),
});

export type AzureFile = z.infer<typeof azureFileSchema>;
export type ClusterEntry = AzureFile["clusters"][number];
export type VersionEntry = AzureFile["kubernetesVersions"][number];
export type PoolEntry = ClusterEntry["pools"][number];

/** The newest image that has reached a region by `nowMs`, for an operating system. */
export function latestImage(
  file: AzureFile,
  osSKU: string,
  { location, startMs, nowMs }: { readonly location: string; readonly startMs: number; readonly nowMs: number },
): string | undefined {
  const released = file.images
    .filter((image) => image.osSKU === osSKU)
    .map((image) => ({ version: image.version, atMs: releaseMs(image, location, startMs) }))
    .filter(({ atMs }) => atMs <= nowMs)
    .sort((left, right) => right.atMs - left.atMs);
  return released[0]?.version;
}
