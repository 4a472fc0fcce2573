import { z } from "zod";
import { OS_SKUS } from "../fleet/os-sku.ts";

/** What Azure keeps of a virtual machine of a pool's scale set. */
const machineSchema = z.object({
  name: z.string(),
  imageVersion: z.string(),
  kubernetesVersion: z.string(),
  zone: z.string().optional(),
  /** Whether it is there only to make room during an upgrade. */
  surge: z.boolean(),
  /** Whether it has joined the cluster. */
  joined: z.boolean(),
});

const upgradeSettingsSchema = z.object({
  maxSurge: z.string().optional(),
  maxUnavailable: z.string().optional(),
  drainTimeoutInMinutes: z.number().optional(),
  nodeSoakDurationInMinutes: z.number().optional(),
  undrainableNodeBehavior: z.enum(["Cordon", "Schedule"]).optional(),
});

const powerCode = z.enum(["Running", "Stopped"]);
const errorSchema = z.object({ code: z.string(), message: z.string() });
/** Properties that are kept and shown, and that the model does not act on. */
const keptSchema = z.record(z.string(), z.unknown());

/** The settable properties of an agent pool that the model acts on. */
export const poolSettingsSchema = z.object({
  count: z.number().int(),
  vmSize: z.string(),
  mode: z.enum(["System", "User"]),
  osSKU: z.enum(OS_SKUS),
  maxPods: z.number().int(),
  osDiskSizeGB: z.number().int(),
  orchestratorVersion: z.string(),
  availabilityZones: z.array(z.string()).optional(),
  nodeLabels: z.record(z.string(), z.string()).optional(),
  nodeTaints: z.array(z.string()).optional(),
  tags: z.record(z.string(), z.string()).optional(),
  enableAutoScaling: z.boolean().default(false),
  minCount: z.number().int().optional(),
  maxCount: z.number().int().optional(),
  upgradeSettings: upgradeSettingsSchema,
  kept: keptSchema.default({}),
});

export const poolRecordSchema = z.object({
  clusterName: z.string(),
  name: z.string(),
  settings: poolSettingsSchema,
  nodeImageVersion: z.string(),
  provisioningState: z.string(),
  provisioningError: errorSchema.optional(),
  powerState: powerCode.default("Running"),
  eTag: z.string(),
  /** The number in the names of the pool's machines. */
  scaleSetId: z.string(),
  nextMachine: z.number().int(),
  machines: z.array(machineSchema),
  /** What it ran before its last upgrade, and when that ended; nothing once it was rolled back to it. */
  recentlyUsed: z
    .object({ orchestratorVersion: z.string(), nodeImageVersion: z.string(), atMs: z.number() })
    .optional(),
});

export const clusterRecordSchema = z.object({
  subscriptionId: z.string(),
  name: z.string(),
  resourceGroup: z.string(),
  location: z.string(),
  kubernetesVersion: z.string(),
  tags: z.record(z.string(), z.string()),
  eTag: z.string(),
  /** The last part of its host name and of its resource UID; never changes. */
  uid: z.string(),
  provisioningState: z.string(),
  provisioningError: errorSchema.optional(),
  powerState: powerCode,
  sku: z.object({ name: z.string(), tier: z.string() }),
  /** When it was made; those of the fleet file have been there long before the world began. */
  createdMs: z.number().optional(),
  kept: keptSchema,
  /** Whether its Kubernetes objects have been made. */
  materialised: z.boolean(),
});

/** What an operation does with one machine. */
const taskSchema = z.object({
  machine: z.string(),
  kind: z.enum(["boot", "reimage", "remove"]),
  stage: z.enum([
    "waiting",
    "booting",
    "joining",
    "draining",
    "soaking",
    "reimaging",
    "removing",
    "unready",
    "blocked",
    "done",
  ]),
  /** When the stage ends; for draining, when it is given up. */
  untilMs: z.number().optional(),
  /** The last eviction that was refused while draining. */
  refusal: z.object({ pod: z.string(), budget: z.string().optional(), message: z.string() }).optional(),
});

const OPERATION_KINDS = [
  "CreatePool",
  "UpdatePool",
  "DeletePool",
  "UpgradePool",
  "UpgradeNodeImage",
  "DeleteMachines",
  "StopPool",
  "StartPool",
  "CreateCluster",
  "UpdateCluster",
  "UpgradeCluster",
  "StopCluster",
  "StartCluster",
  "DeleteCluster",
  "Abort",
  "PutResource",
  "DeleteResource",
  "DeleteGroup",
] as const;

const operationKindSchema = z.enum(OPERATION_KINDS);

/** What a scenario has in store for an operation. */
const operationFaultSchema = z.discriminatedUnion("kind", [
  /** Ends as Failed: at `atMs`, or when it would have succeeded. */
  z.object({ kind: z.literal("fail"), code: z.string(), message: z.string(), atMs: z.number().optional() }),
  /** Makes no progress until `untilMs`. */
  z.object({ kind: z.literal("stuck"), untilMs: z.number() }),
]);

export const operationRecordSchema = z.object({
  id: z.string(),
  /** The id of what it works on. */
  resourceId: z.string(),
  /** The cluster that it holds; empty when it holds none. */
  clusterName: z.string(),
  poolName: z.string(),
  kind: operationKindSchema,
  status: z.enum(["InProgress", "Succeeded", "Failed", "Canceled"]),
  startMs: z.number(),
  endMs: z.number().optional(),
  error: errorSchema.optional(),
  ignoreBudgets: z.boolean(),
  targetImage: z.string(),
  targetVersion: z.string(),
  /** The state that the resource goes back to, where that is not Succeeded. */
  returnState: z.string().optional(),
  fault: operationFaultSchema.optional(),
  /** Done one after the other; the tasks of a phase side by side, as many as `parallel` allows. */
  phases: z.array(
    z.object({ poolName: z.string(), parallel: z.number().int().positive(), tasks: z.array(taskSchema) }),
  ),
});

/** Any other resource: kept as it was asked for, by its id. */
export const resourceRecordSchema = z.object({
  id: z.string(),
  name: z.string(),
  type: z.string(),
  location: z.string().optional(),
  tags: z.record(z.string(), z.string()).optional(),
  createdMs: z.number(),
  changedMs: z.number(),
  /** Members beside `properties`, like identity. */
  extra: z.record(z.string(), z.unknown()).default({}),
  properties: z.record(z.string(), z.unknown()),
});

export type Machine = z.infer<typeof machineSchema>;
export type PoolSettings = z.infer<typeof poolSettingsSchema>;
export type PoolRecord = z.infer<typeof poolRecordSchema>;
export type ClusterRecord = z.infer<typeof clusterRecordSchema>;
export type OperationRecord = z.infer<typeof operationRecordSchema>;
export type OperationKind = z.infer<typeof operationKindSchema>;
export type OperationFault = z.infer<typeof operationFaultSchema>;
export type MachineTask = z.infer<typeof taskSchema>;
export type ResourceRecord = z.infer<typeof resourceRecordSchema>;
/** Why something ended as it did, in Azure's words. */
export type AzureError = z.infer<typeof errorSchema>;
