import { type RunView, runViewSchema } from "../../domain/api/run-view.ts";
import { byGravity } from "../../domain/finding.ts";
import { askJson } from "../api/api-client.ts";
import { type Connection, findConnection } from "../api/connection.ts";
import type { ConnectionFlags } from "../api/connection-flags.ts";
import { EXIT_FAILED } from "../failure.ts";
import { followRun } from "../follow/follow-run.ts";
import { createOperatorApi } from "../follow/operator-api.ts";
import { findingLines } from "../output/finding-lines.ts";
import type { Place } from "../output/output.ts";
import { listenForInterrupts } from "../start/interrupts.ts";
import { createDisplay } from "../view/display.ts";
import { paint, wantsColour } from "../view/paint.ts";
import { runPath } from "./run-path.ts";

/** `drydock watch`: shows a run until it has ended. Answers the exit code. Rejects with CommandFailure or Interrupted. */
export async function watch(id: string, flags: ConnectionFlags, place: Place): Promise<number> {
  const connection = findConnection(flags, place.environment);
  // A run that is not there is a mistake, and not one that is still to come.
  await askJson(connection, { path: runPath(id) }, runViewSchema);
  return watchRun(connection, id, place);
}

/**
 * Shows a run that is there, or was just started, until it has ended; answers 0 when it passed, with warnings or without.
 * Rejects with Interrupted at Ctrl-C: the run goes on.
 */
export async function watchRun(connection: Connection, id: string, { out, environment }: Place): Promise<number> {
  const beganMs = performance.now();
  const clock = { virtualNowMs: connection.nowMs, realElapsedMs: () => performance.now() - beganMs };
  const display = createDisplay(out, clock, environment);
  const work = new AbortController();
  const interrupts = listenForInterrupts(process, ({ exitCode }) => process.exit(exitCode));
  try {
    const followed = followRun({
      api: createOperatorApi(connection.url, connection.key),
      runId: id,
      signal: work.signal,
      onView: (view) => display.show(view),
      onTrouble: (message) => display.say(message),
    });
    const run = await Promise.race([followed, interrupts.first]);
    display.end();
    for (const line of ["", ...endLines(run, wantsColour(out, environment))]) out.write(`${line}\n`);
    return run.verdict === "passed" || run.verdict === "passed-with-warnings" ? 0 : EXIT_FAILED;
  } catch (error) {
    display.end();
    if (error instanceof Error && error.name === "Interrupted") {
      out.write(`Run ${id} goes on. Watch it again: drydock watch ${id}\n`);
    }
    throw error;
  } finally {
    work.abort();
    interrupts.dispose();
  }
}

function endLines(run: RunView, isColoured: boolean): string[] {
  const verdict = run.verdict ?? run.status;
  const tone = verdict === "passed" ? "done" : verdict === "passed-with-warnings" ? "waiting" : "failed";
  const findings = byGravity(run.findings).filter(({ severity }) => severity !== "info");
  return [
    `Verdict: ${paint(verdict, tone, isColoured)}`,
    ...findings.flatMap((finding) => findingLines(finding, isColoured)),
    `Report:  drydock report ${run.id}`,
  ];
}
