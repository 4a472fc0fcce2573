import type * as df from "durable-functions";
import { upgradeReportSchema } from "../domain/report.ts";
import type { ListedRun } from "../domain/run-status.ts";
import type { Stand, Why } from "../domain/why.ts";
import { heldBy } from "../domain/why-held.ts";
import { findStatus, readRunIndex } from "./run-lookup.ts";
import { readRun } from "./run-reader.ts";

/** Ended runs that are looked through for a cluster, the newest first. */
const LOOKED_THROUGH = 30;

/** What runs have to say of a cluster. */
export interface ClusterHistory {
  /** How those under way hold it. */
  readonly holds: readonly Stand[];
  /** The newest that had it and has ended. */
  readonly lastRun: Why["lastRun"];
}

/** Reads what runs under way and ended ones have to say of a cluster. */
export async function readClusterHistory(client: df.DurableClient, cluster: string): Promise<ClusterHistory> {
  const index = await readRunIndex(client);
  const listed = index.filter(({ kind }) => kind === "upgrade");
  const views = await Promise.all(
    listed.filter(({ endedAt }) => endedAt === null).map(({ id }) => readRun(client, id)),
  );
  const holds = views.flatMap((view) => {
    const held = view?.kind !== "upgrade" || view.status === "finished" ? null : heldBy(view, cluster);
    return held ? [held] : [];
  });
  return { holds, lastRun: await lastRunOf(client, listed, cluster) };
}

async function lastRunOf(
  client: df.DurableClient,
  listed: readonly ListedRun[],
  cluster: string,
): Promise<Why["lastRun"]> {
  for (const { id } of listed.filter(({ endedAt }) => endedAt !== null).slice(0, LOOKED_THROUGH)) {
    const report = upgradeReportSchema.safeParse((await findStatus(client, id))?.output).data;
    const result = report?.rings.flatMap(({ clusters }) => clusters).find(({ name }) => name === cluster);
    if (!report || !result) continue;
    const { startedAt, endedAt, trigger } = report;
    return { id, by: trigger.by, outcome: result.outcome, reason: result.reason, startedAt, endedAt };
  }
  return null;
}
