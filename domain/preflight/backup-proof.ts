/** What is known of a cluster's backups. Instants are ISO 8601 in UTC. */
export interface BackupProof {
  /** Of the newest recovery point that can be restored; null when there is none. */
  readonly newestRecoveryPointAt: string | null;
  /** When a restore of this cluster was last proven; null when none was. */
  readonly lastProvenRestoreAt: string | null;
}
