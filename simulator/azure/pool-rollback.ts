import type { AzureModel } from "./azure-model.ts";
import type { OperationRecord, PoolRecord } from "./records.ts";

/** How long after an upgrade a pool can be rolled back (learn.microsoft.com/azure/aks/roll-back-node-pool-version). */
const ROLLBACK_MS = 7 * 86_400_000;

/** What a pool may be rolled back to, as its upgrade profile lists it. */
export function recentlyUsedVersions(azure: AzureModel, { recentlyUsed }: PoolRecord) {
  if (!recentlyUsed || azure.world.nowMs - recentlyUsed.atMs > ROLLBACK_MS) return [];
  const { atMs, ...software } = recentlyUsed;
  return [{ ...software, timestamp: new Date(atMs).toISOString() }];
}

/** What a pool has run before, once an operation has ended: an upgrade can be rolled back, and a rollback cannot. */
export function recentlyUsedAfter(
  azure: AzureModel,
  pool: PoolRecord,
  { targetImage, targetVersion }: Pick<OperationRecord, "targetImage" | "targetVersion">,
): Pick<PoolRecord, "recentlyUsed"> {
  const { recentlyUsed, nodeImageVersion, settings } = pool;
  const { orchestratorVersion } = settings;
  const isSame = targetImage === nodeImageVersion && targetVersion === orchestratorVersion;
  if (isSame) return recentlyUsed ? { recentlyUsed } : {};
  const isBack = targetImage === recentlyUsed?.nodeImageVersion && targetVersion === recentlyUsed.orchestratorVersion;
  return isBack ? {} : { recentlyUsed: { orchestratorVersion, nodeImageVersion, atMs: azure.world.nowMs } };
}
