import type { Failure } from "../errors.ts";

/** The services that keep backups. */
export type ProviderName = "azure-backup" | "velero";

/** Whether backups of a cluster are being made. */
export type Protection = "protected" | "pending" | "stopped" | "error";

/** How the newest backup job of an instance ended. */
export interface LastBackup {
  readonly status: "running" | "completed" | "partial" | "failed" | "cancelled";
  readonly startedAt: string;
  /** What the service said went wrong; empty when nothing did. */
  readonly message: string;
}

/** A cluster that a service backs up: what recovery points belong to. Plain data, so that a history can hold it. */
export interface BackupInstance {
  readonly provider: ProviderName;
  /** Resource id in Azure Backup; `namespace/name` of Velero's storage location in the cluster that is backed up. */
  readonly id: string;
  readonly name: string;
  /** Resource id of the cluster. */
  readonly clusterId: string;
  /** Region of the cluster; null when the service does not know it. */
  readonly location: string | null;
  readonly protection: Protection;
  /** The service's own word for it, with its error. */
  readonly protectionDetail: string;
  readonly lastBackup: LastBackup | null;
  /** Namespaces that backups hold; empty for all. */
  readonly includedNamespaces: readonly string[];
  readonly excludedNamespaces: readonly string[];
  /** Whether backups hold the data of volumes. */
  readonly hasVolumeData: boolean;
}

/** Where the copy of a recovery point is kept. */
export type Tier = "operational" | "vault" | "object-store";

/** What a restore can go back to. Instants are ISO 8601 in UTC. */
export interface RecoveryPoint {
  readonly id: string;
  /** The instant that its data is of. */
  readonly takenAt: string;
  /** When the service deletes it; null when it does not say. */
  readonly expiresAt: string | null;
  /** False for one that the service made in part. */
  readonly isComplete: boolean;
  /** Copies that can be restored, the nearest first. */
  readonly tiers: readonly Tier[];
}

/** A namespaced object that the service reads in the target cluster: a hook or a resource modifier. */
export interface ObjectReference {
  readonly name: string;
  readonly namespace: string;
}

/** What of a recovery point is restored, and how. Empty lists mean everything. */
export interface RestoreScope {
  readonly includedNamespaces: readonly string[];
  readonly excludedNamespaces: readonly string[];
  /** In the provider's words: `apps/v1/Deployment` for Azure Backup, `deployments.apps` for Velero. */
  readonly includedResources: readonly string[];
  readonly excludedResources: readonly string[];
  /** `key=value`; each must hold. */
  readonly labelSelectors: readonly string[];
  /** From the namespace in the backup to the one in the target. */
  readonly namespaceMappings: Readonly<Record<string, string>>;
  readonly clusterResources: boolean;
  readonly volumeData: boolean;
  readonly conflicts: "skip" | "update";
  readonly hooks: readonly ObjectReference[];
  readonly modifier: ObjectReference | null;
}

/** Where a restore from the vault tier puts what it hydrates. The service leaves it there. */
export interface Staging {
  readonly resourceGroupId: string;
  readonly storageAccountId: string;
}

/** A restore of one recovery point into one cluster. */
export interface RestoreRequest {
  readonly runId: string;
  readonly instance: BackupInstance;
  readonly pointId: string;
  readonly tier: Tier;
  /** Resource id of the cluster to restore into. */
  readonly targetClusterId: string;
  readonly targetLocation: string;
  readonly scope: RestoreScope;
  /** Needed for the vault tier. */
  readonly staging: Staging | null;
  /** When the run first asked: a restore that the service began earlier is another one. */
  readonly askedAt: string;
}

/** An object that was not restored, or not as it was. */
export interface RestoreProblem {
  /** As the service names it: `deployments.apps/shop/cart`; "" when it is about the whole restore. */
  readonly object: string;
  readonly code: string;
  readonly message: string;
  /** What the service recommends; "" when it does not. */
  readonly remedy: string;
}

/** A part of a job, in the service's words. */
export interface RestoreTask {
  readonly name: string;
  readonly status: string;
  readonly percent: number | null;
}

/** How far a restore or a backup is. */
export interface RestoreProgress {
  /** Null when the service does not say. */
  readonly percent: number | null;
  readonly tasks: readonly RestoreTask[];
  readonly problems: readonly RestoreProblem[];
  /** Data that was moved; null when the service does not say. */
  readonly bytes: number | null;
}

/** How an operation of a service stands. Plain data: an orchestration keeps it between two looks. */
export interface BackupOperation {
  /** `partial`: it ended, and some objects are not as they were. */
  readonly status: "running" | "completed" | "partial" | "failed" | "cancelled";
  /** Why it failed or was cancelled; null otherwise. */
  readonly failure: Failure | null;
  /** What the provider knows it by; opaque to everybody else. */
  readonly handle: string;
  /** How the service's users find it: the job's id or the object's name; null before it has one. */
  readonly job: string | null;
  readonly retryAfterSeconds: number;
  readonly polls: number;
  readonly progress: RestoreProgress;
  /** By the service's clock; null before it says so. */
  readonly startedAt: string | null;
  readonly endedAt: string | null;
}

/** Kinds of volumes, by what makes their snapshots. */
export type VolumeKind = "azure-disk" | "azure-disk-v2" | "azure-file" | "other";

/** What a service cannot do; foreseen in a plan instead of met at three in the morning. */
export interface ProviderLimits {
  /** Restores of one instance in a day; null without a limit. */
  readonly restoresPerDay: number | null;
  /** Whether the target must be in the region of the backup. */
  readonly isRegional: boolean;
  readonly volumeKinds: readonly VolumeKind[];
  readonly supportsWindowsNodes: boolean;
  readonly supportsArmNodes: boolean;
  /** Whether another Velero in the target cluster stands in its way. */
  readonly excludesVelero: boolean;
  readonly namespacesMax: number | null;
}

/** Which recovery points are asked for; both ends of the span are optional. */
export interface PointQuery {
  readonly fromAt?: string;
  readonly untilAt?: string;
}

/**
 * A service that keeps backups. Every call throws DrydockError when the service could not be asked; how an operation went is
 * in its answer. Beginning twice is beginning once: each looks before it acts.
 */
export interface BackupProvider {
  readonly name: ProviderName;
  readonly limits: ProviderLimits;
  /** What backs this cluster up; empty when nothing does. */
  instances(clusterId: string): Promise<BackupInstance[]>;
  /** Newest first. */
  points(instance: BackupInstance, query?: PointQuery): Promise<RecoveryPoint[]>;
  /** When restores of the instance began, since an instant, by anybody. */
  restoresSince(instance: BackupInstance, sinceAt: string): Promise<string[]>;
  beginValidation(request: RestoreRequest): Promise<BackupOperation>;
  beginRestore(request: RestoreRequest): Promise<BackupOperation>;
  /** Takes a backup now. A backup that began at or after `askedAt` is the one that was asked for. */
  beginBackup(instance: BackupInstance, askedAt: string): Promise<BackupOperation>;
  /** Looks once at what was begun. */
  poll(operation: BackupOperation): Promise<BackupOperation>;
}

/** Nothing moved yet. */
export const NO_PROGRESS: RestoreProgress = { percent: null, tasks: [], problems: [], bytes: null };
