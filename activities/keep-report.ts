import { evidenceOf, keepText } from "../adapters/reports/evidence.ts";
import type { ReportStore } from "../adapters/reports/report-store.ts";
import { DrydockError } from "../domain/errors.ts";
import { type Evidence, manifestText, runFolder } from "../domain/restore/evidence-manifest.ts";
import { type ProbeLogs, restoreHtml } from "../domain/restore/html/restore-html.ts";
import { restoreMarkdown } from "../domain/restore/restore-markdown.ts";
import type { ClusterTest, RestoreReport } from "../domain/restore/restore-report.ts";

/** What keeping a report needs. */
export interface KeepReportPorts {
  /** Null where REPORTS_STORAGE is not set. */
  readonly reports: ReportStore | null;
}

/** Whether a report was kept, and where. */
export interface KeptReport {
  readonly kept: boolean;
  /** Of the whole run; null when it was not kept. */
  readonly folder: string | null;
}

/**
 * Keeps the report of restore tests: each cluster's with its evidence, and the run's as JSON, Markdown and HTML. A manifest
 * comes last in each folder; where there is one, the record is whole. May run twice: what is there stays. Throws DrydockError.
 */
export async function keepReport(
  { reports: store }: KeepReportPorts,
  { report }: { readonly report: RestoreReport },
): Promise<KeptReport> {
  if (store === null) return { kept: false, folder: null };
  for (const test of report.clusters) await keepTest(store, report, test);
  const folder = runFolder(report.startedAt, report.id);
  const logs = new Map<string, ProbeLogs>();
  for (const test of report.clusters) logs.set(test.cluster, await readLogs(store, test));
  const files = [
    { path: "report.json", text: jsonText(report) },
    { path: "report.md", text: restoreMarkdown(report) },
    { path: "report.html", text: restoreHtml(report, (cluster) => logs.get(cluster) ?? new Map()) },
  ];
  const evidence: Evidence[] = [];
  for (const { path, text } of files) {
    await keepText(store, `${folder}/${path}`, text);
    evidence.push(evidenceOf(path, Buffer.from(text)));
  }
  const { id, verdict, startedAt, endedAt } = report;
  await keepManifest(store, folder, { run: id, cluster: null, verdict, startedAt, endedAt, files: evidence });
  return { kept: true, folder };
}

async function keepTest(store: ReportStore, report: RestoreReport, test: ClusterTest): Promise<void> {
  const { folder, cluster, verdict, startedAt, endedAt } = test;
  const text = jsonText(test);
  await keepText(store, `${folder}/report.json`, text);
  const files = [...test.evidence, evidenceOf("report.json", Buffer.from(text))];
  await keepManifest(store, folder, { run: report.id, cluster, verdict, startedAt, endedAt, files });
}

interface Manifest {
  readonly run: string;
  readonly cluster: string | null;
  readonly verdict: string;
  readonly startedAt: string;
  readonly endedAt: string;
  readonly files: readonly Evidence[];
}

/** The digests twice: for machines, and as `sha256sum --check` reads them. */
async function keepManifest(store: ReportStore, folder: string, manifest: Manifest): Promise<void> {
  await keepText(store, `${folder}/SHA256SUMS`, manifestText(manifest.files));
  await keepText(store, `${folder}/manifest.json`, jsonText({ kind: "restore-test", ...manifest }));
}

/** What probes said. A log that cannot be had is told by its path; it must not cost the report. */
async function readLogs(store: ReportStore, { folder, probes }: ClusterTest): Promise<ProbeLogs> {
  const logs = new Map<string, string>();
  for (const { evidence } of probes) {
    if (evidence === null) continue;
    try {
      const content = await store.read(`${folder}/${evidence}`);
      if (content) logs.set(evidence, content.toString());
    } catch (error) {
      if (!(error instanceof DrydockError) || error.failure.class === "transient") throw error;
    }
  }
  return logs;
}

function jsonText(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
