import { z } from "zod";
import { findingSchema } from "../finding.ts";
import { gateSchema, signalSchema } from "../run-control.ts";

export const instantSchema = z.iso.datetime().describe("ISO 8601 instant, UTC");

export const triggerSchema = z
  .object({
    by: z.string(),
    reason: z.string(),
    event: z.object({ type: z.string(), source: z.string(), id: z.string() }).nullable(),
  })
  .meta({ id: "Trigger" });
export type Trigger = z.infer<typeof triggerSchema>;

/** What runs of every kind have in common in the list of runs; kind and verdict come with the kind. */
export const runHeadShape = {
  id: z.string(),
  status: z.enum(["pending", "running", "finished"]),
  /** One short sentence for people. */
  phase: z.string(),
  trigger: triggerSchema,
  startedAt: instantSchema,
  updatedAt: instantSchema,
  endedAt: instantSchema.nullable(),
};

/** What runs of every kind have in common when one looks closer. */
export const runTalkShape = {
  /** What the run asks of people. */
  gates: z.array(gateSchema),
  /** What people told it. */
  signals: z.array(signalSchema),
  findings: z.array(findingSchema),
};
