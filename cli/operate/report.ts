import { runReportSchema } from "../../domain/run-report.ts";
import { askJson, askText } from "../api/api-client.ts";
import { findConnection } from "../api/connection.ts";
import type { Place } from "../output/output.ts";
import type { ReportFlags } from "./report-command.ts";
import { runPath } from "./run-path.ts";

/** `drydock report`: prints the report of a run. Answers the exit code. Rejects with CommandFailure. */
export async function report(
  id: string,
  { output, ...flags }: ReportFlags,
  { out, environment }: Place,
): Promise<number> {
  const connection = findConnection(flags, environment);
  const path = `${runPath(id)}/report`;
  if (output === "json") {
    out.write(`${JSON.stringify(await askJson(connection, { path }, runReportSchema), null, 2)}\n`);
  } else {
    out.write(`${(await askText(connection, { path: `${path}?format=${output}` })).trimEnd()}\n`);
  }
  return 0;
}
