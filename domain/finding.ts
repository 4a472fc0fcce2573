import { z } from "zod";

/** What a finding means for a run: a blocker stops what it is about before anything is touched. */
export const severitySchema = z.enum(["blocker", "warning", "info"]);
export type Severity = z.infer<typeof severitySchema>;

/** A fact with a severity, a stable code, evidence and a remedy. Codes are API once released. */
export const findingSchema = z
  .object({
    code: z.string(),
    severity: severitySchema,
    /** What it is about: a cluster, pool, node, or namespace/name. */
    subject: z.string(),
    /** One sentence. */
    message: z.string(),
    /** What was seen, one fact a line. */
    evidence: z.array(z.string()),
    /** What to do about it, one sentence. */
    remedy: z.string(),
    cluster: z.string().nullable(),
  })
  .meta({ id: "Finding" });
export type Finding = z.infer<typeof findingSchema>;

const ORDER: Readonly<Record<Severity, number>> = { blocker: 0, warning: 1, info: 2 };

/** Findings with the gravest first; those of one severity keep their order. */
export function byGravity<T extends Finding>(findings: readonly T[]): T[] {
  return findings.toSorted((left, right) => ORDER[left.severity] - ORDER[right.severity]);
}
