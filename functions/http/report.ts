import { reportMarkdown } from "../../domain/report-markdown.ts";
import { restoreMarkdown } from "../../domain/restore/restore-markdown.ts";
import { type RunReport, runReportSchema } from "../../domain/run-report.ts";
import { findStatus } from "../run-lookup.ts";
import { json, operatorRoute } from "./operator-route.ts";
import { Problem } from "./problem.ts";
import { runIdIn } from "./run-id.ts";

/** `GET api/v1/runs/{id}/report`: the report of a run that has ended, as JSON or with `?format=markdown`. */
export function registerReport(): void {
  operatorRoute({
    name: "getReport",
    method: "GET",
    route: "runs/{id}/report",
    handle: async (request, client) => {
      const id = runIdIn(request);
      const format = request.query.get("format") ?? "json";
      if (format !== "json" && format !== "markdown") {
        throw new Problem(400, "Unknown format", `format is "${format}"; json or markdown is expected.`);
      }
      const status = await findStatus(client, id);
      if (!status) throw new Problem(404, "No such run", `There is no run ${id}.`);
      const report = runReportSchema.safeParse(status.output);
      if (!report.success) {
        throw new Problem(409, "No report yet", `Run ${id} is ${status.runtimeStatus}; its report comes at its end.`);
      }
      if (format === "json") return json(200, report.data);
      const headers = { "content-type": "text/markdown; charset=utf-8", "cache-control": "no-store" };
      return { body: markdownOf(report.data), headers };
    },
  });
}

function markdownOf(report: RunReport): string {
  return report.kind === "upgrade" ? reportMarkdown(report) : restoreMarkdown(report);
}
