import type { Finding, Severity } from "../../domain/finding.ts";
import type { CannotTell, ClusterReadiness, Readiness, ReadinessVerdict } from "../../domain/preflight/readiness.ts";
import { paint, type Tone } from "../view/paint.ts";

const VERDICT_TONES: Readonly<Record<ReadinessVerdict, Tone>> = {
  READY: "done",
  "NOT READY": "failed",
  "CANNOT TELL": "waiting",
};
const SEVERITY_TONES: Readonly<Record<Severity, Tone>> = { blocker: "failed", warning: "waiting", info: "faint" };

/** A readiness as lines for people: the verdict of each cluster with what speaks for it, and of all of them at the end. */
export function readinessLines(readiness: Readiness, isColoured: boolean): string[] {
  const verdict = (of: ReadinessVerdict) => paint(of, VERDICT_TONES[of], isColoured);
  const clusters = readiness.clusters.flatMap((cluster) => [
    `${cluster.name}  ${verdict(cluster.verdict)}`,
    ...clusterLines(cluster, isColoured),
    "",
  ]);
  return readiness.clusters.length === 1 ? clusters.slice(0, -1) : [...clusters, verdict(readiness.verdict)];
}

function clusterLines({ findings, cannotTell }: ClusterReadiness, isColoured: boolean): string[] {
  return [
    ...findings.flatMap((finding) => findingLines(finding, isColoured)),
    ...doubtLines(cannotTell).map((line) => paint(line, "waiting", isColoured)),
  ];
}

function findingLines({ severity, code, message, evidence, remedy }: Finding, isColoured: boolean): string[] {
  return [
    `  ${paint(severity, SEVERITY_TONES[severity], isColoured)} ${code}: ${message}`,
    ...evidence.map((line) => paint(`      ${line}`, "faint", isColoured)),
    `    ${paint("to do:", "strong", isColoured)} ${remedy}`,
  ];
}

/** One line for each reason, with the rules that wanted to know. */
function doubtLines(doubts: readonly CannotTell[]): string[] {
  const rules = new Map<string, Set<string>>();
  for (const { why, code } of doubts) rules.set(why, (rules.get(why) ?? new Set()).add(code));
  return [...rules].map(([why, codes]) => `  cannot tell ${[...codes].join(", ")}: ${why}`);
}
