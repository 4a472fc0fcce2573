import { durationText } from "../duration-text.ts";
import type { Finding } from "../finding.ts";
import type { BackupInstance, RecoveryPoint, Tier } from "./backup-provider.ts";

/** Which recovery point is asked for. A date means the newest point up to the end of that day in UTC. */
export type PointChoice =
  | { readonly kind: "latest" | "oldest" | "random" }
  | { readonly kind: "before"; readonly atMs: number }
  | { readonly kind: "id"; readonly id: string };

/** What a point is chosen by. */
export interface ChoiceInput {
  readonly cluster: string;
  readonly instance: BackupInstance;
  readonly points: readonly RecoveryPoint[];
  readonly choice: PointChoice;
  /** Copies that the plan restores from, in the order of its preference. */
  readonly tiers: readonly Tier[];
  /** Makes `random` the same for the same run: its id. */
  readonly seed: string;
  readonly nowMs: number;
  /** Objective; null without one. */
  readonly rpoHours: number | null;
}

/** What is restored, and what is wrong with the backups. Without a point there is a blocker that says why. */
export interface ChosenPoint {
  readonly point: RecoveryPoint | null;
  readonly tier: Tier | null;
  readonly findings: Finding[];
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const DAY = /^\d{4}-\d{2}-\d{2}$/;
const INSTANT = /^\d{4}-\d{2}-\d{2}T[\d:.]+(?:Z|[+-]\d{2}:\d{2})$/;

/** Reads `latest`, `oldest`, `random`, a day, an instant with its zone, or else the id of a point. */
export function parsePointChoice(text: string): PointChoice {
  if (text === "latest" || text === "oldest" || text === "random") return { kind: text };
  const ms = Date.parse(text);
  if (DAY.test(text) && Number.isFinite(ms)) return { kind: "before", atMs: ms + DAY_MS - 1 };
  if (INSTANT.test(text) && Number.isFinite(ms)) return { kind: "before", atMs: ms };
  return { kind: "id", id: text };
}

/** Chooses the point to restore, and says everything that is wrong with the cluster's backups. */
export function choosePoint(input: ChoiceInput): ChosenPoint {
  const { points, choice, tiers, nowMs } = input;
  const usable = points
    .filter((point) => point.expiresAt === null || Date.parse(point.expiresAt) > nowMs)
    .filter((point) => tierOf(point, tiers) !== undefined)
    .toSorted((left, right) => Date.parse(right.takenAt) - Date.parse(left.takenAt) || (left.id < right.id ? -1 : 1));
  const point = pick(usable, choice, input.seed);
  const findings = [...instanceFindings(input), ...pointFindings(input, usable, point)];
  return { point: point ?? null, tier: (point && tierOf(point, tiers)) ?? null, findings };
}

function tierOf(point: RecoveryPoint, tiers: readonly Tier[]): Tier | undefined {
  return tiers.find((tier) => point.tiers.includes(tier));
}

/** From points with the newest first. */
function pick(points: readonly RecoveryPoint[], choice: PointChoice, seed: string): RecoveryPoint | undefined {
  switch (choice.kind) {
    case "latest":
      return points[0];
    case "oldest":
      return points.at(-1);
    case "random":
      return points[spread(seed, points.length)];
    case "before":
      return points.find(({ takenAt }) => Date.parse(takenAt) <= choice.atMs);
    case "id":
      return points.find(({ id }) => id === choice.id);
  }
}

/** A number below `count` that a text stands for: FNV-1a, and the finish of MurmurHash3, without which its low bits show. */
export function spread(seed: string, count: number): number {
  let hash = 0x811c9dc5;
  for (const character of seed) hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return count === 0 ? 0 : ((hash ^ (hash >>> 16)) >>> 0) % count;
}

function instanceFindings({ cluster, instance }: ChoiceInput): Finding[] {
  const { protection, protectionDetail, lastBackup, name } = instance;
  const about = { severity: "warning" as const, subject: name, cluster };
  const findings: Finding[] = [];
  if (protection === "stopped") {
    findings.push({
      ...about,
      code: "ProtectionStopped",
      message: `no more backups of ${cluster} are made`,
      evidence: [protectionDetail],
      remedy: "Resume protection of the backup instance, or its schedule.",
    });
  }
  if (protection === "error") {
    findings.push({
      ...about,
      code: "ProtectionError",
      message: `the protection of ${cluster} is in error`,
      evidence: [protectionDetail],
      remedy: "See what the service says of the backup instance, and mend it.",
    });
  }
  if (lastBackup?.status === "failed" || lastBackup?.status === "cancelled") {
    findings.push({
      ...about,
      code: "LastBackupFailed",
      message: `the newest backup of ${cluster} ${lastBackup.status === "failed" ? "failed" : "was cancelled"}`,
      evidence: [`started ${lastBackup.startedAt}`, ...(lastBackup.message === "" ? [] : [lastBackup.message])],
      remedy: "See the backup job; take a backup by hand once its cause is mended.",
    });
  }
  return findings;
}

function pointFindings(
  { cluster, instance, points, choice, nowMs, rpoHours }: ChoiceInput,
  usable: readonly RecoveryPoint[],
  point: RecoveryPoint | undefined,
): Finding[] {
  const about = { subject: instance.name, cluster };
  if (!point) {
    const all = points.length === usable.length ? "" : ` (${points.length} with those of other tiers or out of date)`;
    const message =
      usable.length === 0 ? `${cluster} has no recovery point that can be restored` : wanted(choice, cluster);
    const evidence = [`${usable.length} recovery points can be restored${all}`];
    const remedy = "Take a backup, or ask for a point that is there.";
    return [{ ...about, code: "RecoveryPointMissing", severity: "blocker", message, evidence, remedy }];
  }
  const findings: Finding[] = [];
  if (!point.isComplete) {
    const message = `the recovery point ${point.id} holds a part of the cluster only`;
    const remedy = "See the warnings of the backup job that made it.";
    const evidence = [`taken ${point.takenAt}`];
    findings.push({ ...about, code: "RecoveryPointPartial", severity: "warning", message, evidence, remedy });
  }
  const [newest] = usable;
  const ageMs = newest ? nowMs - Date.parse(newest.takenAt) : 0;
  if (newest && rpoHours !== null && ageMs > rpoHours * HOUR_MS) {
    const message = `the newest recovery point of ${cluster} is ${durationText(ageMs)} old; the objective is ${rpoHours} h`;
    const remedy = "See why no newer backup was made, or make backups more often than the objective.";
    const evidence = [`newest recovery point: ${newest.takenAt}`];
    findings.push({ ...about, code: "RecoveryPointTooOld", severity: "warning", message, evidence, remedy });
  }
  return findings;
}

function wanted(choice: PointChoice, cluster: string): string {
  if (choice.kind === "id") return `${cluster} has no recovery point ${choice.id}`;
  if (choice.kind !== "before") return `${cluster} has no such recovery point`;
  return `${cluster} has no recovery point up to ${new Date(choice.atMs).toISOString()}`;
}
