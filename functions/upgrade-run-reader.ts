import type { DurableClient, DurableOrchestrationStatus } from "durable-functions";
import { z } from "zod";
import {
  assembleRun,
  type ClusterParts,
  type DrainParts,
  type PoolParts,
  type RingParts,
} from "../domain/api/assemble-run.ts";
import type { UpgradeRunView } from "../domain/api/upgrade-view.ts";
import {
  clusterResultSchema,
  drainResultSchema,
  poolResultSchema,
  ringResultSchema,
  upgradeReportSchema,
} from "../domain/report.ts";
import { runIds, upgradeRunRequestSchema } from "../domain/run-request.ts";
import {
  clusterStatusSchema,
  drainStatusSchema,
  laneStatusSchema,
  poolStatusSchema,
  ringStatusSchema,
  rollStatusSchema,
  runStatusSchema,
} from "../domain/run-status.ts";
import type { ClusterPlan, PlannedUpgrade, RingPlan } from "../domain/upgrade-plan.ts";
import { findStatus } from "./run-lookup.ts";
import { readHead } from "./run-state.ts";

/** What is read of a ring's output. */
const ringOutputSchema = z.object({ result: ringResultSchema });

/** What is read of a run's input; a run that follows a roll has more in it. */
const startedWith = z.object(upgradeRunRequestSchema.shape);

/**
 * Reads an upgrade; undefined when it is none. Statuses are read level by level, and below a part that has ended nothing is
 * read: its result holds it all.
 *
 * @param root the status of its orchestration
 * @param withParts whether to read how clusters, pools and nodes stand
 */
export async function readUpgradeRun(
  client: DurableClient,
  root: DurableOrchestrationStatus,
  withParts: boolean,
): Promise<UpgradeRunView | undefined> {
  const request = startedWith.safeParse(root.input);
  if (!request.success) return undefined;
  const id = root.instanceId;
  const report = upgradeReportSchema.safeParse(root.output).data ?? null;
  const plan = await readPlan(client, request.data.plan ?? runIds.plan(id));
  const isLive = report === null;
  const rings = isLive ? await readRings(client, id, plan) : new Map<string, RingParts>();
  const clusters = withParts && isLive ? await readClusters(client, id, plan, rings) : new Map<string, ClusterParts>();
  return assembleRun({
    ...(await readHead(client, root, !isLive)),
    request: request.data,
    status: runStatusSchema.safeParse(root.customStatus).data ?? null,
    plan,
    report,
    rings,
    clusters,
  });
}

interface Part<S, R> {
  readonly status: S | null;
  readonly result: R | null;
}

/** How a part stands; undefined when it has not begun. */
async function readPart<S, R>(
  client: DurableClient,
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

/** The plan of a run; none before it is made, or when it could not be. */
async function readPlan(client: DurableClient, planId: string): Promise<readonly RingPlan[]> {
  const part = await findStatus(client, planId);
  return (part?.output as PlannedUpgrade | null | undefined)?.plan?.rings ?? [];
}

async function readRings(
  client: DurableClient,
  runId: string,
  plan: readonly RingPlan[],
): Promise<Map<string, RingParts>> {
  return mapOf(
    plan,
    ({ ring }) => ring.name,
    async ({ ring }) => {
      const part = await readPart(client, runIds.ring(runId, ring.name), ringStatusSchema, ringOutputSchema);
      if (!part) return undefined;
      const lanes = part.result ? [] : (part.status?.lanes ?? []);
      const statuses = await Promise.all(lanes.map((lane) => readPart(client, lane, laneStatusSchema, z.null())));
      const waiting = statuses.flatMap((lane) => lane?.status?.waiting ?? []);
      return { status: part.status, result: part.result?.result ?? null, waiting };
    },
  );
}

async function readClusters(
  client: DurableClient,
  runId: string,
  plan: readonly RingPlan[],
  rings: ReadonlyMap<string, RingParts>,
): Promise<Map<string, ClusterParts>> {
  const planned = plan.flatMap(({ ring, clusters }) => {
    const parts = rings.get(ring.name);
    if (!parts || parts.result) return [];
    const attempts = parts.status?.attempts ?? {};
    return clusters
      .filter(({ skip }) => skip === null)
      .map((cluster) => ({ cluster, attempt: attempts[cluster.name] ?? 1 }));
  });
  return mapOf(
    planned,
    ({ cluster }) => cluster.name,
    ({ cluster, attempt }) => readCluster(client, runIds.cluster(runId, cluster.name, attempt), cluster),
  );
}

async function readCluster(client: DurableClient, id: string, plan: ClusterPlan): Promise<ClusterParts | undefined> {
  const part = await readPart(client, id, clusterStatusSchema, clusterResultSchema);
  if (!part) return undefined;
  if (part.result) return { ...part, pools: new Map() };
  const pools = await mapOf(
    plan.pools,
    ({ name }) => name,
    ({ name }) => readPool(client, id, name),
  );
  return { ...part, pools };
}

async function readPool(client: DurableClient, cluster: string, pool: string): Promise<PoolParts | undefined> {
  const part = await readPart(client, runIds.pool(cluster, pool), poolStatusSchema, poolResultSchema);
  if (!part) return undefined;
  if (part.result) return { ...part, drains: new Map() };
  const read = (node: string): Promise<DrainParts | undefined> =>
    readPart(client, runIds.node(cluster, pool, node), drainStatusSchema, drainResultSchema);
  const drains = await mapOf(part.status?.nodes ?? [], (node) => node, read);
  if (part.status?.state !== "upgrading") return { ...part, drains };
  const follower = await findStatus(client, runIds.operation(cluster, pool, "upgrade"));
  return { ...part, drains, roll: rollStatusSchema.safeParse(follower?.customStatus).data?.roll ?? null };
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
