import { z } from "zod";

const reference = z.looseObject({ kind: z.string(), name: z.string(), namespace: z.string().optional() });
const action = z.looseObject({
  createNamespace: z.boolean().optional(),
  disableWait: z.boolean().optional(),
  remediation: z.looseObject({ retries: z.number().int().optional() }).optional(),
});

/** What the helm controller reads of a HelmRelease. */
export const helmReleaseSpecSchema = z.looseObject({
  interval: z.string(),
  timeout: z.string().optional(),
  releaseName: z.string().optional(),
  targetNamespace: z.string().optional(),
  storageNamespace: z.string().optional(),
  chart: z
    .looseObject({ spec: z.looseObject({ chart: z.string(), version: z.string().default("*"), sourceRef: reference }) })
    .optional(),
  chartRef: reference.optional(),
  dependsOn: z.array(z.looseObject({ name: z.string(), namespace: z.string().optional() })).default([]),
  values: z.record(z.string(), z.unknown()).optional(),
  valuesFrom: z
    .array(
      z.looseObject({
        kind: z.string(),
        name: z.string(),
        valuesKey: z.string().default("values.yaml"),
        targetPath: z.string().optional(),
        optional: z.boolean().optional(),
      }),
    )
    .default([]),
  install: action.optional(),
  upgrade: action.optional(),
});

export type HelmReleaseSpec = z.infer<typeof helmReleaseSpecSchema>;

const historyEntry = z.looseObject({
  name: z.string(),
  namespace: z.string(),
  version: z.number().int(),
  status: z.string(),
  action: z.enum(["install", "upgrade"]),
  chartName: z.string(),
  chartVersion: z.string(),
  configDigest: z.string(),
});

/** What the controller reads of its own status. */
export const helmReleaseStatusSchema = z.looseObject({
  history: z.array(historyEntry).default([]),
  failures: z.number().default(0),
  installFailures: z.number().default(0),
  upgradeFailures: z.number().default(0),
  lastAttemptedGeneration: z.number().optional(),
  inventory: z.looseObject({ entries: z.array(z.object({ id: z.string(), v: z.string() })) }).optional(),
});

export type ReleaseEntry = z.infer<typeof historyEntry>;
