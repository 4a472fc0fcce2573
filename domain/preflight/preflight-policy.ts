import { z } from "zod";
import { customCheckSchema } from "./custom-check.ts";

/** What to do about a backup that is missing, stale, or whose restore was never proven. */
export const backupPolicySchema = z.strictObject({
  policy: z.enum(["ignore", "warn", "block", "takeBackup"]).default("ignore"),
  /** Oldest that the newest recovery point may be. */
  maxAgeHours: z.number().positive().max(8760).default(24),
  /** Oldest that the last proven restore may be. */
  provenWithinDays: z.number().positive().max(3650).default(35),
});

/** How much a ring wants to be sure before it is changed. */
export const preflightPolicySchema = z.strictObject({
  /** Rules, by code, that mean more or less here than they usually do. */
  severities: z.record(z.string(), z.enum(["ignore", "info", "warning", "blocker"])).default({}),
  /** What it means to a run when something cannot be told. */
  cannotTell: z.enum(["ignore", "info", "warning", "blocker"]).default("info"),
  backup: backupPolicySchema.prefault({}),
  /** Checks of the ring's own. */
  checks: z.array(customCheckSchema).max(20).default([]),
});
export type PreflightPolicy = z.infer<typeof preflightPolicySchema>;

/** The policy of a ring that says nothing. */
export const DEFAULT_PREFLIGHT_POLICY: PreflightPolicy = preflightPolicySchema.parse({});
