import type { Notice } from "../domain/notice.ts";
import type { Gate } from "../domain/run-control.ts";
import type { RunReport } from "../domain/run-report.ts";
import type { ActivityPorts } from "./ports.ts";

/** Tells Teams how a run ended; answers whether a card went out. */
export async function deliverCard(
  ports: ActivityPorts,
  { report }: { readonly report: RunReport },
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

/** Tells Teams what people should know of a run that goes on, unless fleet.yaml wants no cards; answers whether one went out. */
export async function deliverNotice(
  ports: ActivityPorts,
  { runId, notice }: { readonly runId: string; readonly notice: Notice },
): Promise<{ readonly delivered: boolean }> {
  const { config } = await ports.readFleet();
  return { delivered: config.notifications.teams && (await ports.postNotice(runId, notice)) };
}
