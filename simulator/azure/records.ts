import { z } from "zod";

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

/** The settable properties of an agent pool that the model acts on. */
export const poolSettingsSchema = z.object({
  count: z.number().int(),
  vmSize: z.string(),
  mode: z.enum(["System", "User"]),
  osSKU: z.enum(["Ubuntu", "AzureLinux"]),
  maxPods: z.number().int(),
  osDiskSizeGB: z.number().int(),
  orchestratorVersion: z.string(),
  availabilityZones: z.array(z.string()).optional(),
  nodeLabels: z.record(z.string(), z.string()).optional(),
  nodeTaints: z.array(z.string()).optional(),
  tags: z.record(z.string(), z.string()).optional(),
  upgradeSettings: upgradeSettingsSchema,
});

export const poolRecordSchema = z.object({
  clusterName: z.string(),
  name: z.string(),
  settings: poolSettingsSchema,
  nodeImageVersion: z.string(),
  provisioningState: z.string(),
  provisioningError: z.object({ code: z.string(), message: z.string() }).optional(),
  eTag: z.string(),
  /** The number in the names of the pool's machines. */
  scaleSetId: z.string(),
  nextMachine: z.number().int(),
  machines: z.array(machineSchema),
});

export const clusterRecordSchema = z.object({
  name: z.string(),
  resourceGroup: z.string(),
  location: z.string(),
  kubernetesVersion: z.string(),
  tags: z.record(z.string(), z.string()),
  eTag: z.string(),
  /** Whether its Kubernetes objects have been made. */
  materialised: z.boolean(),
});

/** What an operation does with one machine. */
const taskSchema = z.object({
  machine: z.string(),
  kind: z.enum(["boot", "reimage", "remove"]),
  stage: z.enum(["waiting", "booting", "joining", "draining", "soaking", "reimaging", "removing", "done"]),
  /** When the stage ends; for draining, when it is given up. */
  untilMs: z.number().optional(),
  /** The last eviction that was refused while draining. */
  refusal: z.object({ pod: z.string(), budget: z.string().optional(), message: z.string() }).optional(),
});

export const operationRecordSchema = z.object({
  id: z.string(),
  clusterName: z.string(),
  poolName: z.string(),
  kind: z.enum(["CreatePool", "UpdatePool", "DeletePool", "UpgradePool", "UpgradeNodeImage"]),
  status: z.enum(["InProgress", "Succeeded", "Failed", "Canceled"]),
  startMs: z.number(),
  endMs: z.number().optional(),
  error: z.object({ code: z.string(), message: z.string() }).optional(),
  ignoreBudgets: z.boolean(),
  targetImage: z.string(),
  targetVersion: z.string(),
  /** Done one after the other; the tasks of a phase side by side, as many as `parallel` allows. */
  phases: z.array(z.object({ parallel: z.number().int().positive(), tasks: z.array(taskSchema) })),
});

export type Machine = z.infer<typeof machineSchema>;
export type PoolSettings = z.infer<typeof poolSettingsSchema>;
export type PoolRecord = z.infer<typeof poolRecordSchema>;
export type ClusterRecord = z.infer<typeof clusterRecordSchema>;
export type OperationRecord = z.infer<typeof operationRecordSchema>;
export type MachineTask = z.infer<typeof taskSchema>;
