import { z } from "zod";
import { triggerSchema } from "../api/run-head.ts";
import { findingSchema } from "../finding.ts";
import { signalSchema } from "../run-control.ts";
import { evidenceSchema } from "./evidence-manifest.ts";
import { probeResultSchema } from "./judge-probe.ts";
import { measureSchema } from "./measure.ts";
import { objectivesSchema } from "./restore-plan.ts";
import { phaseResultSchema, restoreVerdictSchema } from "./restore-verdict.ts";

const instant = z.iso.datetime();

/** How the test of one cluster's backup went. */
export const clusterTestSchema = z.object({
  cluster: z.string(),
  provider: z.enum(["azure-backup", "velero"]),
  verdict: restoreVerdictSchema,
  point: z.object({ id: z.string(), takenAt: instant, tier: z.string() }).nullable(),
  /** Resource id of the scratch cluster; null when none was made. */
  scratchCluster: z.string().nullable(),
  objectives: objectivesSchema,
  measure: measureSchema.nullable(),
  phases: z.array(phaseResultSchema),
  counts: z.array(z.object({ kind: z.string(), expected: z.int(), found: z.int() })),
  probes: z.array(probeResultSchema),
  /** Objects that were not restored, or not as they were. */
  problems: z.array(z.object({ object: z.string(), code: z.string(), message: z.string(), remedy: z.string() })),
  /** Data that was moved; null when the service does not say. */
  bytes: z.number().nullable(),
  /** Of measures and the whole; those of a phase stand with it. */
  findings: z.array(findingSchema),
  evidence: z.array(evidenceSchema),
  /** Where the evidence is kept. */
  folder: z.string(),
  startedAt: instant,
  endedAt: instant,
});
export type ClusterTest = z.infer<typeof clusterTestSchema>;

/** The record of a run of restore tests. */
export const restoreReportSchema = z
  .object({
    kind: z.literal("restore-test"),
    id: z.string(),
    verdict: restoreVerdictSchema,
    trigger: triggerSchema,
    fleetDigest: z.string(),
    startedAt: instant,
    endedAt: instant,
    clusters: z.array(clusterTestSchema),
    findings: z.array(findingSchema),
    /** What people told the run. */
    signals: z.array(signalSchema),
    cost: z.object({ amount: z.number(), currency: z.string(), isComplete: z.boolean() }),
  })
  .meta({ id: "RestoreReport" });
export type RestoreReport = z.infer<typeof restoreReportSchema>;
