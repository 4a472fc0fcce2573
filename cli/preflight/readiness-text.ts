import type { CannotTell, ClusterReadiness, Readiness, ReadinessVerdict } from "../../domain/preflight/readiness.ts";
import { findingLines } from "../output/finding-lines.ts";
import { paint, type Tone } from "../view/paint.ts";

const VERDICT_TONES: Readonly<Record<ReadinessVerdict, Tone>> = {
  READY: "done",
  "NOT READY": "failed",
  "CANNOT TELL": "waiting",
};

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
    ...findings.flatMap((finding) => findingLines(finding, isColoured).map((line) => `  ${line}`)),
    ...doubtLines(cannotTell).map((line) => paint(line, "waiting", isColoured)),
  ];
}

/** One line for each reason, with the rules that wanted to know. */
function doubtLines(doubts: readonly CannotTell[]): string[] {
  const rules = new Map<string, Set<string>>();
  for (const { why, code } of doubts) rules.set(why, (rules.get(why) ?? new Set()).add(code));
  return [...rules].map(([why, codes]) => `  cannot tell ${[...codes].join(", ")}: ${why}`);
}
