import { z } from "zod";
import { type Finding, findingSchema } from "../finding.ts";

/** What a restore test says of a backup. */
export const restoreVerdictSchema = z.enum(["passed", "failed", "timed-out", "inconclusive"]);
export type RestoreVerdict = z.infer<typeof restoreVerdictSchema>;

/** The phases of a test, in their order. */
export const RESTORE_PHASES = [
  "choose",
  "scratch",
  "isolate",
  "validate",
  "restore",
  "verify",
  "probe",
  "look",
  "tear-down",
] as const;
export type RestorePhase = (typeof RESTORE_PHASES)[number];

/** How a phase ended: `could-not` is what says nothing of the backup, as a quota that is used up. */
export const phaseResultSchema = z.object({
  name: z.enum(RESTORE_PHASES),
  outcome: z.enum(["done", "failed", "timed-out", "could-not", "skipped"]),
  /** "" when it was done. */
  reason: z.string(),
  startedAt: z.iso.datetime(),
  endedAt: z.iso.datetime(),
  findings: z.array(findingSchema),
});
export type PhaseResult = z.infer<typeof phaseResultSchema>;

/** Phases that say something of the backup; how the scratch cluster goes away does not. */
const JUDGED: ReadonlySet<RestorePhase> = new Set([
  "choose",
  "scratch",
  "isolate",
  "validate",
  "restore",
  "verify",
  "probe",
]);
/** Without these nothing is proven. */
const NEEDED: readonly RestorePhase[] = ["restore", "verify"];
/** Findings that doubt the test and not the backup. */
const DOUBTS: ReadonlySet<string> = new Set(["ProbeUnknown", "DataNewerThanPoint"]);

/**
 * Adds up a test. A backup that was shown to be bad has failed, whatever else there was; then comes what did not end in its
 * time; then whatever kept the test from showing anything. It has passed only when it was restored and verified.
 */
export function restoreVerdict(phases: readonly PhaseResult[], measured: readonly Finding[]): RestoreVerdict {
  const judged = phases.filter(({ name }) => JUDGED.has(name));
  const blockers = [...judged.flatMap(({ findings }) => findings), ...measured].filter(
    ({ severity }) => severity === "blocker",
  );
  // What kept a phase from being done is told as a blocker, too: it is the phase's outcome that says what it means.
  const blamed = [
    ...judged.filter(({ outcome }) => outcome === "done").flatMap(({ findings }) => findings),
    ...measured,
  ]
    .filter(({ severity }) => severity === "blocker")
    .map(({ code }) => code);
  if (judged.some(({ outcome }) => outcome === "failed")) return "failed";
  if (blamed.some((code) => !DOUBTS.has(code) && code !== "ProbeTimedOut")) return "failed";
  if (judged.some(({ outcome }) => outcome === "timed-out") || blamed.includes("ProbeTimedOut")) return "timed-out";
  const isProven = NEEDED.every((name) => judged.some((phase) => phase.name === name && phase.outcome === "done"));
  const isHindered = judged.some(({ outcome }) => outcome === "could-not");
  return isProven && !isHindered && blockers.length === 0 ? "passed" : "inconclusive";
}

const GRAVITY: Readonly<Record<RestoreVerdict, number>> = { failed: 0, "timed-out": 1, inconclusive: 2, passed: 3 };

/** The gravest of several; a run without any test has shown nothing. */
export function gravestVerdict(verdicts: readonly RestoreVerdict[]): RestoreVerdict {
  return verdicts.toSorted((left, right) => GRAVITY[left] - GRAVITY[right])[0] ?? "inconclusive";
}
