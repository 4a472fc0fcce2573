import { z } from "zod";
import { roleSchema } from "../../domain/api/caller.ts";
import { reportMarkdown } from "../../domain/report-markdown.ts";
import { restoreMarkdown } from "../../domain/restore/restore-markdown.ts";
import { type RunReport, runReportSchema } from "../../domain/run-report.ts";
import { findStatus } from "../run-lookup.ts";
import { json, operatorRoute } from "./operator-route.ts";
import { Problem } from "./problem.ts";
import { runIdIn } from "./run-id.ts";

const querySchema = z.strictObject({
  format: z.enum(["json", "markdown"], "json or markdown is expected").default("json"),
});

/** `GET api/v1/runs/{id}/report`: the report of a run that has ended, as JSON or with `?format=markdown`. */
export function registerReport(): void {
  operatorRoute({
    name: "getReport",
    method: "GET",
    route: "runs/{id}/report",
    summary: "The report of a run that has ended.",
    role: roleSchema.enum.viewer,
    query: querySchema,
    answers: {
      200: { description: "The report.", schema: runReportSchema, types: ["text/markdown"] },
      404: { description: "There is no such run." },
      409: { description: "The run goes on, or ended without a report." },
    },
    handle: async ({ request, query: { format }, client }) => {
      const id = runIdIn(request);
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
