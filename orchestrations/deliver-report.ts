import { cardUndeliveredLine } from "../domain/log-lines.ts";
import type { RunReport } from "../domain/run-report.ts";
import { errorText, type OrchestrationContext, perform, type Step } from "./durable.ts";

/**
 * Tells Teams how a run ended; answers what the run's status then says. A card that cannot be delivered does not change how
 * the run went.
 */
export function* deliverReport(context: OrchestrationContext, report: RunReport, tellsTeams: boolean): Step<string> {
  if (!tellsTeams) return "finished; no card, as fleet.yaml asks";
  try {
    const { delivered } = yield* perform(context, "deliverCard", { report });
    return delivered ? "finished" : "finished; no card, TEAMS_WEBHOOK_URL is not set";
  } catch (error) {
    const reason = errorText(error);
    if (!context.df.isReplaying) context.log(cardUndeliveredLine(report.id, reason));
    return `finished; the card could not be delivered: ${reason}`;
  }
}
