import type { Staging } from "./backup-provider.ts";

/** Who restores backups, and where their snapshots are. */
export interface BackupSurroundings {
  readonly vaultId: string;
  readonly vaultPrincipalId: string;
  readonly snapshotGroupId: string;
}

/** A scratch cluster as a run wants it. Plain data; its names come from the run and the slot. */
export interface ScratchSpec {
  readonly runId: string;
  /** Which of the run's scratch clusters it is, from 0. */
  readonly slot: number;
  readonly subscriptionId: string;
  readonly region: string;
  /** Of the minor version of the source, and offered in the region. */
  readonly kubernetesVersion: string;
  readonly vmSize: string;
  readonly nodeCount: number;
  /** ISO 8601 in UTC: when the janitor may take it. */
  readonly expiresAt: string;
  readonly backupStorage: { readonly storageAccountId: string; readonly container: string };
  readonly surroundings: BackupSurroundings;
  /** For restores from the vault tier. */
  readonly staging: Staging | null;
}

/** What is made for a scratch cluster, in this order; taking it away goes the other way. */
export const SCRATCH_STEPS = ["group", "cluster", "extension", "trustedAccess", "roles"] as const;
export const TEAR_DOWN_STEPS = ["removeRoles", "removeTrustedAccess", "removeExtension", "removeGroup"] as const;
export type ScratchStep = (typeof SCRATCH_STEPS)[number] | (typeof TEAR_DOWN_STEPS)[number];

/** Identities that get roles. */
export interface ScratchPrincipals {
  /** Of the scratch cluster. */
  readonly cluster: string;
  /** Of its backup extension. */
  readonly extension: string;
}

/** One role for one identity at one place. */
export interface RoleGrant {
  readonly scope: string;
  readonly role: keyof typeof ROLE_IDS;
  readonly principalId: string;
  readonly why: string;
}

/** Built-in roles (learn.microsoft.com/azure/role-based-access-control/built-in-roles). */
export const ROLE_IDS = {
  Reader: "acdd72a7-3385-48ef-bd42-f606fba81ae7",
  Contributor: "b24988ac-6180-42a0-ab88-20f7382dd24c",
  "Storage Blob Data Contributor": "ba92f5b4-2d11-453d-a403-e96b0029c9fe",
  "Storage Blob Data Owner": "b7e6dc6d-f1e8-4753-8033-0f276bb0955b",
  "Storage Account Contributor": "17d1049b-9a84-46fb-8f53-869881c3d3ab",
} as const;

/**
 * The roles that a restore needs, each at the narrowest place that the service accepts ("Back up Azure Kubernetes Service:
 * prerequisites", learn.microsoft.com/azure/backup).
 */
export function scratchRoles(
  { surroundings, backupStorage, staging }: ScratchSpec,
  clusterId: string,
  principals: ScratchPrincipals,
): RoleGrant[] {
  const { vaultPrincipalId, snapshotGroupId } = surroundings;
  const grant = (principalId: string, role: RoleGrant["role"], scope: string, why: string): RoleGrant => ({
    ...{ principalId, role, scope, why },
  });
  const grants = [
    grant(principals.cluster, "Contributor", snapshotGroupId, "the scratch cluster makes disks of snapshots"),
    grant(vaultPrincipalId, "Reader", clusterId, "the vault looks at the cluster that it restores into"),
    grant(vaultPrincipalId, "Reader", snapshotGroupId, "the vault looks at snapshots"),
    grant(
      principals.extension,
      "Storage Blob Data Contributor",
      backupStorage.storageAccountId,
      "the extension reads backups, and writes how a restore went",
    ),
  ];
  if (staging === null) return grants;
  const { resourceGroupId, storageAccountId } = staging;
  return [
    ...grants,
    grant(vaultPrincipalId, "Contributor", resourceGroupId, "the vault hydrates disks in the staging group"),
    grant(vaultPrincipalId, "Storage Account Contributor", storageAccountId, "the vault opens the staging account"),
    grant(vaultPrincipalId, "Storage Blob Data Owner", storageAccountId, "the vault hydrates objects there"),
  ];
}
