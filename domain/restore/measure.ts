import { z } from "zod";
import { durationText } from "../duration-text.ts";
import type { Finding } from "../finding.ts";
import type { Objectives } from "./restore-plan.ts";

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;
/** How far clocks may differ between the cluster that wrote the data and the service that took the backup. */
const CLOCK_SKEW_MS = 5 * MINUTE_MS;

/** What a test measured. Durations are milliseconds. */
export const measureSchema = z.object({
  rpo: z.object({
    /** `data`: by the newest instant in the data; `recovery-point`: by the instant of the point, for want of a probe. */
    basis: z.enum(["data", "recovery-point"]),
    /** Age of the newest data when the point was taken: what the backup itself loses. Null without a freshness probe. */
    atPointMs: z.number().nullable(),
    /** Age of the newest data when the test began: what would have been lost had the cluster gone then. */
    atStartMs: z.number(),
  }),
  rto: z.object({
    /** From the start to the end of verification; null when it was not reached. */
    totalMs: z.number().nullable(),
    phases: z.array(z.object({ name: z.string(), ms: z.number() })),
    /** What lies between phases. */
    betweenMs: z.number().nullable(),
  }),
});
export type Measure = z.infer<typeof measureSchema>;

/** What is measured from. */
export interface MeasureInput {
  readonly takenAt: string;
  /** Newest instant that a freshness probe found. */
  readonly newestDataAt: string | null;
  readonly startedAt: string;
  /** When verification ended; null when it did not. */
  readonly verifiedAt: string | null;
  /** Phases up to verification, one after the other. */
  readonly phases: ReadonlyArray<{ readonly name: string; readonly startedAt: string; readonly endedAt: string }>;
}

/** The real RPO and RTO of a test. */
export function measure({ takenAt, newestDataAt, startedAt, verifiedAt, phases }: MeasureInput): Measure {
  const [takenMs, startMs] = [Date.parse(takenAt), Date.parse(startedAt)];
  const dataMs = newestDataAt === null ? null : Date.parse(newestDataAt);
  const totalMs = verifiedAt === null ? null : Date.parse(verifiedAt) - startMs;
  const spans = phases.map((phase) => ({
    name: phase.name,
    ms: Date.parse(phase.endedAt) - Date.parse(phase.startedAt),
  }));
  const inPhases = spans.reduce((sum, { ms }) => sum + ms, 0);
  return {
    rpo: {
      basis: dataMs === null ? "recovery-point" : "data",
      atPointMs: dataMs === null ? null : Math.max(0, takenMs - dataMs),
      atStartMs: Math.max(0, startMs - (dataMs ?? takenMs)),
    },
    rto: { totalMs, phases: spans, betweenMs: totalMs === null ? null : totalMs - inPhases },
  };
}

/** What the objectives say of it. */
export function objectiveFindings(
  cluster: string,
  { rpo, rto }: Measure,
  { rpoHours, rtoMinutes }: Objectives,
): Finding[] {
  const findings: Finding[] = [];
  const about = { severity: "blocker" as const, subject: cluster, cluster };
  if (rpoHours !== null && rpo.atStartMs > rpoHours * HOUR_MS) {
    const message = `${durationText(rpo.atStartMs)} of data would have been lost; the objective is ${rpoHours} h`;
    const basis = rpo.basis === "data" ? "the newest instant in the data" : "the instant of the recovery point";
    const remedy = "Make backups more often, or see what keeps the newest data out of them.";
    findings.push({ ...about, code: "RpoMissed", message, evidence: [`measured by ${basis}`], remedy });
  }
  if (rtoMinutes !== null && rto.totalMs !== null && rto.totalMs > rtoMinutes * MINUTE_MS) {
    const message = `the restore took ${durationText(rto.totalMs)}; the objective is ${rtoMinutes} min`;
    const evidence = rto.phases.map(({ name, ms }) => `${name}: ${durationText(ms)}`);
    const remedy = "See which phase took longest; keep a cluster ready, or restore less.";
    findings.push({ ...about, code: "RtoMissed", message, evidence, remedy });
  }
  return findings;
}

/** Data cannot be younger than the backup that holds it: such an answer proves nothing. */
export function freshnessFindings(cluster: string, takenAt: string, newestDataAt: string | null): Finding[] {
  if (newestDataAt === null || Date.parse(newestDataAt) <= Date.parse(takenAt) + CLOCK_SKEW_MS) return [];
  return [
    {
      code: "DataNewerThanPoint",
      severity: "blocker",
      subject: cluster,
      message:
        "the newest data is younger than the recovery point: something writes into the restored copy, or the probe reads elsewhere",
      evidence: [`recovery point: ${takenAt}`, `newest data: ${newestDataAt}`],
      remedy: "Let the probe read what only the source writes, from the restored volumes.",
      cluster,
    },
  ];
}
