import { z } from "zod";

/** How fast and how the model does things; a scenario file may change each. Durations are seconds of simulated time. */
export const modelSettingsSchema = z.strictObject({
  /** From a pod's binding to its being ready, before jitter; the pod's annotation wins. */
  podStartSeconds: z.number().positive().default(12),
  /** How long a pod takes to stop, at most its grace period; the pod's annotation wins. */
  podStopSeconds: z.number().nonnegative().default(3),
  /** From asking for a new node to its being ready. */
  nodeBootSeconds: z.number().positive().default(90),
  /** From the start of a node's reimaging to its being ready again. */
  nodeReimageSeconds: z.number().positive().default(120),
  /** How long Azure takes to take a drained node away. */
  nodeDeleteSeconds: z.number().nonnegative().default(30),
  /** How long a node may take to report ready before the operation that waits for it gives up. */
  nodeReadyTimeoutSeconds: z.number().positive().default(1_800),
  /** From the PUT of a new cluster to the start of its nodes. */
  clusterCreateSeconds: z.number().nonnegative().default(180),
  /** How long Azure takes to take a cluster away. */
  clusterDeleteSeconds: z.number().nonnegative().default(150),
  /** How long a change of a cluster's tags or profiles takes. */
  clusterUpdateSeconds: z.number().nonnegative().default(30),
  /** How long the control plane takes to become another version. */
  controlPlaneUpgradeSeconds: z.number().nonnegative().default(300),
  /** How long it takes to stop a cluster or a pool, and to begin to start it. */
  powerSeconds: z.number().nonnegative().default(90),
  /** How long an extension takes to be installed, changed or removed. */
  extensionSeconds: z.number().nonnegative().default(90),
  /** How long the other long-running changes take: role bindings, Flux configurations, aborts. */
  resourceSeconds: z.number().nonnegative().default(15),
  /** How long an empty resource group takes to go. */
  groupDeleteSeconds: z.number().nonnegative().default(60),
  /** How many entries a page of a list holds. */
  pageSize: z.number().int().min(1).max(1_000).default(100),
  /** How often the AKS drain asks again for an eviction that was refused. */
  drainRetrySeconds: z.number().positive().default(5),
  /** What `Retry-After` says while an operation runs. */
  operationRetryAfterSeconds: z.number().int().positive().default(10),
  /** Share by which start times vary, up and down. */
  jitter: z.number().min(0).max(1).default(0.25),
});

export type ModelSettings = z.infer<typeof modelSettingsSchema>;

/** Annotations of a pod that say how its program behaves. */
export const START_SECONDS = "simulator.drydock.dev/start-seconds";
export const STOP_SECONDS = "simulator.drydock.dev/stop-seconds";
export const RUN_SECONDS = "simulator.drydock.dev/run-seconds";
