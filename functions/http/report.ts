import type { HttpResponseInit } from "@azure/functions";
import { z } from "zod";
import { roleSchema } from "../../domain/api/caller.ts";
import { reportMarkdown } from "../../domain/report-markdown.ts";
import { runFolder } from "../../domain/restore/evidence-manifest.ts";
import { restoreHtml } from "../../domain/restore/html/restore-html.ts";
import { restoreMarkdown } from "../../domain/restore/restore-markdown.ts";
import { type RunReport, runReportSchema } from "../../domain/run-report.ts";
import type { AppPorts } from "../ports.ts";
import { findStatus } from "../run-lookup.ts";
import { json, operatorRoute } from "./operator-route.ts";
import { Problem } from "./problem.ts";
import { runIdIn } from "./run-id.ts";

const querySchema = z.strictObject({
  format: z.enum(["json", "markdown", "html"], "json, markdown or html is expected").default("json"),
});

/**
 * `GET api/v1/runs/{id}/report`: the report of a run that has ended, as JSON, or with `?format=markdown` or, for restore tests,
 * `?format=html`.
 */
export function registerReport(ports: AppPorts): void {
  operatorRoute({
    name: "getReport",
    method: "GET",
    route: "runs/{id}/report",
    summary: "The report of a run that has ended.",
    role: roleSchema.enum.viewer,
    query: querySchema,
    answers: {
      200: { description: "The report.", schema: runReportSchema, types: ["text/markdown", "text/html"] },
      400: { description: "A report of this kind has no such format." },
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
      if (format === "html") return htmlOf(ports, report.data);
      const headers = { "content-type": "text/markdown; charset=utf-8", "cache-control": "no-store" };
      return { body: markdownOf(report.data), headers };
    },
  });
}

/** As it was kept with what the probes said, or else without. A page of ours, and yet none that may run anything. */
async function htmlOf({ reports }: AppPorts, report: RunReport): Promise<HttpResponseInit> {
  if (report.kind !== "restore-test") {
    throw new Problem(400, "No such format", "The report of an upgrade is had as json or markdown.");
  }
  const kept = await reports?.read(`${runFolder(report.startedAt, report.id)}/report.html`);
  const headers = {
    "content-type": "text/html; charset=utf-8",
    "cache-control": "no-store",
    "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; sandbox",
    "x-content-type-options": "nosniff",
  };
  return { body: kept ? new Uint8Array(kept) : restoreHtml(report), headers };
}

function markdownOf(report: RunReport): string {
  return report.kind === "upgrade" ? reportMarkdown(report) : restoreMarkdown(report);
}
