import { z } from "zod";
import { roleSchema } from "../../domain/api/caller.ts";
import { readRecordPath } from "../../domain/restore/evidence-manifest.ts";
import type { AppPorts } from "../ports.ts";
import { json, operatorRoute } from "./operator-route.ts";
import { Problem } from "./problem.ts";

const RECORDS_MAX = 1_000;

const querySchema = z.strictObject({
  kind: z.enum(["restore-test"], "restore-test is expected").default("restore-test"),
  cluster: z
    .string()
    .regex(/^[a-z0-9][a-z0-9-]*$/, "expected the name of a cluster")
    .optional(),
  month: z
    .string()
    .regex(/^\d{4}-(?:0[1-9]|1[0-2])$/, "expected a month, as 2026-11")
    .optional(),
});

const reportsSchema = z
  .object({
    reports: z.array(
      z.object({
        kind: z.string(),
        month: z.string(),
        /** Null for the report of a whole run. */
        cluster: z.string().nullable(),
        run: z.string(),
        folder: z.string(),
      }),
    ),
    /** How many more there are. */
    leftOut: z.int(),
  })
  .meta({ id: "KeptReports" });

/** `GET api/v1/reports`: what is kept in the store of reports, by kind, cluster and month. */
export function registerReports(ports: AppPorts): void {
  operatorRoute({
    name: "getReports",
    method: "GET",
    route: "reports",
    summary: "The reports that are kept, by kind, cluster and month, the newest month first.",
    role: roleSchema.enum.viewer,
    query: querySchema,
    answers: {
      200: { description: "Where each report and its evidence lie.", schema: reportsSchema },
      409: { description: "No store is set." },
    },
    handle: async ({ query: { kind, cluster, month } }) => {
      const { reports: store } = ports;
      if (!store) throw new Problem(409, "No store", "REPORTS_STORAGE is not set: reports are not kept.");
      const folder =
        month === undefined ? `${kind}/` : `${kind}/${month}/${cluster === undefined ? "" : `${cluster}/`}`;
      const kept = (await store.list(folder))
        .flatMap((path) => readRecordPath(path) ?? [])
        .filter((record) => cluster === undefined || record.cluster === cluster)
        .toSorted((left, right) => (left.month > right.month ? -1 : left.month < right.month ? 1 : 0));
      const shown = kept.slice(0, RECORDS_MAX);
      return json(200, { reports: shown, leftOut: kept.length - shown.length });
    },
  });
}
