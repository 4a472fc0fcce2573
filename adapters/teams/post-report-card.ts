import type { RunReport } from "../../domain/run-report.ts";
import { restoreCard } from "./restore-card.ts";
import { postCard } from "./teams-webhook.ts";
import { upgradeCard } from "./upgrade-card.ts";

/** Posts the card of a run's report to a Workflows webhook. Throws DrydockError. */
export async function postReportCard(webhookUrl: string, report: RunReport, runUrl: string): Promise<void> {
  await postCard(webhookUrl, report.kind === "upgrade" ? upgradeCard(report, runUrl) : restoreCard(report, runUrl));
}
