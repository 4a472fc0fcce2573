import type { Finding, Severity } from "../finding.ts";
import { parseVersion } from "../version-skew.ts";
import type { BackupInstance, ProviderLimits, VolumeKind } from "./backup-provider.ts";

/** A volume of the source, as far as its restore is concerned. */
export interface SourceVolume {
  /** namespace/name of its claim. */
  readonly claim: string;
  readonly kind: VolumeKind;
}

/** What a restore is foreseen by. */
export interface ForeseenInput {
  readonly cluster: string;
  readonly instance: BackupInstance;
  readonly limits: ProviderLimits;
  readonly targetLocation: string;
  /** Instants of restores of the instance, by anybody. */
  readonly restoresAt: readonly string[];
  readonly nowMs: number;
  /** Versions of Kubernetes. */
  readonly sourceVersion: string;
  readonly targetVersion: string;
  readonly volumes: readonly SourceVolume[];
  readonly namespaces: number;
  /** Of the target. */
  readonly hasWindowsNodes: boolean;
  readonly hasArmNodes: boolean;
  /** Whether the target has a Velero that is not the provider's own. */
  readonly hasVelero: boolean;
}

const DAY_MS = 86_400_000;

/** What the service will refuse, or not restore as it was: known before anything is made. */
export function foreseenFindings(input: ForeseenInput): Finding[] {
  const { limits, instance, cluster } = input;
  const findings: Finding[] = [];
  const add = (code: string, severity: Severity, message: string, evidence: string[], remedy: string) =>
    findings.push({ code, severity, subject: instance.name, message, evidence, remedy, cluster });
  const today = input.restoresAt.filter((at) => input.nowMs - Date.parse(at) < DAY_MS);
  if (limits.restoresPerDay !== null && today.length >= limits.restoresPerDay) {
    const remedy = `Run again after ${new Date(Math.min(...today.map(Date.parse)) + DAY_MS).toISOString()}.`;
    const message = `${today.length} restores of ${instance.name} were made within a day; the service allows ${limits.restoresPerDay}`;
    add("RestoreLimitReached", "blocker", message, today, remedy);
  }
  if (limits.isRegional && instance.location !== null && !isSame(instance.location, input.targetLocation)) {
    const message = `backups of ${cluster} are restored in ${instance.location} only, and the scratch cluster would be in ${input.targetLocation}`;
    add("OtherRegion", "blocker", message, [], "Set restoreTests.scratch.region to the region of the backup.");
  }
  const lost = instance.hasVolumeData ? input.volumes.filter(({ kind }) => !limits.volumeKinds.includes(kind)) : [];
  if (lost.length > 0) {
    const message = `${lost.length} of ${input.volumes.length} volumes are of kinds whose data the service does not back up`;
    const evidence = lost.map(({ claim, kind }) => `${claim}: ${kind}`);
    add("VolumeNotBackedUp", "warning", message, evidence, "Back their data up another way, and prove that.");
  }
  if (!instance.hasVolumeData && input.volumes.length > 0) {
    const message = `backups of ${cluster} hold no data of volumes, and it has ${input.volumes.length}`;
    const evidence = input.volumes.map(({ claim }) => claim);
    add("BackupWithoutVolumes", "warning", message, evidence, "Configure the backup instance with volume snapshots.");
  }
  if (limits.namespacesMax !== null && input.namespaces > limits.namespacesMax) {
    const message = `${cluster} has ${input.namespaces} namespaces; the service backs up ${limits.namespacesMax}`;
    add("TooManyNamespaces", "warning", message, [], "Split the namespaces among several backup instances.");
  }
  addTargetFindings(input, add);
  return findings;
}

function addTargetFindings(
  { limits, sourceVersion, targetVersion, ...target }: ForeseenInput,
  add: (code: string, severity: Severity, message: string, evidence: string[], remedy: string) => void,
): void {
  const [from, to] = [parseVersion(sourceVersion), parseVersion(targetVersion)];
  if (!from || !to || from.major !== to.major || from.minor !== to.minor) {
    const message = `the scratch cluster would run Kubernetes ${targetVersion || "of an unknown version"}, and the backup is of ${sourceVersion || "an unknown one"}`;
    const remedy = "Objects of APIs that only one of them has are not restored; use the source's minor version.";
    add("KubernetesVersionSkew", "warning", message, [], remedy);
  }
  if (target.hasWindowsNodes && !limits.supportsWindowsNodes) {
    const message = "the backup extension does not run in a cluster with Windows nodes";
    add("WindowsNodes", "blocker", message, [], "Restore into a cluster of Linux nodes.");
  }
  if (target.hasArmNodes && !limits.supportsArmNodes) {
    const message = "the backup extension does not run on Arm64 nodes";
    add("ArmNodes", "blocker", message, [], "Choose a size of nodes with an x64 processor.");
  }
  if (target.hasVelero && limits.excludesVelero) {
    const message = "the target has a Velero of its own, beside which the backup extension does not work";
    add("OtherVelero", "blocker", message, [], "Restore into a cluster without it, or test with the provider velero.");
  }
}

/** Regions are written as `West Europe`, too. */
function isSame(left: string, right: string): boolean {
  const plain = (text: string) => text.replaceAll(" ", "").toLowerCase();
  return plain(left) === plain(right);
}
