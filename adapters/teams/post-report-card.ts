import type { RestoreReport } from "../../domain/restore/restore-report.ts";
import type { RunReport } from "../../domain/run-report.ts";
import { noticeCard } from "./notice-card.ts";
import { postCard } from "./teams-webhook.ts";
import { upgradeCard } from "./upgrade-card.ts";

/** Posts the card of a run's report to a Workflows webhook. Throws DrydockError. */
export async function postReportCard(webhookUrl: string, report: RunReport, runUrl: string): Promise<void> {
  await postCard(webhookUrl, report.kind === "upgrade" ? upgradeCard(report, runUrl) : restoreCard(report, runUrl));
}

function restoreCard({ verdict, clusters }: RestoreReport, runUrl: string) {
  const proven = clusters.filter((test) => test.verdict === "passed").length;
  const text = `${proven} of ${clusters.length} backups proven`;
  const evidence = clusters.map((test) => `${test.cluster}: ${test.verdict}`);
  return noticeCard({ title: `Restore test: ${verdict}`, text, evidence }, runUrl);
}
