import { durationText } from "../../duration-text.ts";
import { byGravity, type Finding } from "../../finding.ts";
import type { ProbeResult } from "../judge-probe.ts";
import type { Measure } from "../measure.ts";
import type { Objectives } from "../restore-plan.ts";
import type { ClusterTest, RestoreReport } from "../restore-report.ts";
import type { RestoreVerdict } from "../restore-verdict.ts";
import { html, type Markup } from "./markup.ts";
import { REPORT_STYLE } from "./style.ts";
import { objectiveBar, phaseTimeline } from "./timeline.ts";

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;
/** What of a log a report shows; the evidence has it whole. */
const LOG_CHARACTERS = 8_000;

const TONES: Readonly<Record<RestoreVerdict | ProbeResult["outcome"] | Finding["severity"], string>> = {
  ...{ passed: "good", failed: "bad", "timed-out": "warning", inconclusive: "warning" },
  ...{ held: "good", unknown: "warning", blocker: "bad", warning: "warning", info: "idle" },
};

/** What probes said: the text of each file of evidence, by its path within the cluster's folder. */
export type ProbeLogs = ReadonlyMap<string, string>;

/**
 * A report of restore tests as a page that stands alone: no script, nothing that is loaded. What clusters and services say is
 * shown as text, never as marks.
 *
 * @param logsOf what the probes of a cluster said; a log that is not there is told by its path
 */
