import type { UpgradeReport } from "../domain/report.ts";
import type { ActivityPorts } from "./ports.ts";

/** Tells Teams how a run ended; answers whether a card went out. */
export async function deliverCard(
  ports: ActivityPorts,
  { report }: { readonly report: UpgradeReport },
): Promise<{ readonly delivered: boolean }> {
  return { delivered: await ports.postReport(report) };
}
