import type { Severity } from "../../domain/finding.ts";
import type { ClusterCheck, FleetCheck, FleetFinding } from "../../domain/fleet-check/fleet-check.ts";
import { countsText } from "../../domain/fleet-check/report/counts.ts";
import { graphLines } from "../../domain/fleet-check/report/graph.ts";
import { paint, type Tone } from "../view/paint.ts";

const TONES: Readonly<Record<Severity, Tone>> = { blocker: "failed", warning: "waiting", info: "faint" };

/** A check as lines for people: each cluster with its graph and findings, the repository's own, and the sum. */
export function fleetCheckLines({ clusters, findings }: FleetCheck, isColoured: boolean): string[] {
  const all = [...findings, ...clusters.flatMap((cluster) => cluster.findings)];
  return [
    ...clusters.flatMap((cluster) => clusterLines(cluster, isColoured)),
    ...(findings.length > 0 ? ["the repository", ...findingsLines(findings, isColoured), ""] : []),
    `${clusters.length} ${clusters.length === 1 ? "cluster" : "clusters"}: ${countsText(all)}`,
  ];
}

function clusterLines({ name, path, tree, registries, findings }: ClusterCheck, isColoured: boolean): string[] {
  const effects = findings.filter(({ isSideEffect }) => isSideEffect);
  const others = findings.filter(({ isSideEffect }) => !isSideEffect);
  return [
    `${paint(name, "strong", isColoured)}  ${countsText(findings)}`,
    ...graphLines(tree).map((line) => paint(`  ${line}`, "faint", isColoured)),
    ...(registries.length > 0 ? [paint(`  registries: ${registries.join(", ")}`, "faint", isColoured)] : []),
    ...findingsLines(others, isColoured),
    ...(effects.length > 0 ? ["  a drill must isolate:", ...findingsLines(effects, isColoured)] : []),
    ...(findings.length === 0 ? [`  nothing was found in ${path || "."}`] : []),
    "",
  ];
}

/** Findings of one code together, so that what to do is said once. */
function findingsLines(findings: readonly FleetFinding[], isColoured: boolean): string[] {
  const groups = Map.groupBy(findings, ({ severity, code }) => `${severity} ${code}`);
  return [...groups.values()].flatMap((group) => [
    ...group.flatMap(({ severity, code, message, evidence }) => [
      `  ${paint(severity, TONES[severity], isColoured)} ${code}: ${message}`,
      ...evidence.map((line) => paint(`      ${line}`, "faint", isColoured)),
    ]),
    `    ${paint("to do:", "strong", isColoured)} ${group[0]?.remedy ?? ""}`,
  ]);
}