export function restoreHtml(report: RestoreReport, logsOf: (cluster: string) => ProbeLogs = () => new Map()): string {
  const { clusters, cost, trigger, verdict } = report;
  const passed = clusters.filter((test) => test.verdict === "passed").length;
  const took = durationText(Date.parse(report.endedAt) - Date.parse(report.startedAt));
  const incomplete = cost.isComplete ? "" : ", without nodes whose price is not known";
  const page = html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'">
<title>Restore test ${report.id}: ${verdict}</title><style>${{ html: REPORT_STYLE }}</style></head><body>
<header><h1>Restore test ${report.id}: <span class="verdict ${TONES[verdict]}">${verdict}</span></h1>
<p>${passed} of ${clusters.length} backups proven. Started ${report.startedAt} by ${trigger.by} (${trigger.reason}), took ${took}.</p>
<p class="muted">Scratch clusters cost about ${cost.amount} ${cost.currency}${incomplete}. fleet.yaml: sha256 <code>${report.fleetDigest}</code></p></header>
<main>${overview(clusters)}${clusters.map((test) => clusterSection(test, logsOf(test.cluster)))}
${report.signals.length === 0 ? "" : html`<section><h2>What people told it</h2>${signalTable(report.signals)}</section>`}
${report.findings.length === 0 ? "" : html`<section><h2>Findings of the run</h2>${findingTable(report.findings)}</section>`}</main>
</body></html>
`;
  return page.html;
}

/** One row a cluster, where there are several. */
function overview(clusters: readonly ClusterTest[]): Markup {
  if (clusters.length < 2) return html``;
  return html`<section><h2>Clusters</h2>${table(
    ["cluster", "verdict", "recovery point", "RPO", "RTO"],
    clusters.map(({ cluster, verdict, point, measure }) => [
      cluster,
      mark(verdict),
      point?.takenAt ?? "none",
      measure ? durationText(measure.rpo.atStartMs) : "",
      rtoText(measure),
    ]),
  )}</section>`;
}

function clusterSection(test: ClusterTest, logs: ProbeLogs): Markup {
  const { point, measure, counts, problems, evidence, phases } = test;
  const findings = [...phases.flatMap((phase) => phase.findings), ...test.findings];
  return html`<section><h2>${test.cluster}: ${mark(test.verdict)}</h2>
<p>${point ? `Recovery point ${point.id} of ${point.takenAt} (${point.tier}, ${test.provider}).` : `No recovery point was restored (${test.provider}).`}
${test.bytes === null ? "" : ` ${test.bytes} bytes of data.`} ${test.scratchCluster ?? ""}</p>
${measure ? measures(measure, test.objectives) : ""}
<h3>Phases</h3>${phaseTimeline(phases)}${table(
    ["phase", "outcome", "took", "why"],
    phases.map(({ name, outcome, startedAt, endedAt, reason }) => [
      name,
      outcome,
      durationText(Date.parse(endedAt) - Date.parse(startedAt)),
      reason,
    ]),
  )}
${findings.length === 0 ? "" : html`<h3>Findings</h3>${findingTable(findings)}`}
${counts.length === 0 ? "" : html`<h3>Objects</h3>${countTable(counts)}`}
${test.probes.length === 0 ? "" : html`<h3>Probes</h3>${test.probes.map((probe) => probeBlock(probe, logs))}`}
${problems.length === 0 ? "" : html`<h3>Not restored</h3>${problemTable(problems)}`}
<h3>Evidence</h3><p><code>${test.folder}</code></p>
${evidence.length === 0 ? html`<p class="muted">None was kept.</p>` : evidenceTable(evidence)}</section>`;
}

function measures({ rpo, rto }: Measure, { rpoHours, rtoMinutes }: Objectives): Markup {
  const basis = rpo.basis === "data" ? "newest data" : "recovery point";
  const atPoint = rpo.atPointMs === null ? "" : `, ${durationText(rpo.atPointMs)} when the point was taken`;
  const total = rto.totalMs === null ? "not reached" : durationText(rto.totalMs);
  return html`<h3>Measured</h3>
<p>RPO ${durationText(rpo.atStartMs)} by the ${basis}${atPoint}; objective ${rpoHours === null ? "none" : `${rpoHours} h`}.
RTO ${total}; objective ${rtoMinutes === null ? "none" : `${rtoMinutes} min`}.</p>
${objectiveBar("RPO", rpo.atStartMs, rpoHours === null ? null : rpoHours * HOUR_MS)}
${objectiveBar("RTO", rto.totalMs, rtoMinutes === null ? null : rtoMinutes * MINUTE_MS)}`;
}

/** A probe that held is folded; one that did not stands open. */
function probeBlock({ name, outcome, why, newestDataAt, evidence }: ProbeResult, logs: ProbeLogs): Markup {
  const log = evidence === null ? undefined : logs.get(evidence);
  const head = html`<strong>${name}</strong>: ${mark(outcome)}${why === "" ? "" : ` ${why}`}${newestDataAt === null ? "" : ` newest data ${newestDataAt}`}`;
  if (log === undefined) return html`<p>${head}${evidence === null ? "" : html` (<code>${evidence}</code>)`}</p>`;
  const left = log.length - LOG_CHARACTERS;
  const cut = left > 0 ? `[${left} characters before this are in the evidence]\n${log.slice(-LOG_CHARACTERS)}` : log;
  const body = html`<summary>${head}</summary><p class="muted"><code>${evidence ?? ""}</code></p><pre>${cut}</pre>`;
  return outcome === "held" ? html`<details>${body}</details>` : html`<details open>${body}</details>`;
}

function findingTable(findings: readonly Finding[]): Markup {
  return table(
    ["severity", "what", "remedy"],
    byGravity(findings).map(({ severity, code, message, evidence, remedy }) => [
      mark(severity),
      html`<strong>${code}</strong> ${message}${evidence.map((line) => html`<br><span class="muted">${line}</span>`)}`,
      remedy,
    ]),
  );
}

function signalTable(signals: RestoreReport["signals"]): Markup {
  return table(
    ["at", "by", "signal", "reason"],
    signals.map(({ at, by, kind, reason }) => [at, by, kind, reason]),
  );
}

function countTable(counts: ClusterTest["counts"]): Markup {
  return table(
    ["kind", "expected", "found"],
    counts.map(({ kind, expected, found }) => [kind, String(expected), String(found)]),
  );
}

function problemTable(problems: ClusterTest["problems"]): Markup {
  return table(
    ["object", "code", "message", "remedy"],
    problems.map(({ object, code, message, remedy }) => [object, code, message, remedy]),
  );
}

function evidenceTable(evidence: ClusterTest["evidence"]): Markup {
  return table(
    ["file", "sha256", "bytes"],
    evidence.map(({ path, sha256, bytes }) => [path, html`<code>${sha256}</code>`, String(bytes)]),
  );
}

type Cell = string | Markup;

function table(head: readonly string[], rows: ReadonlyArray<readonly Cell[]>): Markup {
  return html`<div class="wide"><table><thead><tr>${head.map((cell) => html`<th scope="col">${cell}</th>`)}</tr></thead><tbody>${rows.map(
    (row) => html`<tr>${row.map((cell) => html`<td>${cell}</td>`)}</tr>`,
  )}</tbody></table></div>`;
}

function mark(word: keyof typeof TONES): Markup {
  return html`<span class="verdict ${TONES[word]}">${word}</span>`;
}

function rtoText(measure: Measure | null): string {
  if (!measure) return "";
  return measure.rto.totalMs === null ? "not reached" : durationText(measure.rto.totalMs);
}
