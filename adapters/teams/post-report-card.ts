import type { UpgradeReport } from "../../domain/report.ts";
import { postCard } from "./teams-webhook.ts";
import { upgradeCard } from "./upgrade-card.ts";

/** Posts the card of a run's report to a Workflows webhook. Throws DrydockError. */
export async function postReportCard(webhookUrl: string, report: UpgradeReport, runUrl: string): Promise<void> {
  await postCard(webhookUrl, upgradeCard(report, runUrl));
}
