import { durationText } from "./duration-text.ts";
import type { Finding } from "./finding.ts";
import { type ClusterResult, type PoolResult, type RingResult, summarize, type UpgradeReport } from "./report.ts";

/**
 * Text that Markdown shows as it is, in one line. Names and messages come from clusters and may hold anything: inline marks,
 * entities, HTML, table pipes, line ends (a lone CR is one, too: CommonMark 2.1) and what would begin a list or a rule.
 */
export function escapeMarkdown(text: string): string {
  return text
    .replace(/[\p{Cc}\u2028\u2029]+/gu, " ")
    .trim()
    .replace(/[\\`*_{}[\]()#+!|<>~&]/g, "\\$&")
    .replace(/^[-=]|(?<=^\d+)\.(?=\s|$)/, "\\$&");
}

const between = (startedAt: string | null, endedAt: string | null) =>
  startedAt === null || endedAt === null ? "" : durationText(Date.parse(endedAt) - Date.parse(startedAt));

/** A report as Markdown. */
export function reportMarkdown(report: UpgradeReport): string {
  const summary = summarize(report);
  const lines = [
    `# Upgrade ${escapeMarkdown(report.id)}: ${report.verdict}`,
    "",
    `Started ${report.startedAt} by ${escapeMarkdown(report.trigger.by)} (${escapeMarkdown(report.trigger.reason)}), took ${between(report.startedAt, report.endedAt)}.`,
    `${summary.clustersDone} of ${summary.clusters} clusters done, ${summary.pools} pools, ${summary.nodesDrained} nodes drained, ${summary.podsEvicted} pods evicted.`,
    "",
  ];
  for (const ring of report.rings) lines.push(...ringLines(ring));
  lines.push("## Findings", "");
  if (report.findings.length === 0) lines.push("None.", "");
  for (const finding of report.findings) lines.push(...findingLines(finding));
  lines.push(`fleet.yaml: sha256 ${report.fleetDigest}`);
  return `${lines.join("\n")}\n`;
}

function ringLines(ring: RingResult): string[] {
  const reason = ring.reason ? ` (${escapeMarkdown(ring.reason)})` : "";
  return [`## Ring ${escapeMarkdown(ring.name)}: ${ring.state}${reason}`, "", ...ring.clusters.flatMap(clusterLines)];
}

function clusterLines(cluster: ClusterResult): string[] {
  const reason = cluster.reason ? ` (${escapeMarkdown(cluster.reason)})` : "";
  const took = between(cluster.startedAt, cluster.endedAt);
  const head = `### ${escapeMarkdown(cluster.name)}: ${cluster.outcome}${reason}${took === "" ? "" : `, ${took}`}`;
  if (cluster.pools.length === 0) return [head, ""];
  return [
    head,
    "",
    "| pool | strategy | from | to | outcome | nodes drained | pods evicted | took |",
    "| --- | --- | --- | --- | --- | --- | --- | --- |",
    ...cluster.pools.map(poolRow),
    "",
  ];
}

function poolRow(pool: PoolResult): string {
  const name = pool.replacement === null ? pool.name : `${pool.name} → ${pool.replacement}`;
  const drained = pool.drains.filter((drain) => drain.outcome === "drained").length;
  const evicted = pool.drains.reduce((sum, drain) => sum + drain.evicted, 0);
  const cells = [
    name,
    pool.strategy,
    pool.fromImage,
    pool.toImage,
    pool.outcome,
    `${drained}`,
    `${evicted}`,
    between(pool.startedAt, pool.endedAt),
  ];
  return `| ${cells.map(escapeMarkdown).join(" | ")} |`;
}

function findingLines(finding: Finding): string[] {
  const where = finding.cluster ? ` on ${escapeMarkdown(finding.cluster)}` : "";
  return [
    `- **${finding.severity}** ${escapeMarkdown(finding.code)}${where}: ${escapeMarkdown(finding.message)}`,
    ...finding.evidence.map((line) => `  - ${escapeMarkdown(line)}`),
    `  - What to do: ${escapeMarkdown(finding.remedy)}`,
    "",
  ];
}
