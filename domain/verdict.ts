import { z } from "zod";
import type { Finding } from "./finding.ts";

/** What a run's findings and outcomes add up to. */
export const verdictSchema = z.enum(["passed", "passed-with-warnings", "failed", "blocked", "cancelled"]);
export type Verdict = z.infer<typeof verdictSchema>;

/** How one cluster of a run ended. */
export type ClusterOutcome = "done" | "failed" | "blocked" | "cancelled" | "skipped";

/**
 * Adds up a run. Failure outweighs everything; a cluster that was blocked blocks the run; a cancelled run says so even when
 * some clusters were done; otherwise warnings decide between the two ways to pass. A run that could see none of its clusters
 * has not passed: it knows nothing.
 */
export function verdictOf(
  outcomes: readonly ClusterOutcome[],
  findings: readonly Finding[],
  cancelled: boolean,
): Verdict {
  if (outcomes.includes("failed")) return "failed";
  if (cancelled || outcomes.includes("cancelled")) return "cancelled";
  if (outcomes.includes("blocked")) return "blocked";
  const unseen = findings.filter(({ code }) => code === "ClusterUnreachable").length;
  if (unseen > 0 && unseen >= outcomes.length) return "failed";
  return findings.some((finding) => finding.severity !== "info") ? "passed-with-warnings" : "passed";
}
