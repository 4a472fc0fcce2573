import type { ClusterCheck, FleetCheck, FleetFinding } from "../fleet-check.ts";
import { countsText } from "./counts.ts";
import { mermaidGraph } from "./graph.ts";

/** A check as Markdown: a section a cluster, with its graph, its findings and what a drill must isolate. */
export function fleetCheckMarkdown({ clusters, findings }: FleetCheck): string {
  const all = [...findings, ...clusters.flatMap((cluster) => cluster.findings)];
  return [
    "# Fleet check",
    "",
    `${clusters.length} ${clusters.length === 1 ? "cluster" : "clusters"}: ${countsText(all)}.`,
    ...clusters.flatMap(clusterSection),
    ...(findings.length > 0 ? ["", "## The repository", "", ...table(findings)] : []),
    "",
  ].join("\n");
}

function clusterSection({ name, path, tree, objects, registries, findings }: ClusterCheck): string[] {
  const effects = findings.filter(({ isSideEffect }) => isSideEffect);
  const others = findings.filter(({ isSideEffect }) => !isSideEffect);
  return [
    "",
    `## ${cell(name)}`,
    "",
    `\`${path || "."}\`: ${tree.units.length} ${tree.units.length === 1 ? "unit" : "units"}, ${objects} objects. Registries: ${registries.join(", ") || "none"}.`,
    "",
    "```mermaid",
    mermaidGraph(tree),
    "```",
    "",
    ...(others.length > 0 ? table(others) : ["Nothing was found."]),
    ...(effects.length > 0 ? ["", "A drill must isolate:", "", ...table(effects)] : []),
  ];
}

function table(findings: readonly FleetFinding[]): string[] {
  return [
    "| severity | code | what | where | to do |",
    "| --- | --- | --- | --- | --- |",
    ...findings.map(({ severity, code, message, evidence, remedy }) => {
      const where = evidence.map((line) => `\`${line}\``).join("<br>");
      return `| ${severity} | ${code} | ${cell(message)} | ${cell(where)} | ${cell(remedy)} |`;
    }),
  ];
}

function cell(text: string): string {
  return text.replaceAll("|", "\\|").replaceAll("\n", " ");
}
