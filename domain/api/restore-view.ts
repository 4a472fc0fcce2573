import { z } from "zod";
import { RESTORE_PHASES, restoreVerdictSchema } from "../restore/restore-verdict.ts";
import { instantSchema as instant, runHeadShape, runTalkShape } from "./run-head.ts";

/** How far a phase of a test is; what a phase that ended was like is said by its outcome's word. */
export const phaseViewSchema = z
  .object({
    name: z.enum(RESTORE_PHASES),
    state: z.enum(["running", "done", "failed", "timed-out", "could-not", "skipped"]),
    startedAt: instant,
    endedAt: instant.nullable(),
    /** Why it did not end well, or what it waits for; "" for neither. */
    reason: z.string(),
  })
  .meta({ id: "RestorePhase" });
export type PhaseView = z.infer<typeof phaseViewSchema>;

/** How far the service is with a restore. */
export const restoreProgressViewSchema = z.object({
  /** Null when the service does not say. */
  percent: z.number().nullable(),
  tasks: z.array(z.object({ name: z.string(), status: z.string(), percent: z.number().nullable() })),
});
export type RestoreProgressView = z.infer<typeof restoreProgressViewSchema>;

/** The test of one cluster's backup as it goes, and as it went. */
export const restoreTestViewSchema = z
  .object({
    cluster: z.string(),
    state: z.enum(["pending", "waiting", "running", "passed", "failed", "timed-out", "inconclusive"]),
    /** Why it waits, or why it did not pass. */
    reason: z.string().nullable(),
    startedAt: instant.nullable(),
    endedAt: instant.nullable(),
    /** What is restored; null before it is chosen, and when there is none. */
    point: z.object({ id: z.string(), takenAt: instant, tier: z.string() }).nullable(),
    /** Resource id; null before it is known. */
    scratchCluster: z.string().nullable(),
    /** Those that have begun, in their order. */
    phases: z.array(phaseViewSchema),
    /** Of the restore that is under way; null when there is none. */
    progress: restoreProgressViewSchema.nullable(),
  })
  .meta({ id: "RestoreTest" });
export type RestoreTestView = z.infer<typeof restoreTestViewSchema>;

/** A run of restore tests as the list of runs has it. */
export const restoreRunSummarySchema = z.object({
  ...runHeadShape,
  kind: z.literal("restore-test"),
  verdict: restoreVerdictSchema.nullable(),
});

/** A run of restore tests as the API, the console and the command line show it. */
export const restoreRunViewSchema = restoreRunSummarySchema
  .extend({ ...runTalkShape, tests: z.array(restoreTestViewSchema) })
  .meta({ id: "RestoreRun" });
export type RestoreRunView = z.infer<typeof restoreRunViewSchema>;
