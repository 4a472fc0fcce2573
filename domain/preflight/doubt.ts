import type { Finding, Severity } from "../finding.ts";
import type { CannotTell } from "./readiness.ts";

/** What could not be told, as findings of a run: one for each reason, with the rules that wanted to know. */
export function doubtFindings(
  cluster: string,
  doubts: readonly CannotTell[],
  severity: Severity | "ignore",
): Finding[] {
  if (severity === "ignore") return [];
  const byReason = new Map<string, CannotTell[]>();
  for (const doubt of doubts) byReason.set(doubt.why, [...(byReason.get(doubt.why) ?? []), doubt]);
  return [...byReason].map(([why, group]) => ({
    code: "CannotTell",
    severity,
    subject: cluster,
    message: `${[...new Set(group.map(({ code }) => code))].join(", ")} cannot be told: ${why}`,
    evidence: [...new Set(group.map(({ code, subject }) => `${code} of ${subject}`))],
    remedy: "Give the app what it needs to read this, or leave the rule out (rings[].preflight.severities: ignore).",
    cluster,
  }));
}
