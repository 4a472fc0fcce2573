import { z } from "zod";
import { type RunSummary, runSummarySchema } from "../../domain/api/run-view.ts";
import { durationText } from "../../domain/duration-text.ts";
import { askJson } from "../api/api-client.ts";
import { findConnection } from "../api/connection.ts";
import { instantText } from "../output/instant-text.ts";
import { type Place, printAnswer } from "../output/output.ts";
import { tableLines } from "../output/table.ts";
import { wantsColour } from "../view/paint.ts";
import type { RunsFlags } from "./runs-command.ts";

const runsSchema = z.object({
  runs: z.array(runSummarySchema),
  /** What to give as `after` for those before them. */
  next: z.string().nullable().optional(),
});

/** `drydock runs`: lists runs. Answers the exit code. Rejects with CommandFailure. */
export async function runs(flags: RunsFlags, { out, environment }: Place): Promise<number> {
  const connection = findConnection(flags, environment);
  const answer = await askJson(connection, { path: `runs?limit=${flags.limit}` }, runsSchema);
  printAnswer(out, flags.output, answer, () => {
    if (answer.runs.length === 0) return ['There are no runs yet. Start one: drydock run upgrade --reason "…"'];
    return tableLines<RunSummary>(
      answer.runs,
      [
        ["RUN", ({ id }) => id],
        ["STARTED", ({ startedAt }) => instantText(startedAt)],
        ["TOOK", (run) => tookText(run, connection.nowMs())],
        ["STATE", ({ verdict, phase, status }) => verdict ?? `${status}: ${phase}`],
        ["BY", ({ trigger }) => trigger.by],
        ["REASON", ({ trigger }) => trigger.reason],
      ],
      wantsColour(out, environment),
    );
  });
  return 0;
}

function tookText({ startedAt, endedAt }: RunSummary, nowMs: number): string {
  return durationText((endedAt === null ? nowMs : Date.parse(endedAt)) - Date.parse(startedAt));
}
