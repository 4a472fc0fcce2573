import type { DurableClient, DurableOrchestrationStatus } from "durable-functions";
import { z } from "zod";
import { type RunSummary, type RunView, runSummarySchema } from "../domain/api/run-view.ts";
import { type RunKind, runKindSchema } from "../domain/run-kind.ts";
import type { ListedRun } from "../domain/run-status.ts";
import { readRestoreRun } from "./restore-run-reader.ts";
import { findStatus, readRunIndex } from "./run-lookup.ts";
import { readUpgradeRun } from "./upgrade-run-reader.ts";

type ReadRun = (
  client: DurableClient,
  root: DurableOrchestrationStatus,
  withParts: boolean,
) => Promise<RunView | undefined>;

/** How a run of each kind is read; undefined when it is none of that kind. */
const READERS: Readonly<Record<RunKind, ReadRun>> = { upgrade: readUpgradeRun, "restore-test": readRestoreRun };

/** What tells the kind of a run. */
const kindSchema = z.object({ kind: runKindSchema });

/** Which runs are listed: those that began before `after`, and what else is named. */
export interface RunFilter {
  readonly limit: number;
  readonly after?: string | undefined;
  readonly kind?: RunKind | undefined;
  readonly status?: "running" | "finished" | undefined;
  readonly verdict?: string | undefined;
  readonly by?: string | undefined;
}

/** The newest runs, newest first, and the last of them when there are more. A run that is not listed has none after it. */
export async function listRuns(
  client: DurableClient,
  { limit, after, kind, status, verdict, by }: RunFilter,
): Promise<{ readonly runs: RunSummary[]; readonly next: string | null }> {
  const all = await readRunIndex(client);
  const from = after === undefined ? 0 : all.findIndex(({ id }) => id === after) + 1 || all.length;
  const fitting = all
    .slice(from)
    .filter((run) => kind === undefined || run.kind === kind)
    .filter((run) => status === undefined || (run.endedAt === null) === (status === "running"))
    .filter((run) => verdict === undefined || run.verdict === verdict)
    .filter((run) => by === undefined || run.trigger.by === by);
  const listed = fitting.slice(0, limit);
  const runs = await Promise.all(listed.map((run) => summarizeRun(client, run)));
  return { runs, next: fitting.length > limit ? (listed.at(-1)?.id ?? null) : null };
}

async function summarizeRun(client: DurableClient, run: ListedRun): Promise<RunSummary> {
  const { id, startedAt, endedAt } = run;
  // Without those members that only the list has.
  const summary = (now: Pick<RunSummary, "status" | "phase" | "updatedAt">) =>
    runSummarySchema.parse({ ...run, ...now });
  if (endedAt !== null) return summary({ status: "finished", phase: "finished", updatedAt: endedAt });
  const view = await readRun(client, id, false);
  if (view) return runSummarySchema.parse(view);
  return summary({ status: "running", phase: "its history is gone", updatedAt: startedAt });
}

/**
 * Reads a run of any kind; undefined when there is none.
 *
 * @param withParts whether to read how its parts stand
 */
export async function readRun(client: DurableClient, id: string, withParts = true): Promise<RunView | undefined> {
  const root = await findStatus(client, id);
  const kind = kindSchema.safeParse(root?.input).data?.kind;
  return root && kind && READERS[kind](client, root, withParts);
}
