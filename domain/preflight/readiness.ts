import { z } from "zod";
import { type Finding, findingSchema } from "../finding.ts";

/** Something that a rule could not tell, and why. */
export const cannotTellSchema = z.object({
  /** The rule's code. */
  code: z.string(),
  /** What it is about: a cluster, or one of its pools. */
  subject: z.string(),
  why: z.string(),
});
export type CannotTell = z.infer<typeof cannotTellSchema>;

/** Whether a cluster could be upgraded now. */
export const readinessVerdictSchema = z.enum(["READY", "NOT READY", "CANNOT TELL"]);
export type ReadinessVerdict = z.infer<typeof readinessVerdictSchema>;

/** How ready one cluster is. */
export const clusterReadinessSchema = z.object({
  name: z.string(),
  verdict: readinessVerdictSchema,
  findings: z.array(findingSchema),
  cannotTell: z.array(cannotTellSchema),
});
export type ClusterReadiness = z.infer<typeof clusterReadinessSchema>;

/** The answer of `GET api/v1/readiness`. */
export const readinessSchema = z.object({
  verdict: readinessVerdictSchema,
  checkedAt: z.iso.datetime(),
  clusters: z.array(clusterReadinessSchema),
});
export type Readiness = z.infer<typeof readinessSchema>;

/**
 * The verdict that findings and gaps add up to. A blocker is proof, whatever else could not be read; without one, a gap means
 * that nobody can tell; warnings do not keep a cluster from being ready.
 */
export function readinessOf(findings: readonly Finding[], unknowns: readonly CannotTell[]): ReadinessVerdict {
  if (findings.some(({ severity }) => severity === "blocker")) return "NOT READY";
  return unknowns.length > 0 ? "CANNOT TELL" : "READY";
}

/** The verdict for several clusters: the worst of theirs. Of none at all nothing can be told. */
export function worstOf(verdicts: readonly ReadinessVerdict[]): ReadinessVerdict {
  if (verdicts.includes("NOT READY")) return "NOT READY";
  return verdicts.length === 0 || verdicts.includes("CANNOT TELL") ? "CANNOT TELL" : "READY";
}
