import { durationText } from "../duration-text.ts";
import { byGravity, type Finding } from "../finding.ts";
import { escapeMarkdown } from "../report-markdown.ts";
import type { Measure } from "./measure.ts";
import type { Objectives } from "./restore-plan.ts";
import type { ClusterTest, RestoreReport } from "./restore-report.ts";

const row = (cells: readonly string[]) => `| ${cells.map(escapeMarkdown).join(" | ")} |`;

const between = (startedAt: string, endedAt: string) => durationText(Date.parse(endedAt) - Date.parse(startedAt));

/** A report of restore tests as Markdown. What clusters and services say is shown as it is, and never as marks. */
export function restoreMarkdown(report: RestoreReport): string {
  const { clusters, cost, trigger } = report;
  const passed = clusters.filter(({ verdict }) => verdict === "passed").length;
  const incomplete = cost.isComplete ? "" : ", without nodes whose price is not known";
  const lines = [
    `# Restore test ${escapeMarkdown(report.id)}: ${report.verdict}`,
    "",
    `Started ${report.startedAt} by ${escapeMarkdown(trigger.by)} (${escapeMarkdown(trigger.reason)}), took ${between(report.startedAt, report.endedAt)}.`,
    `${passed} of ${clusters.length} backups proven. Scratch clusters cost about ${cost.amount} ${escapeMarkdown(cost.currency)}${incomplete}.`,
    "",
    ...clusters.flatMap(clusterLines),
    ...table(
      ["at", "by", "signal", "reason"],
      report.signals.map(({ at, by, kind, reason }) => [at, by, kind, reason]),
    ),
    ...section("Findings", report.findings.length === 0 ? ["None."] : byGravity(report.findings).map(findingText)),
    `fleet.yaml: sha256 ${escapeMarkdown(report.fleetDigest)}`,
  ];
  return `${lines.join("\n")}\n`;
}

function clusterLines(test: ClusterTest): string[] {
  const { point, measure, counts, probes, problems, evidence } = test;
  const findings = [...test.phases.flatMap((phase) => phase.findings), ...test.findings];
  return [
    `## ${escapeMarkdown(test.cluster)}: ${test.verdict}`,
    "",
    point
      ? `Recovery point ${escapeMarkdown(point.id)} of ${point.takenAt} (${escapeMarkdown(point.tier)}, ${test.provider}).`
      : `No recovery point was restored (${test.provider}).`,
    "",
    ...(measure ? measureLines(measure, test.objectives) : []),
    "| phase | outcome | took | why |",
    "| --- | --- | --- | --- |",
    ...test.phases.map((phase) =>
      row([phase.name, phase.outcome, between(phase.startedAt, phase.endedAt), phase.reason]),
    ),
    "",
    ...table(
      ["kind", "expected", "found"],
      counts.map(({ kind, expected, found }) => [kind, `${expected}`, `${found}`]),
    ),
    ...table(
      ["probe", "outcome", "why"],
      probes.map(({ name, outcome, why }) => [name, outcome, why]),
    ),
    ...table(
      ["not restored", "code", "message"],
      problems.map(({ object, code, message }) => [object, code, message]),
    ),
    ...(findings.length === 0 ? [] : [...byGravity(findings).map(findingText), ""]),
    ...table(
      ["evidence", "sha256", "bytes"],
      evidence.map(({ path, sha256, bytes }) => [path, sha256, `${bytes}`]),
    ),
    `Evidence: ${escapeMarkdown(test.folder)}`,
    "",
  ];
}

function measureLines({ rpo, rto }: Measure, { rpoHours, rtoMinutes }: Objectives): string[] {
  const basis = rpo.basis === "data" ? "newest data" : "recovery point";
  const atPoint = rpo.atPointMs === null ? "" : `, ${durationText(rpo.atPointMs)} when the point was taken`;
  const total = rto.totalMs === null ? "not reached" : durationText(rto.totalMs);
  return [
    `- RPO: ${durationText(rpo.atStartMs)} by the ${basis}${atPoint} (objective: ${rpoHours === null ? "none" : `${rpoHours} h`})`,
    `- RTO: ${total} (objective: ${rtoMinutes === null ? "none" : `${rtoMinutes} min`})`,
    "",
  ];
}

function findingText({ severity, code, message, evidence, remedy }: Finding): string {
  const seen = evidence.length === 0 ? "" : ` (${evidence.map(escapeMarkdown).join("; ")})`;
  return `- **${severity}** ${escapeMarkdown(code)}: ${escapeMarkdown(message)}${seen}. ${escapeMarkdown(remedy)}`;
}

/** Nothing without rows. */
function table(head: readonly string[], rows: ReadonlyArray<readonly string[]>): string[] {
  if (rows.length === 0) return [];
  return [row(head), row(head.map(() => "---")).replaceAll("\\", ""), ...rows.map(row), ""];
}

function section(title: string, lines: readonly string[]): string[] {
  return [`## ${title}`, "", ...lines, ""];
}
