import type { BackupProof } from "../domain/preflight/backup-proof.ts";
import { lastPassedAt } from "../domain/restore/proof-history.ts";
import type { ActivityPorts } from "./ports.ts";

/** What reading a cluster's proof needs. */
export type BackupProofPorts = Pick<ActivityPorts, "readFleet" | "restore" | "readProofs">;

/**
 * When a cluster's newest recovery point was taken, by the service that its restore test names (Azure Backup where it has
 * none), and when a restore of it was last proven. Throws DrydockError when the backups cannot be seen.
 */
export async function readBackupProof(
  ports: BackupProofPorts,
  { name, resourceId }: { readonly name: string; readonly resourceId: string },
): Promise<BackupProof> {
  const { config } = await ports.readFleet();
  const test = config.restoreTests?.clusters.find(({ cluster }) => cluster === name);
  const provider = await ports.restore.openProvider(test?.provider ?? "azure-backup");
  const instances = await provider.instances(resourceId);
  const points = (await Promise.all(instances.map((instance) => provider.points(instance)))).flat();
  const taken = points.map(({ takenAt }) => Date.parse(takenAt));
  return {
    newestRecoveryPointAt: taken.length === 0 ? null : new Date(Math.max(...taken)).toISOString(),
    lastProvenRestoreAt: lastPassedAt(await ports.readProofs(name)),
  };
}
