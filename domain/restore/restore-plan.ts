import { z } from "zod";
import { isSchedule } from "../search-times.ts";
import { probeSchema } from "./probe.ts";

const nameSchema = z.string().regex(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/, "lower-case letters, digits and dashes");
const namespaceSchema = nameSchema;
const selectorSchema = z
  .string()
  .regex(/^[A-Za-z0-9](?:[\w./-]*[A-Za-z0-9])?=(?:[A-Za-z0-9](?:[\w.-]*[A-Za-z0-9])?)?$/, "expected key=value");
const referenceSchema = z.strictObject({ name: z.string().min(1), namespace: namespaceSchema });
const regionSchema = z.string().regex(/^[a-z0-9]+$/, "expected the name of a region, as westeurope");
const armIdSchema = z
  .string()
  .regex(/^\/subscriptions\/[0-9a-f-]{36}\/resourceGroups\/[^/\s]+/i, "expected a resource id");

/** What of a recovery point is restored, and how. */
const scopeShape = {
  includedNamespaces: z.array(namespaceSchema).default([]),
  excludedNamespaces: z.array(namespaceSchema).default([]),
  /** In the provider's words: `apps/v1/Deployment` for Azure Backup, `deployments.apps` for Velero. */
  includedResources: z.array(z.string().min(1)).default([]),
  excludedResources: z.array(z.string().min(1)).default([]),
  labelSelectors: z.array(selectorSchema).default([]),
  /** From the namespace in the backup to the one in the scratch cluster. */
  namespaceMappings: z.record(namespaceSchema, namespaceSchema).default({}),
  clusterResources: z.boolean().default(true),
  volumeData: z.boolean().default(true),
  conflicts: z.enum(["skip", "update"]).default("skip"),
  hooks: z.array(referenceSchema).default([]),
  modifier: referenceSchema.nullable().default(null),
};

/** How much may be lost, and how long it may take. Null for no objective. */
export const objectivesSchema = z.strictObject({
  rpoHours: z.number().positive().max(8_760).nullable().default(24),
  rtoMinutes: z.number().positive().max(10_080).nullable().default(240),
});
export type Objectives = z.infer<typeof objectivesSchema>;

/** What restored namespaces may reach outside of the scratch cluster: nothing, unless it stands here. */
const openingSchema = z.strictObject({
  cidr: z.cidrv4(),
  ports: z.array(z.int().min(1).max(65_535)).min(1),
});
export type Opening = z.infer<typeof openingSchema>;

const testSchema = z
  .strictObject({
    cluster: nameSchema,
    provider: z.enum(["azure-backup", "velero"]).default("azure-backup"),
    /** `latest`, `oldest`, `random`, a day, an instant or a point's id. */
    point: z.string().min(1).default("latest"),
    /** Copies to restore from, in the order of preference. */
    tiers: z
      .array(z.enum(["operational", "vault", "object-store"]))
      .min(1)
      .default(["operational", "object-store"]),
    ...scopeShape,
    /** Of its scratch cluster, if not where the plan says: Azure Backup restores in the region of the backup. */
    region: regionSchema.optional(),
    objectives: objectivesSchema.optional(),
    /** Until restored workloads must be ready and claims bound. */
    readyMinutes: z.number().positive().max(1_440).default(30),
    openings: z.array(openingSchema).default([]),
    probes: z.array(probeSchema).max(50).default([]),
    /** Where the vault tier hydrates what it restores; without it the run makes such a place, which goes with the rest. */
    staging: z.strictObject({ resourceGroupId: armIdSchema, storageAccountId: armIdSchema }).nullable().default(null),
  })
  .superRefine((test, context) => {
    const names = test.probes.map(({ name }) => name);
    for (const [index, name] of names.entries()) {
      if (names.indexOf(name) === index) continue;
      context.addIssue({ code: "custom", path: ["probes", index], message: `the probe "${name}" stands twice` });
    }
    for (const [from, to] of sharedTargets(test.namespaceMappings)) {
      const message = `${from.join(" and ")} would both be restored into ${to}`;
      context.addIssue({ code: "custom", path: ["namespaceMappings"], message });
    }
  });
