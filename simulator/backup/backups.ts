import { z } from "zod";
import type { AzureModel } from "../azure/azure-model.ts";
import { GroupIndex } from "../azure/group-index.ts";
import type { ResourceRecord } from "../azure/records.ts";
import type { Collection } from "../state/store.ts";
import type { BackupFaults } from "./backup-faults.ts";
import {
  type BackupJob,
  type BackupOperation,
  backupOperationSchema,
  jobSchema,
  pointSchema,
  type RecoveryPoint,
} from "./backup-records.ts";
import { type Contents, parseContents } from "./cluster-contents.ts";
import { type InstanceProperties, instanceSchema } from "./kubernetes-request.ts";

export const VAULT_TYPE = "Microsoft.DataProtection/backupVaults";
export const POLICY_TYPE = `${VAULT_TYPE}/backupPolicies`;
export const INSTANCE_TYPE = `${VAULT_TYPE}/backupInstances`;

/** What Azure Backup keeps beside its resources: recovery points and what is in them, jobs, operations, what is due. */
export class Backups {
  readonly azure: AzureModel;
  readonly faults: BackupFaults;
  readonly points: Collection<RecoveryPoint>;
  readonly jobs: Collection<BackupJob>;
  readonly operations: Collection<BackupOperation>;
  readonly contents: Collection<Contents>;
  /** When each instance is backed up next, by its id in lower case. */
  readonly due: Collection<number>;
  readonly #pointsByInstance: GroupIndex<RecoveryPoint>;
  readonly #jobsByVault: GroupIndex<BackupJob>;
  readonly #instancesByCluster: GroupIndex<ResourceRecord>;

  constructor(azure: AzureModel, faults: BackupFaults) {
    const { store } = azure.world;
    this.azure = azure;
    this.faults = faults;
    this.points = store.collection("backup-points", (value) => pointSchema.parse(value));
    this.jobs = store.collection("backup-jobs", (value) => jobSchema.parse(value));
    this.operations = store.collection("backup-operations", (value) => backupOperationSchema.parse(value));
    this.contents = store.collection("backup-contents", parseContents);
    this.due = store.collection("backup-due", (value) => z.number().parse(value));
    this.#pointsByInstance = new GroupIndex(this.points, ({ instanceId }) => instanceId);
    this.#jobsByVault = new GroupIndex(this.jobs, ({ vaultId }) => vaultId);
    this.#instancesByCluster = new GroupIndex(azure.resources, (resource) =>
      resource.type === INSTANCE_TYPE ? protectedCluster(resource) : undefined,
    );
  }

  /** The recovery points of an instance that have not expired, newest first. */
  pointsOf(instanceId: string): RecoveryPoint[] {
    const { nowMs } = this.azure.world;
    return this.#pointsByInstance
      .valuesOf(instanceId.toLowerCase())
      .filter(({ stores }) => stores.some(({ expiresMs }) => expiresMs > nowMs))
      .sort((left, right) => right.atMs - left.atMs);
  }

  /** All that is kept of an instance's points, also the expired ones. */
  keptPointsOf(instanceId: string): RecoveryPoint[] {
    return this.#pointsByInstance.valuesOf(instanceId.toLowerCase());
  }

  jobsOf(vaultId: string): BackupJob[] {
    return this.#jobsByVault.valuesOf(vaultId.toLowerCase());
  }

  /** The instances that protect a cluster. */
  instancesOf(clusterId: string): ResourceRecord[] {
    return this.#instancesByCluster.valuesOf(clusterId.toLowerCase());
  }
}

/** What an instance is, read. Throws a ZodError when it was kept by another version. */
export function propertiesOf(instance: ResourceRecord): InstanceProperties {
  return instanceSchema.parse(instance.properties);
}

/** The vault that an instance, a policy or anything else below a vault lies in. */
export function vaultIdOf(id: string): string {
  return /^.*?\/backupVaults\/[^/]+/i.exec(id)?.[0] ?? "";
}

/** The last segment of an id. */
export function lastSegment(id: string): string {
  return id.slice(id.lastIndexOf("/") + 1);
}

function protectedCluster(instance: ResourceRecord): string {
  return propertiesOf(instance).dataSourceInfo.resourceID.toLowerCase();
}
