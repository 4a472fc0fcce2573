import type { RestoreReport } from "../domain/restore/restore-report.ts";
import { errorText, type OrchestrationContext, perform, type Step } from "./durable.ts";
import { noteProofs } from "./proof-history.ts";

/**
 * Keeps a run's report and its evidence, and notes what its tests showed. Answers the report; one that could not be kept says
 * so, and is still how the run went.
 */
export function* keepRunReport(context: OrchestrationContext, report: RestoreReport): Step<RestoreReport> {
  noteProofs(context, report);
  try {
    yield* perform(context, "keepReport", { report });
    return report;
  } catch (error) {
    const finding = {
      ...{ code: "ReportNotKept", severity: "warning" as const, subject: "report", cluster: null },
      message: `the report could not be kept: ${errorText(error)}`,
      evidence: [],
      remedy: "Mend what REPORTS_STORAGE names, and save the report of this run from the API while the host knows it.",
    };
    return { ...report, findings: [...report.findings, finding] };
  }
}
