import type { Severity } from "../finding.ts";
import { type KnownFacts, preflightRule } from "./preflight-rule.ts";

const HOUR_MS = 3_600_000;

/** `takeBackup` blocks as long as the backup is not taken: what was wanted before the change is not there. */
function severityOf({ policy }: KnownFacts): Severity {
  return policy.backup.policy === "warn" ? "warning" : "blocker";
}

function ageMs(instant: string | null, nowMs: number): number {
  return instant === null ? Number.POSITIVE_INFINITY : nowMs - Date.parse(instant);
}

/** A change without a fresh backup cannot be undone where data is concerned. */
export const backupNotFresh = preflightRule({
  code: "BackupNotFresh",
  severity: "blocker",
  sentence: "The newest recovery point is younger than the ring wants it to be, where the ring's policy asks for that.",
  remedy: "Take a backup now, or see why the scheduled one failed, and run again.",
  needs: ["backup"],
  applies: ({ policy }) => policy.backup.policy !== "ignore",
  check: (facts) => {
    const { newestRecoveryPointAt } = facts.backup;
    const { maxAgeHours } = facts.policy.backup;
    if (ageMs(newestRecoveryPointAt, facts.nowMs) <= maxAgeHours * HOUR_MS) return [];
    const message =
      newestRecoveryPointAt === null
        ? "there is no recovery point"
        : `the newest recovery point is older than ${maxAgeHours} h`;
    const evidence = [`newest recovery point: ${newestRecoveryPointAt ?? "none"}`];
    return [{ subject: facts.plan.name, message, evidence, severity: severityOf(facts) }];
  },
});

/** A backup that was never restored is a hope. */
export const restoreNotProven = preflightRule({
  code: "RestoreNotProven",
  severity: "blocker",
  sentence: "A restore of the cluster was proven within the time that the ring wants, where its policy asks for that.",
  remedy: "Run a restore test of the cluster.",
  needs: ["backup"],
  applies: ({ policy }) => policy.backup.policy === "warn" || policy.backup.policy === "block",
  check: (facts) => {
    const { lastProvenRestoreAt } = facts.backup;
    const { provenWithinDays } = facts.policy.backup;
    if (ageMs(lastProvenRestoreAt, facts.nowMs) <= provenWithinDays * 24 * HOUR_MS) return [];
    const message = `no restore of this cluster was proven within ${provenWithinDays} days`;
    const evidence = [`last proven restore: ${lastProvenRestoreAt ?? "none"}`];
    return [{ subject: facts.plan.name, message, evidence, severity: severityOf(facts) }];
  },
});
