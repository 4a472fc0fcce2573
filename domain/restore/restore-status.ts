import { z } from "zod";
import { phaseViewSchema, restoreTestViewSchema } from "../api/restore-view.ts";

/** Custom status of a run of restore tests. Small: hosts keep 16 KB of it. */
export const restoreRunStatusSchema = z.object({
  phase: z.string(),
  /** Whose tests the run is about; empty before its plan is made. */
  clusters: z.array(z.string()),
});
export type RestoreRunStatus = z.infer<typeof restoreRunStatusSchema>;

/** Custom status of the test of one cluster's backup. */
export const testStatusSchema = z.object({
  state: z.enum(["waiting", "running"]),
  reason: z.string().nullable(),
  startedAt: z.iso.datetime(),
  point: restoreTestViewSchema.shape.point,
  scratchCluster: z.string().nullable(),
  /** Without what is long in them. */
  phases: z.array(phaseViewSchema),
});
export type TestStatus = z.infer<typeof testStatusSchema>;
