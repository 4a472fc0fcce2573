import { attemptText, changeText } from "./change-text.ts";
import { durationText } from "./duration-text.ts";
import type { Finding } from "./finding.ts";
import {
  type ClusterResult,
  type ControlPlaneResult,
  type PoolResult,
  type RingResult,
  summarize,
  type UpgradeReport,
} from "./report.ts";
import { nodeLines, nodesText } from "./report-nodes.ts";
import type { Signal } from "./run-control.ts";

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
  const { clusters, clustersDone, controlPlanes, pools, nodesDrained, podsEvicted } = summarize(report);
  const lines = [
    `# Upgrade ${escapeMarkdown(report.id)}: ${report.verdict}`,
    "",
    `Started ${report.startedAt} by ${escapeMarkdown(report.trigger.by)} (${escapeMarkdown(report.trigger.reason)}), took ${between(report.startedAt, report.endedAt)}.`,
    `${clustersDone} of ${clusters} clusters done, ${controlPlanes} control planes, ${pools} pools, ${nodesDrained} nodes drained, ${podsEvicted} pods evicted.`,
    "",
    ...signalLines(report.signals),
  ];
  for (const ring of report.rings) lines.push(...ringLines(ring));
  lines.push("## Findings", "");
  if (report.findings.length === 0) lines.push("None.", "");
  for (const finding of report.findings) lines.push(...findingLines(finding));
  lines.push(`fleet.yaml: sha256 ${report.fleetDigest}`);
  return `${lines.join("\n")}\n`;
}

const row = (cells: readonly string[]) => `| ${cells.map(escapeMarkdown).join(" | ")} |`;

/** What people told the run, in their order; nothing when nobody did. */
function signalLines(signals: readonly Signal[]): string[] {
  if (signals.length === 0) return [];
  return [
    "## Signals",
    "",
    "| when | who | what | answers | why |",
    "| --- | --- | --- | --- | --- |",
    ...signals.map(({ at, by, kind, gate, reason }) => row([at, by, kind, gate ?? "", reason])),
    "",
  ];
}

function ringLines(ring: RingResult): string[] {
  const reason = ring.reason ? ` (${escapeMarkdown(ring.reason)})` : "";
  const findings = ring.findings.map((finding) => `- ${findingText(finding)}`);
  return [
    `## Ring ${escapeMarkdown(ring.name)}: ${ring.state}${reason}`,
    "",
    ...(findings.length > 0 ? [...findings, ""] : []),
    ...ring.clusters.flatMap(clusterLines),
    ...earlierLines(ring.earlierTries ?? []),
  ];
}

/** What clusters that were tried again had come to before: what it changed is told here, too. */
function earlierLines(tries: readonly ClusterResult[]): string[] {
  if (tries.length === 0) return [];
  return [
    "### Earlier tries",
    "",
    ...tries.flatMap(({ name, attempt, outcome, reason, pools }) => [
      `${escapeMarkdown(name)}, try ${attempt}: ${outcome}${reason ? ` (${escapeMarkdown(reason)})` : ""}`,
      "",
      ...poolTable(pools),
    ]),
  ];
}

function clusterLines(cluster: ClusterResult): string[] {
  const reason = cluster.reason ? ` (${escapeMarkdown(cluster.reason)})` : "";
  const more = [attemptText(cluster.attempt), between(cluster.startedAt, cluster.endedAt)].filter(
    (text) => text !== "",
  );
  const head = [`${escapeMarkdown(cluster.name)}: ${cluster.outcome}${reason}`, ...more].join(", ");
  const controlPlane = cluster.controlPlane === null ? [] : [controlPlaneLine(cluster.controlPlane), ""];
  return [`### ${head}`, "", ...controlPlane, ...poolTable(cluster.pools)];
}

function controlPlaneLine({ from, to, outcome, startedAt, endedAt }: ControlPlaneResult): string {
  const change = escapeMarkdown(changeText(from, to));
  return `Control plane: Kubernetes ${change}, ${outcome}, from ${startedAt} to ${endedAt} (${between(startedAt, endedAt)}).`;
}

function poolTable(pools: readonly PoolResult[]): string[] {
  if (pools.length === 0) return [];
  return [
    "| pool | strategy | Kubernetes | from image | to image | outcome | nodes | pods evicted | took |",
    "| --- | --- | --- | --- | --- | --- | --- | --- | --- |",
    ...pools.map(poolRow),
    "",
    ...pools.flatMap(nodesOfPool),
  ];
}

function nodesOfPool(pool: PoolResult): string[] {
  const lines = nodeLines(pool);
  if (lines.length === 0) return [];
  return [`Nodes of pool ${escapeMarkdown(pool.name)}:`, "", ...lines.map((line) => `- ${escapeMarkdown(line)}`), ""];
}

function poolRow(pool: PoolResult): string {
  const name = pool.replacement === null ? pool.name : `${pool.name} → ${pool.replacement}`;
  const evicted = pool.drains.reduce((sum, drain) => sum + drain.evicted, 0);
  return row([
    name,
    pool.strategy,
    changeText(pool.fromVersion, pool.toVersion),
    pool.fromImage,
    pool.toImage,
    pool.outcome,
    nodesText(pool),
    `${evicted}`,
    between(pool.startedAt, pool.endedAt),
  ]);
}

function findingText({ severity, code, message }: Finding): string {
  return `**${severity}** ${escapeMarkdown(code)}: ${escapeMarkdown(message)}`;
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
