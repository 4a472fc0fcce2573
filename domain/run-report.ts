import { z } from "zod";
import { upgradeReportSchema } from "./report.ts";
import { restoreReportSchema } from "./restore/restore-report.ts";

/** The record of a run of any kind: what every run ends in. */
export const runReportSchema = z.discriminatedUnion("kind", [upgradeReportSchema, restoreReportSchema]);
export type RunReport = z.infer<typeof runReportSchema>;
