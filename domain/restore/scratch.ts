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
  readonly nodeLabels: Readonly<Record<string, string>>;
  /** ISO 8601 in UTC: when the janitor may take it. */
  readonly expiresAt: string;
  /** For the backup extension of Azure Backup; null where another service restores. */
  readonly backupStorage: { readonly storageAccountId: string; readonly container: string } | null;
  /** Of Azure Backup; null where another service restores. */
  readonly surroundings: BackupSurroundings | null;
  /** For restores from the vault tier; `isOwn` when the run makes it, within its own resource group. */
  readonly staging: (Staging & { readonly isOwn: boolean }) | null;
}

/** What a scratch cluster and its surroundings are called: the same for the same run and slot. */
export interface ScratchNames {
  readonly group: string;
  readonly groupId: string;
  readonly cluster: string;
  readonly clusterId: string;
  readonly extension: string;
  readonly binding: string;
  /** Where the vault tier hydrates objects, when the plan names no such place. */
  readonly stagingAccountId: string;
}

/** What is made for a scratch cluster, in this order; taking it away goes the other way. */
export const SCRATCH_STEPS = ["group", "staging", "cluster", "extension", "trustedAccess", "roles"] as const;
export const TEAR_DOWN_STEPS = ["removeRoles", "removeTrustedAccess", "removeExtension", "removeGroup"] as const;
export type ScratchStep = (typeof SCRATCH_STEPS)[number] | (typeof TEAR_DOWN_STEPS)[number];

/** Longest that a step may take before it is given up. */
export const MINUTES_OF_STEP: Readonly<Record<ScratchStep, number>> = {
  group: 10,
  staging: 15,
  cluster: 60,
  extension: 30,
  trustedAccess: 15,
  roles: 15,
  removeRoles: 15,
  removeTrustedAccess: 15,
  removeExtension: 30,
  removeGroup: 60,
};

/** What is made for a scratch cluster; without Azure Backup that is the cluster alone. */
export function scratchStepsOf({
  surroundings,
  staging,
}: Pick<ScratchSpec, "surroundings" | "staging">): ReadonlyArray<(typeof SCRATCH_STEPS)[number]> {
  if (surroundings === null) return ["group", "cluster"];
  return SCRATCH_STEPS.filter((step) => step !== "staging" || staging?.isOwn === true);
}

/**
 * What is taken away after a test: all of it, or only what was made for the test in a cluster into which another one comes.
 */
export function tearDownStepsOf(
  { surroundings }: ScratchSpec,
  what: "all" | "of-test",
): ReadonlyArray<(typeof TEAR_DOWN_STEPS)[number]> {
  if (surroundings === null) return what === "all" ? ["removeGroup"] : [];
  return what === "all" ? TEAR_DOWN_STEPS : ["removeRoles", "removeTrustedAccess"];
}

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
  // Who restores without the service brings rights along, or has none to be given.
  if (surroundings === null || backupStorage === null) return [];
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
