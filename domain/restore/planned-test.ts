import { byGravity, type Finding } from "../finding.ts";
import type { BackupInstance, RestoreRequest, RestoreScope, Staging, Tier } from "./backup-provider.ts";
import type { Objectives, RestoreTest, ScratchPlan } from "./restore-plan.ts";
import type { BackupSurroundings, ScratchNames, ScratchSpec } from "./scratch.ts";

/** The test of one cluster's backup as its run goes by it: frozen when the run begins. */
export interface TestInput {
  readonly runId: string;
  readonly cluster: string;
  /** Of the cluster that was backed up. */
  readonly resourceId: string;
  readonly test: RestoreTest;
  readonly objectives: Objectives;
  readonly scratch: ScratchPlan;
  /** `latest` and so on. */
  readonly point: string;
  readonly keepHours: number;
  /** Which of the run's scratch clusters it restores into. */
  readonly slot: number;
}

/** The point that is restored, and the copy of it. */
export interface ChosenPoint {
  readonly id: string;
  readonly takenAt: string;
  readonly tier: Tier;
}

/** What a test will restore, and into what. Looked up, nothing is made. */
export interface PlannedTest {
  /** Null when nothing backs the cluster up, or that could not be asked. */
  readonly instance: BackupInstance | null;
  /** Null when there is none that can be restored. */
  readonly point: ChosenPoint | null;
  /** What of it, without what would undo the isolation, and only in namespaces that are isolated first. */
  readonly scope: RestoreScope;
  /** Namespaces in the scratch cluster that the restore fills; null when they cannot be known. */
  readonly namespaces: readonly string[] | null;
  /** Minor version of Kubernetes of the scratch cluster. */
  readonly kubernetesVersion: string;
  readonly region: string;
  readonly surroundings: BackupSurroundings | null;
  readonly names: ScratchNames;
  readonly findings: readonly Finding[];
}

/** What is wrong with the backups themselves: without a backup that can be restored the test has failed. */
const NO_BACKUP: ReadonlySet<string> = new Set(["BackupMissing", "RecoveryPointMissing"]);

/** Why a test does not begin: what its plan has found, by what that says of the backup. Null when it may begin. */
export function hindranceOf({ findings }: Pick<PlannedTest, "findings">): {
  readonly outcome: "failed" | "could-not";
  readonly reason: string;
} | null {
  const [blocker] = byGravity(findings).filter(({ severity }) => severity === "blocker");
  if (!blocker) return null;
  const missing = findings.find(({ code }) => NO_BACKUP.has(code));
  return { outcome: missing ? "failed" : "could-not", reason: (missing ?? blocker).message };
}

/** How long what a test makes may live, in hours: as the plan says, and longer for a longer look than the plan has. */
export function lifeHours({ keepHours, scratch: { expiryHours } }: Pick<TestInput, "keepHours" | "scratch">): number {
  return keepHours < expiryHours ? expiryHours : expiryHours + keepHours;
}

/** The scratch cluster of a test. */
export function scratchSpec(
  { runId, slot, scratch, test }: TestInput,
  planned: Pick<PlannedTest, "kubernetesVersion" | "region" | "surroundings" | "point" | "names">,
  expiresAt: string,
): ScratchSpec {
  const { subscriptionId, vmSize, nodeCount, nodeLabels, backupStorage } = scratch;
  const { kubernetesVersion, region, surroundings } = planned;
  const isService = test.provider === "azure-backup";
  return {
    ...{ runId, slot, subscriptionId, region, kubernetesVersion, vmSize, nodeCount, nodeLabels, expiresAt },
    backupStorage: isService ? backupStorage : null,
    surroundings,
    staging: stagingOf(test, planned),
  };
}

/** The restore that a test asks for; null when its plan has nothing to restore. */
export function restoreRequestOf(
  input: TestInput,
  { instance, point, scope, region, names }: PlannedTest,
  askedAt: string,
): RestoreRequest | null {
  if (!instance || !point) return null;
  return {
    ...{ runId: input.runId, instance, pointId: point.id, tier: point.tier, scope, askedAt },
    ...{
      targetClusterId: names.clusterId,
      targetLocation: region,
      staging: stagingPlace(input.test, { point, names }),
    },
  };
}

/** Where the vault tier hydrates: where the plan says, else beside the scratch cluster, with which it goes. */
function stagingOf(
  { staging }: RestoreTest,
  { point, names }: Pick<PlannedTest, "point" | "names">,
): ScratchSpec["staging"] {
  if (point?.tier !== "vault") return null;
  if (staging) return { ...staging, isOwn: false };
  return { resourceGroupId: names.groupId, storageAccountId: names.stagingAccountId, isOwn: true };
}

function stagingPlace(test: RestoreTest, planned: Pick<PlannedTest, "point" | "names">): Staging | null {
  const staging = stagingOf(test, planned);
  return staging && { resourceGroupId: staging.resourceGroupId, storageAccountId: staging.storageAccountId };
}

/** What of a recovery point a test restores, and how. */
export function scopeOf(test: RestoreTest): RestoreScope {
  const { includedNamespaces, excludedNamespaces, includedResources, excludedResources, labelSelectors } = test;
  const { namespaceMappings, clusterResources, volumeData, conflicts, hooks, modifier } = test;
  return {
    ...{ includedNamespaces, excludedNamespaces, includedResources, excludedResources, labelSelectors },
    ...{ namespaceMappings, clusterResources, volumeData, conflicts, hooks, modifier },
  };
}
