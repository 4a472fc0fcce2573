import { z } from "zod";
import type { Selection } from "./selection.ts";

const texts = z.array(z.string()).nullish();

const choice = {
  includeClusterScopeResources: z.boolean().default(true),
  includedNamespaces: texts,
  excludedNamespaces: texts,
  includedResourceTypes: texts,
  excludedResourceTypes: texts,
  labelSelectors: texts,
};

/** What of a cluster an instance backs up. */
export const backupParametersSchema = z.looseObject({
  objectType: z.literal("KubernetesClusterBackupDatasourceParameters"),
  snapshotVolumes: z.boolean().default(true),
  ...choice,
});

const criterion = z.looseObject({
  objectType: z.enum(["KubernetesClusterRestoreCriteria", "KubernetesClusterVaultTierRestoreCriteria"]),
  ...choice,
  persistentVolumeRestoreMode: z.enum(["RestoreWithVolumeData", "RestoreWithoutVolumeData"]).nullish(),
  conflictPolicy: z.enum(["Skip", "Patch"]).nullish(),
  namespaceMappings: z.record(z.string(), z.string()).nullish(),
  resourceModifierReference: z.looseObject({ name: z.string(), namespace: z.string() }).nullish(),
  stagingResourceGroupId: z.string().nullish(),
  stagingStorageAccountId: z.string().nullish(),
});

/** The service takes names of properties in any case; clients spell this one in two ways. */
const datasource = z
  .looseObject({ resourceID: z.string().optional(), resourceId: z.string().optional() })
  .transform((value) => ({ ...value, resourceID: value.resourceID ?? value.resourceId ?? "" }))
  .refine(({ resourceID }) => resourceID !== "", "resourceID is missing");

/** A request to restore a cluster from a recovery point. */
export const restoreRequestSchema = z.looseObject({
  objectType: z.literal("AzureBackupRecoveryPointBasedRestoreRequest"),
  recoveryPointId: z.string().min(1),
  sourceDataStoreType: z.enum(["OperationalStore", "VaultStore"]),
  restoreTargetInfo: z.looseObject({
    objectType: z.literal("ItemLevelRestoreTargetInfo"),
    recoveryOption: z.literal("FailIfExists"),
    restoreLocation: z.string().nullish(),
    datasourceInfo: datasource,
    restoreCriteria: z.array(criterion).length(1),
  }),
});

/** What an instance is asked to be. */
export const instanceSchema = z.looseObject({
  friendlyName: z.string().nullish(),
  objectType: z.literal("BackupInstance"),
  dataSourceInfo: datasource,
  policyInfo: z.looseObject({
    policyId: z.string().min(1),
    policyParameters: z
      .looseObject({ backupDatasourceParametersList: z.array(backupParametersSchema).nullish() })
      .nullish(),
  }),
});

export type RestoreRequest = z.infer<typeof restoreRequestSchema>;
export type InstanceProperties = z.infer<typeof instanceSchema>;

/** What the criteria or parameters of a request take in. */
export function selectionIn(chosen: z.infer<z.ZodObject<typeof choice>>): Selection {
  return {
    includedNamespaces: chosen.includedNamespaces ?? [],
    excludedNamespaces: chosen.excludedNamespaces ?? [],
    includedResourceTypes: chosen.includedResourceTypes ?? [],
    excludedResourceTypes: chosen.excludedResourceTypes ?? [],
    labelSelectors: chosen.labelSelectors ?? [],
    includeClusterScope: chosen.includeClusterScopeResources,
  };
}

/** Namespaces that Azure Backup leaves alone. */
const SYSTEM_NAMESPACES = ["kube-system", "kube-public", "kube-node-lease", "dataprotection-microsoft"];

/** What of its cluster an instance backs up. */
export function selectionOf({ policyInfo }: InstanceProperties): Selection {
  const parameters =
    policyInfo.policyParameters?.backupDatasourceParametersList?.[0] ??
    backupParametersSchema.parse({ objectType: "KubernetesClusterBackupDatasourceParameters" });
  const selection = selectionIn(parameters);
  return { ...selection, excludedNamespaces: [...selection.excludedNamespaces, ...SYSTEM_NAMESPACES] };
}
