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
