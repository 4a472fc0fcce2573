import { z } from "zod";
import { durationSeconds } from "./duration.ts";

const reference = z.looseObject({ kind: z.string(), name: z.string(), namespace: z.string().optional() });

const text = z.string().exactOptional();
const selector = z.object({
  group: text,
  version: text,
  kind: text,
  name: text,
  namespace: text,
  labelSelector: text,
  annotationSelector: text,
});

/** What the kustomize controller reads of a Kustomization. */
export const kustomizationSpecSchema = z.looseObject({
  interval: z.string(),
  retryInterval: z.string().optional(),
  timeout: z.string().optional(),
  path: z.string().default("./"),
  prune: z.boolean().default(false),
  sourceRef: reference,
  dependsOn: z.array(z.looseObject({ name: z.string(), namespace: z.string().optional() })).default([]),
  wait: z.boolean().default(false),
  targetNamespace: z.string().optional(),
  namePrefix: z.string().optional(),
  nameSuffix: z.string().optional(),
  patches: z.array(z.looseObject({ patch: z.string(), target: selector.optional() })).optional(),
  images: z.array(z.object({ name: z.string(), newName: text, newTag: text, digest: text })).optional(),
  components: z.array(z.string()).optional(),
  ignoreMissingComponents: z.boolean().optional(),
  buildMetadata: z.array(z.string()).optional(),
  commonMetadata: z
    .object({
      labels: z.record(z.string(), z.string()).optional(),
      annotations: z.record(z.string(), z.string()).optional(),
    })
    .optional(),
  deletionPolicy: z.string().optional(),
  healthChecks: z.array(reference.extend({ apiVersion: z.string() })).default([]),
  postBuild: z
    .looseObject({
      substitute: z.record(z.string(), z.string()).optional(),
      substituteFrom: z
        .array(z.looseObject({ kind: z.string(), name: z.string(), optional: z.boolean().optional() }))
        .optional(),
    })
    .optional(),
  decryption: z
    .looseObject({ provider: z.string(), secretRef: z.looseObject({ name: z.string() }).optional() })
    .optional(),
});

export type KustomizationSpec = z.infer<typeof kustomizationSpecSchema>;

const DEFAULT_INTERVAL_SECONDS = 600;
const MIN_TIMEOUT_SECONDS = 30;

export function intervalSeconds(spec: KustomizationSpec): number {
  return durationSeconds(spec.interval) ?? DEFAULT_INTERVAL_SECONDS;
}

export function retrySeconds(spec: KustomizationSpec): number {
  return durationSeconds(spec.retryInterval) ?? intervalSeconds(spec);
}

/** The time-out of an attempt: its own, or the interval less 30 s, never below 30 s. */
export function timeoutSeconds(spec: KustomizationSpec): number {
  const own = durationSeconds(spec.timeout) ?? intervalSeconds(spec) - MIN_TIMEOUT_SECONDS;
  return Math.max(MIN_TIMEOUT_SECONDS, own);
}
