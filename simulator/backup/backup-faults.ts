import type { FaultBook } from "../faults/fault-book.ts";
import { agrees, hit } from "../faults/rule-match.ts";
import type { BackupSection } from "./backup-section.ts";

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;

/** What is in store for a restore. */
export type RestoreFault = Pick<BackupSection["restores"][number], "fail" | "leaveOut" | "stuckHours">;

/** How long backups and restores take, in seconds. */
export type BackupPace = Pick<BackupSection, "backupSeconds" | "restoreSeconds" | "objectSeconds" | "gibSeconds">;

/** Decides what goes wrong with backups. Instants are on the world's clock. */
export interface BackupFaults {
  readonly pace: BackupPace;
  /** Whether the scheduled backup of this instant comes to nothing. */
  isMissing(facts: { readonly cluster: string; readonly vault: string }, atMs: number): boolean;
  /** Whether a volume's data, as it was backed up at this instant, is not what it was. */
  isCorrupt(
    facts: { readonly cluster: string; readonly namespace: string; readonly claim: string },
    atMs: number,
  ): boolean;
  /** Whether what was backed up at this instant lacks an object (`Kind/namespace/name`), although nobody says so. */
  lacks(facts: { readonly cluster: string }, object: string, atMs: number): boolean;
  /** What is in store for a restore that begins; asked once for each, inside a change. */
  restore(facts: { readonly source: string; readonly target: string }): RestoreFault | undefined;
  /** Whether a vault does not answer now. */
  isUnreachable(vault: string, nowMs: number): boolean;
}

/** The faults of a scenario's section, in a world that began at `startMs`. Without a book nothing is counted, and no restore is hit. */
export function backupFaults(section: BackupSection, startMs: number, book?: FaultBook): BackupFaults {
  const isSince = (days: number | undefined, atMs: number) => days === undefined || atMs >= startMs - days * DAY_MS;
  return {
    pace: section,
    isMissing: (facts, atMs) =>
      section.missing.some(({ match, sinceDays }) => isSince(sinceDays, atMs) && agrees(match, facts)),
    isCorrupt: (facts, atMs) =>
      section.corrupt.some(({ match, sinceDays }) => isSince(sinceDays, atMs) && agrees(match, facts)),
    lacks: (facts, object, atMs) =>
      section.holes.some(
        ({ match, leaveOut, sinceDays }) =>
          isSince(sinceDays, atMs) && agrees(match, facts) && leaveOut.some((one) => fits(one, object)),
      ),
    restore(facts) {
      if (!book) return undefined;
      const rule = hit(book, "restores", section.restores, (match) => agrees(match, facts));
      if (rule) book.note("restore");
      return rule;
    },
    isUnreachable: (vault, nowMs) =>
      section.unreachable.some(({ match, fromHours, untilHours = Number.POSITIVE_INFINITY }) => {
        const hours = (nowMs - startMs) / HOUR_MS;
        return hours >= fromHours && hours < untilHours && agrees(match, { vault });
      }),
  };
}

function fits(pattern: string, object: string): boolean {
  return new RegExp(`^(?:${pattern})$`, "i").test(object);
}
