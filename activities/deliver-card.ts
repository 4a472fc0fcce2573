import type { UpgradeReport } from "../domain/report.ts";
import type { Gate } from "../domain/run-control.ts";
import type { ActivityPorts } from "./ports.ts";

/** Tells Teams how a run ended; answers whether a card went out. */
export async function deliverCard(
  ports: ActivityPorts,
  { report }: { readonly report: UpgradeReport },
): Promise<{ readonly delivered: boolean }> {
  return { delivered: await ports.postReport(report) };
}

/** Tells Teams what a run asks of people; answers whether a card went out. */
export async function deliverGate(
  ports: ActivityPorts,
  { runId, gate }: { readonly runId: string; readonly gate: Gate },
): Promise<{ readonly delivered: boolean }> {
  return { delivered: await ports.postGate(runId, gate) };
}
