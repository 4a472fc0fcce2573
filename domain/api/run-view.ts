import { z } from "zod";
import { type RestoreTestView, restoreRunSummarySchema, restoreRunViewSchema } from "./restore-view.ts";
import { type RingView, upgradeRunSummarySchema, upgradeRunViewSchema } from "./upgrade-view.ts";

/** A run of any kind as the API, the console and the command line show it. A kind is a row here and in RUN_KINDS. */
export const runViewSchema = z
  .discriminatedUnion("kind", [upgradeRunViewSchema, restoreRunViewSchema])
  .meta({ id: "Run" });
export type RunView = z.infer<typeof runViewSchema>;

/** A run of any kind as the list of runs has it. */
export const runSummarySchema = z
  .discriminatedUnion("kind", [upgradeRunSummarySchema, restoreRunSummarySchema])
  .meta({ id: "RunSummary" });
export type RunSummary = z.infer<typeof runSummarySchema>;

/** The rings of an upgrade; none for what is no upgrade. */
export function ringsOf(run: RunView): readonly RingView[] {
  return run.kind === "upgrade" ? run.rings : [];
}

/** The tests of a run of restore tests; none for what is none. */
export function testsOf(run: RunView): readonly RestoreTestView[] {
  return run.kind === "restore-test" ? run.tests : [];
}
