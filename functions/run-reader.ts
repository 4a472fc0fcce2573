import * as df from "durable-functions";
import type { z } from "zod";
import { assembleRun, type ClusterParts, type DrainParts, type PoolParts } from "../domain/api/assemble-run.ts";
import type { RunView } from "../domain/api/run-view.ts";
import { clusterResultSchema, drainResultSchema, poolResultSchema, upgradeReportSchema } from "../domain/report.ts";
import { runIds, runRequestSchema } from "../domain/run-request.ts";
import {
  clusterStatusSchema,
  drainStatusSchema,
  type ListedRun,
  poolStatusSchema,
  type RunRecord,
  runStatusSchema,
} from "../domain/run-status.ts";
import type { ClusterPlan, RingPlan } from "../domain/upgrade-plan.ts";
import { RUN_INDEX, RUN_INDEX_KEY } from "../orchestrations/run-index.ts";
import { RUN_RECORD } from "../orchestrations/run-record.ts";
import { findStatus } from "./run-lookup.ts";

/** A run without its rings and findings. */
export type RunSummary = Omit<RunView, "rings" | "findings">;

/** The newest runs, newest first. */
export async function listRuns(client: df.DurableClient, limit: number): Promise<RunSummary[]> {
  const index = await client.readEntityState<ListedRun[]>(new df.EntityId(RUN_INDEX, RUN_INDEX_KEY));
  const listed = (index.entityState ?? []).slice(0, limit);
  return Promise.all(listed.map((run) => summarizeRun(client, run)));
}

async function summarizeRun(client: df.DurableClient, run: ListedRun): Promise<RunSummary> {
  const { id, kind, trigger, startedAt, endedAt, verdict } = run;
  if (endedAt !== null) {
    return {
      id,
      kind,
      status: "finished",
      phase: "finished",
      verdict,
      trigger,
      startedAt,
      updatedAt: endedAt,
      endedAt,
    };
  }
  const {
    rings: _rings,
    findings: _findings,
    ...summary
  } = (await readRun(client, id, false)) ?? {
    ...{ id, kind, trigger, startedAt, endedAt, verdict, rings: [], findings: [] },
    status: "running" as const,
    phase: "its history is gone",
    updatedAt: startedAt,
  };
  return summary;
}

/**
 * Reads a run; undefined when there is none. Statuses are read level by level, and below a part that has ended nothing is
 * read: its result holds it all.
 *
 * @param withParts whether to read how clusters, pools and nodes stand
 */
export async function readRun(client: df.DurableClient, id: string, withParts = true): Promise<RunView | undefined> {
  const root = await findStatus(client, id);
  const request = runRequestSchema.safeParse(root?.input);
  if (!root || !request.success) return undefined;
  const report = upgradeReportSchema.safeParse(root.output).data ?? null;
  const record = await client.readEntityState<RunRecord>(new df.EntityId(RUN_RECORD, id));
  const plan = record.entityState?.rings ?? [];
  const clusters =
    withParts && report === null ? await readClusters(client, id, plan) : new Map<string, ClusterParts>();
  const { runtimeStatus } = root;
  const hasEnded = ["Completed", "Failed", "Terminated", "Canceled"].includes(runtimeStatus);
  return assembleRun({
    id,
    state: hasEnded ? "ended" : runtimeStatus === "Pending" ? "pending" : "running",
    brokenBy: hasEnded && report === null ? runtimeStatus.toLowerCase() : null,
    createdAt: root.createdTime.toISOString(),
    updatedAt: root.lastUpdatedTime.toISOString(),
    request: request.data,
    status: runStatusSchema.safeParse(root.customStatus).data ?? null,
    plan,
    report,
    clusters,
  });
}

interface Part<S, R> {
  readonly status: S | null;
  readonly result: R | null;
}

/** How a part stands; undefined when it has not begun. */
async function readPart<S, R>(
  client: df.DurableClient,
  id: string,
  statusSchema: z.ZodType<S>,
  resultSchema: z.ZodType<R>,
): Promise<Part<S, R> | undefined> {
  const found = await findStatus(client, id);
  if (!found) return undefined;
  return {
    status: statusSchema.safeParse(found.customStatus).data ?? null,
    result: resultSchema.safeParse(found.output).data ?? null,
  };
}

async function readClusters(
  client: df.DurableClient,
  runId: string,
  plan: readonly RingPlan[],
): Promise<Map<string, ClusterParts>> {
  const planned = plan.flatMap(({ clusters }) => clusters).filter(({ skip }) => skip === null);
  return mapOf(
    planned,
    ({ name }) => name,
    (cluster) => readCluster(client, runId, cluster),
  );
}

async function readCluster(
  client: df.DurableClient,
  runId: string,
  plan: ClusterPlan,
): Promise<ClusterParts | undefined> {
  const id = runIds.cluster(runId, plan.name);
  const part = await readPart(client, id, clusterStatusSchema, clusterResultSchema);
  if (!part) return undefined;
  if (part.result) return { ...part, pools: new Map() };
  const pools = await mapOf(
    plan.pools,
    ({ name }) => name,
    ({ name }) => readPool(client, runId, plan.name, name),
  );
  return { ...part, pools };
}

async function readPool(
  client: df.DurableClient,
  runId: string,
  cluster: string,
  pool: string,
): Promise<PoolParts | undefined> {
  const part = await readPart(client, runIds.pool(runId, cluster, pool), poolStatusSchema, poolResultSchema);
  if (!part) return undefined;
  if (part.result) return { ...part, drains: new Map() };
  const read = (node: string): Promise<DrainParts | undefined> =>
    readPart(client, runIds.node(runId, cluster, pool, node), drainStatusSchema, drainResultSchema);
  return { ...part, drains: await mapOf(part.status?.nodes ?? [], (node) => node, read) };
}

async function mapOf<T, V>(
  items: readonly T[],
  keyOf: (item: T) => string,
  read: (item: T) => Promise<V | undefined>,
): Promise<Map<string, V>> {
  const values = await Promise.all(items.map(read));
  return new Map(
    items.flatMap((item, index) => {
      const value = values[index];
      return value === undefined ? [] : [[keyOf(item), value] as const];
    }),
  );
}
