import { z } from "zod";

const optionalText = z.string().optional().catch(undefined);
/** A variable that is not known here may stand where a truth value belongs. */
const flag = z.boolean().catch(false).default(false);
const dependsOn = z.array(z.looseObject({ name: z.string(), namespace: optionalText })).default([]);
const sourceReference = z.looseObject({ kind: z.string(), name: z.string(), namespace: optionalText });
const named = z.looseObject({ name: z.string() });

/** What is read of a Kustomization of Flux. */
export const kustomizationSchema = z.looseObject({
  path: z.string().default(""),
  sourceRef: sourceReference,
  dependsOn,
  wait: flag,
  suspend: flag,
  targetNamespace: optionalText,
  kubeConfig: z.unknown().optional(),
  healthChecks: z
    .array(z.looseObject({ apiVersion: optionalText, kind: z.string(), name: z.string(), namespace: optionalText }))
    .default([]),
  postBuild: z
    .looseObject({
      substitute: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]).transform(String)).default({}),
      substituteFrom: z
        .array(z.looseObject({ kind: z.enum(["ConfigMap", "Secret"]), name: z.string(), optional: flag }))
        .default([]),
    })
    .optional(),
  decryption: z.looseObject({ provider: z.string(), secretRef: named.optional() }).optional(),
});
export type KustomizationSpec = z.infer<typeof kustomizationSchema>;

/** What is read of a HelmRelease. */
export const helmReleaseSchema = z.looseObject({
  chart: z
    .looseObject({ spec: z.looseObject({ chart: z.string(), version: optionalText, sourceRef: sourceReference }) })
    .optional(),
  chartRef: sourceReference.optional(),
  targetNamespace: optionalText,
  dependsOn,
  suspend: flag,
  kubeConfig: z.unknown().optional(),
  install: z.looseObject({ createNamespace: flag }).optional(),
  valuesFrom: z
    .array(z.looseObject({ kind: z.enum(["ConfigMap", "Secret"]), name: z.string(), optional: flag }))
    .default([]),
});
export type HelmReleaseSpec = z.infer<typeof helmReleaseSchema>;

/** What is read of the sync of a FluxInstance of the Flux operator. */
export const fluxInstanceSchema = z.looseObject({
  sync: z.looseObject({ kind: z.string(), url: z.string(), path: z.string().default(""), name: optionalText }),
});

export const KUSTOMIZE_GROUP = "kustomize.toolkit.fluxcd.io";
export const HELM_GROUP = "helm.toolkit.fluxcd.io";
export const SOURCE_GROUP = "source.toolkit.fluxcd.io";
export const OPERATOR_GROUP = "fluxcd.controlplane.io";
