import { upgradeReportSchema } from "../../domain/report.ts";
import { reportMarkdown } from "../../domain/report-markdown.ts";
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
      const report = upgradeReportSchema.safeParse(status.output);
      if (!report.success) {
        throw new Problem(409, "No report yet", `Run ${id} is ${status.runtimeStatus}; its report comes at its end.`);
      }
      if (format === "json") return json(200, report.data);
      const headers = { "content-type": "text/markdown; charset=utf-8", "cache-control": "no-store" };
      return { body: reportMarkdown(report.data), headers };
    },
  });
}
