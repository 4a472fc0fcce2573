import { z } from "zod";
import type { RestoreReport } from "./restore-report.ts";
import { gravestVerdict, restoreVerdictSchema } from "./restore-verdict.ts";

/** What is kept of a cluster's test when its run is long gone. Durations are milliseconds. */
export const proofSchema = z
  .object({
    cluster: z.string(),
    run: z.string(),
    verdict: restoreVerdictSchema,
    startedAt: z.iso.datetime(),
    endedAt: z.iso.datetime(),
    /** When the recovery point was taken; null when none was restored. */
    pointTakenAt: z.iso.datetime().nullable(),
    rpoMs: z.number().nullable(),
    rtoMs: z.number().nullable(),
    bytes: z.number().nullable(),
    /** Objectives of the plan at that time; null for none. */
    rpoObjectiveMs: z.number().nullable(),
    rtoObjectiveMs: z.number().nullable(),
  })
  .meta({ id: "Proof" });
export type Proof = z.infer<typeof proofSchema>;

/** A cluster's tests of one month: the gravest verdict, and the worst measures where there were several tests. */
export const monthOfProofSchema = z
  .object({
    cluster: z.string(),
    /** As `2026-11`. */
    month: z.string(),
    tests: z.int(),
    verdict: restoreVerdictSchema,
    rpoMs: z.number().nullable(),
    rtoMs: z.number().nullable(),
    bytes: z.number().nullable(),
    rpoObjectiveMs: z.number().nullable(),
    rtoObjectiveMs: z.number().nullable(),
  })
  .meta({ id: "MonthOfProof" });
export type MonthOfProof = z.infer<typeof monthOfProofSchema>;

/** How long a cluster's backups have not been proven. */
export const proofAgeSchema = z
  .object({
    cluster: z.string(),
    /** When a test of it last passed; null when none ever did. */
    lastPassedAt: z.iso.datetime().nullable(),
    days: z.int().nullable(),
    /** The newest test, whatever its verdict; null when there was none. */
    lastVerdict: restoreVerdictSchema.nullable(),
  })
  .meta({ id: "ProofAge" });
export type ProofAge = z.infer<typeof proofAgeSchema>;

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
/** Tests of a cluster that are kept: three years of monthly ones, and as many that people asked for. */
const KEPT = 72;

/** What a run's report adds to the history, a test each. */
export function proofsOf({ id, clusters }: RestoreReport): Proof[] {
  return clusters.map(({ cluster, verdict, startedAt, endedAt, point, measure, bytes, objectives }) => ({
    ...{ cluster, run: id, verdict, startedAt, endedAt, bytes },
    pointTakenAt: point?.takenAt ?? null,
    rpoMs: measure?.rpo.atStartMs ?? null,
    rtoMs: measure?.rto.totalMs ?? null,
    rpoObjectiveMs: objectives.rpoHours === null ? null : objectives.rpoHours * HOUR_MS,
    rtoObjectiveMs: objectives.rtoMinutes === null ? null : objectives.rtoMinutes * MINUTE_MS,
  }));
}

/** Adds a test to a cluster's history, the newest first; the same run's comes in once, and the oldest go. Pure. */
export function historyAfter(history: readonly Proof[], proof: Proof): readonly Proof[] {
  if (history.some(({ run }) => run === proof.run)) return history;
  return [proof, ...history]
    .toSorted((left, right) => compare(right.startedAt, left.startedAt) || compare(left.run, right.run))
    .slice(0, KEPT);
}

/** RPO, RTO, size and verdict by cluster and month, in the order of both. */
export function proofTrend(proofs: readonly Proof[]): MonthOfProof[] {
  const groups = Map.groupBy(proofs, ({ cluster, startedAt }) => `${cluster}\n${startedAt.slice(0, 7)}`);
  return [...groups]
    .map(([key, group]) => monthOf(key, group))
    .sort((left, right) => compare(left.cluster, right.cluster) || compare(left.month, right.month));
}

/** Every cluster of the plan with the age of its proof; those never proven first, then the oldest. */
export function proofAges(clusters: readonly string[], proofs: readonly Proof[], nowMs: number): ProofAge[] {
  const byCluster = Map.groupBy(proofs, ({ cluster }) => cluster);
  return clusters
    .map((cluster) => ageOf(cluster, byCluster.get(cluster) ?? [], nowMs))
    .sort(
      (left, right) =>
        (right.days ?? Number.MAX_SAFE_INTEGER) - (left.days ?? Number.MAX_SAFE_INTEGER) ||
        compare(left.cluster, right.cluster),
    );
}

/** When a test of a cluster last passed; null when none ever did. */
export function lastPassedAt(proofs: readonly Proof[]): string | null {
  const ends = proofs.flatMap(({ verdict, endedAt }) => (verdict === "passed" ? [Date.parse(endedAt)] : []));
  return ends.length === 0 ? null : new Date(Math.max(...ends)).toISOString();
}

function ageOf(cluster: string, proofs: readonly Proof[], nowMs: number): ProofAge {
  const newest = proofs.toSorted((left, right) => compare(right.startedAt, left.startedAt))[0];
  const passedAt = lastPassedAt(proofs);
  const days = passedAt === null ? null : Math.max(0, Math.floor((nowMs - Date.parse(passedAt)) / DAY_MS));
  return { cluster, lastPassedAt: passedAt, days, lastVerdict: newest?.verdict ?? null };
}

function monthOf(key: string, group: readonly Proof[]): MonthOfProof {
  const [cluster = "", month = ""] = key.split("\n");
  const worst = (of: (proof: Proof) => number | null) => {
    const known = group.map(of).filter((value) => value !== null);
    return known.length === 0 ? null : Math.max(...known);
  };
  const newest = group.toSorted((left, right) => compare(right.startedAt, left.startedAt))[0];
  return {
    cluster,
    month,
    tests: group.length,
    verdict: gravestVerdict(group.map(({ verdict }) => verdict)),
    rpoMs: worst(({ rpoMs }) => rpoMs),
    rtoMs: worst(({ rtoMs }) => rtoMs),
    bytes: worst(({ bytes }) => bytes),
    rpoObjectiveMs: newest?.rpoObjectiveMs ?? null,
    rtoObjectiveMs: newest?.rtoObjectiveMs ?? null,
  };
}

function compare(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}
