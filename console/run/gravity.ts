import type { Finding } from "../../domain/finding.ts";

const ORDER: readonly Finding["severity"][] = ["blocker", "warning", "info"];

/** Findings with the gravest first; those of one severity keep their order. */
export function byGravity(findings: readonly Finding[]): Finding[] {
  return findings.toSorted((left, right) => ORDER.indexOf(left.severity) - ORDER.indexOf(right.severity));
}
