import type { Finding, Severity } from "../../finding.ts";

/** How many findings of each severity there are: `1 blocker, 2 warnings, 5 infos`. */
export function countsText(findings: readonly Finding[]): string {
  const count = (severity: Severity) => {
    const number = findings.filter((finding) => finding.severity === severity).length;
    return `${number} ${severity}${number === 1 ? "" : "s"}`;
  };
  return `${count("blocker")}, ${count("warning")}, ${count("info")}`;
}