export type RestoreTest = z.infer<typeof testSchema>;

const scratchSchema = z.strictObject({
  subscriptionId: z.guid(),
  region: regionSchema,
  vmSize: z.string().min(1).default("Standard_D4s_v5"),
  nodeCount: z.int().min(1).max(100).default(3),
  /** What restored workloads select nodes by. */
  nodeLabels: z.record(z.string().min(1).max(317), z.string().max(63)).default({}),
  /** Where the backup extension finds the backups: the storage account and container of the extension. */
  backupStorage: z
    .strictObject({ storageAccountId: armIdSchema, container: z.string().min(1) })
    .nullable()
    .default(null),
  /** Scratch clusters at the same time. */
  maxClusters: z.int().min(1).max(50).default(5),
  /** Whether tests share a cluster, one after the other. */
  shared: z.boolean().default(false),
  /** How long people may look into the cluster before it goes. */
  validationHours: z.number().min(0).max(168).default(0),
  /** Longest life of whatever a test makes; the janitor takes what is older. */
  expiryHours: z.number().min(1).max(336).default(24),
});
export type ScratchPlan = z.infer<typeof scratchSchema>;

/** What scratch clusters cost, for the estimate in plan and report. */
export const pricesSchema = z.strictObject({
  currency: z.string().length(3).default("EUR"),
  /** An hour of a node, by its size. */
  nodeHour: z.record(z.string(), z.number().min(0)).default({}),
  /** An hour of a control plane. */
  clusterHour: z.number().min(0).default(0),
  /** Most that a run may cost; null for no limit. */
  maxPerRun: z.number().positive().nullable().default(null),
});
export type Prices = z.infer<typeof pricesSchema>;

/** `restoreTests` of fleet.yaml: which backups are proven, how, and how often. Unknown members are mistakes. */
export const restorePlanSchema = z
  .strictObject({
    /** Six fields, seconds first (NCRONTAB). */
    schedule: z.string().refine(isSchedule, "expected six fields, seconds first").default("0 0 3 1 * *"),
    timeZone: z.string().min(1).default("UTC"),
    /** Days after the schedule's moment over which the tests are spread. */
    spreadDays: z.int().min(0).max(27).default(20),
    objectives: objectivesSchema.prefault({}),
    scratch: scratchSchema,
    prices: pricesSchema.prefault({}),
    clusters: z.array(testSchema).min(1),
  })
  .superRefine(({ clusters, scratch }, context) => {
    const names = clusters.map(({ cluster }) => cluster);
    for (const [index, name] of names.entries()) {
      if (names.indexOf(name) === index) continue;
      context.addIssue({ code: "custom", path: ["clusters", index], message: `the cluster "${name}" stands twice` });
    }
    if (scratch.expiryHours <= scratch.validationHours) {
      const message = "what a test makes would expire within its validation window";
      context.addIssue({ code: "custom", path: ["scratch", "expiryHours"], message });
    }
    const needsStorage = clusters.some(({ provider }) => provider === "azure-backup");
    if (needsStorage && scratch.backupStorage === null) {
      const message = "the backup extension needs to know where the backups are";
      context.addIssue({ code: "custom", path: ["scratch", "backupStorage"], message });
    }
  });
export type RestorePlan = z.infer<typeof restorePlanSchema>;

/** The objectives of a test: its own, or those of the plan. */
export function objectivesOf(plan: RestorePlan, test: RestoreTest): Objectives {
  return test.objectives ?? plan.objectives;
}

/** Two namespaces in one would hide what one of them lacks. */
function sharedTargets(mappings: Readonly<Record<string, string>>): Array<readonly [string[], string]> {
  const sources = new Map<string, string[]>();
  for (const [from, to] of Object.entries(mappings)) sources.set(to, [...(sources.get(to) ?? []), from]);
  return [...sources].filter(([, from]) => from.length > 1).map(([to, from]) => [from, to]);
}
