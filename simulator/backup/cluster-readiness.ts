import type { AzureModel } from "../azure/azure-model.ts";
import type { ClusterRecord } from "../azure/records.ts";
import { clusterId } from "../azure/resource-id.ts";
import type { BackupError } from "./backup-records.ts";
import { lastSegment } from "./backups.ts";

const EXTENSION_TYPE = "microsoft.dataprotection.kubernetes";
const OPERATOR_ROLE = "microsoft.dataprotection/backupvaults/backup-operator";

/** The cluster of a resource id, if there is one. */
export function clusterAt(azure: AzureModel, id: string): ClusterRecord | undefined {
  const found = azure.findCluster(lastSegment(id));
  return found && clusterId(found).toLowerCase() === id.toLowerCase() ? found : undefined;
}

/**
 * What keeps a vault from working with a cluster: the cluster itself, the backup extension in it, or the vault's access to
 * it. Codes are those of "Troubleshoot AKS backup and restore"; it has none for the trusted access, whose code is ours.
 */
export function clusterProblem(azure: AzureModel, id: string, vaultId: string): BackupError | undefined {
  const cluster = clusterAt(azure, id);
  if (!cluster) {
    return { code: "UserErrorKubernetesClusterNotFound", message: `The cluster ${id} was not found.` };
  }
  if (cluster.powerState !== "Running" || ["Creating", "Deleting"].includes(cluster.provisioningState)) {
    const message = `The extensions of the cluster ${cluster.name} could not be listed: its API server is not running.`;
    return { code: "KubernetesBackupListExtensionsError", message };
  }
  return extensionProblem(azure, id) ?? accessProblem(azure, id, vaultId);
}

function extensionProblem(azure: AzureModel, id: string): BackupError | undefined {
  const extension = azure
    .resourcesIn(`${id}/providers/Microsoft.KubernetesConfiguration/extensions`)
    .find(({ properties }) => String(properties.extensionType).toLowerCase() === EXTENSION_TYPE);
  if (!extension) {
    const message = "Backup extension is not installed in the target cluster.";
    return { code: "UserErrorKubernetesBackupExtensionNotFoundError", message };
  }
  const state = String(extension.properties.provisioningState);
  if (state === "Succeeded") return undefined;
  const message = `The backup extension ${extension.name} in the cluster is not healthy: its provisioning state is ${state}.`;
  return { code: "UserErrorKubernetesBackupExtensionHasErrors", message };
}

function accessProblem(azure: AzureModel, id: string, vaultId: string): BackupError | undefined {
  const isFor = (source: unknown) => String(source).toLowerCase() === vaultId.toLowerCase();
  const isOperator = (roles: unknown) =>
    Array.isArray(roles) && roles.some((role) => String(role).toLowerCase() === OPERATOR_ROLE);
  const binding = azure
    .resourcesIn(`${id}/trustedAccessRoleBindings`)
    .find(({ properties }) => isFor(properties.sourceResourceId) && isOperator(properties.roles));
  if (binding?.properties.provisioningState === "Succeeded") return undefined;
  const message = `The backup vault ${lastSegment(vaultId)} has no trusted access to the cluster: a role binding with Microsoft.DataProtection/backupVaults/backup-operator is required.`;
  return { code: "UserErrorTrustedAccessRoleBindingNotFound", message };
}
