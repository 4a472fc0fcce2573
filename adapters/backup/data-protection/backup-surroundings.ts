import { DrydockError, terminal } from "../../../domain/errors.ts";
import type { BackupSurroundings } from "../../../domain/restore/scratch.ts";
import type { ArmSettings } from "../../azure/arm-client.ts";
import { nameOf, vaultOf } from "./backup-instances.ts";
import { openDataProtection } from "./data-protection-client.ts";
import { backupInstanceResourceSchema, backupVaultResourceSchema } from "./models.ts";

/** Reads who restores an instance's backups, and where its snapshots are. Throws DrydockError. */
export async function readBackupSurroundings(settings: ArmSettings, instanceId: string): Promise<BackupSurroundings> {
  const client = await openDataProtection(settings);
  const vaultId = vaultOf(instanceId);
  const asked = `read what surrounds the backups of ${nameOf(instanceId)}`;
  const vault = await client.get({ path: vaultId, schema: backupVaultResourceSchema, asked });
  const instance = await client.get({ path: instanceId, schema: backupInstanceResourceSchema, asked });
  const stores = instance.value.properties?.policyInfo.policyParameters?.dataStoreParametersList ?? [];
  const snapshotGroupId = stores.find(({ resourceGroupId }) => resourceGroupId)?.resourceGroupId;
  const vaultPrincipalId = vault.value.identity?.principalId;
  if (snapshotGroupId && vaultPrincipalId) return { vaultId, vaultPrincipalId, snapshotGroupId };
  const lacks = vaultPrincipalId ? "the instance names no resource group of snapshots" : "the vault has no identity";
  throw new DrydockError(terminal("Invalid", `could not ${asked}: ${lacks}`));
}
