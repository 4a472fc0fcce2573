import * as df from "durable-functions";
import { assembleRestoreRun, type TestPart } from "../domain/api/assemble-restore-run.ts";
import { type RestoreRunView, restoreProgressViewSchema } from "../domain/api/restore-view.ts";
import { clusterTestSchema, restoreReportSchema } from "../domain/restore/restore-report.ts";
import { restoreRunStatusSchema, testStatusSchema } from "../domain/restore/restore-status.ts";
import { NO_CONTROL } from "../domain/run-control.ts";
import { restoreRunRequestSchema, runIds } from "../domain/run-request.ts";
import type { RunRecord } from "../domain/run-status.ts";
import { RUN_RECORD } from "../orchestrations/run-record.ts";
import { findStatus } from "./run-lookup.ts";
import { brokenBy, stateOf } from "./run-state.ts";

/**
 * Reads a run of restore tests; undefined when there is none.
 *
 * @param withParts whether to read how each test stands
 */
export async function readRestoreRun(
  client: df.DurableClient,
  id: string,
  withParts = true,
): Promise<RestoreRunView | undefined> {
  const root = await findStatus(client, id);
  const request = restoreRunRequestSchema.safeParse(root?.input);
  if (!root || !request.success) return undefined;
  const report = restoreReportSchema.safeParse(root.output).data ?? null;
  const status = restoreRunStatusSchema.safeParse(root.customStatus).data ?? null;
  const record = await client.readEntityState<RunRecord>(new df.EntityId(RUN_RECORD, id));
  const clusters = withParts && report === null ? (status?.clusters ?? []) : [];
  return assembleRestoreRun({
    id,
    state: stateOf(root),
    brokenBy: report === null ? brokenBy(root) : null,
    createdAt: root.createdTime.toISOString(),
    updatedAt: root.lastUpdatedTime.toISOString(),
    request: request.data,
    status,
    control: record.entityState?.control ?? NO_CONTROL,
    report,
    tests: await Promise.all(clusters.map((cluster) => readTest(client, id, cluster))),
  });
}

async function readTest(client: df.DurableClient, runId: string, cluster: string): Promise<TestPart> {
  const found = await findStatus(client, runIds.restoreTest(runId, cluster));
  const part = found && runIds.restorePart(runIds.restoreTest(runId, cluster), "restore");
  const result = clusterTestSchema.safeParse(found?.output).data ?? null;
  const restore = part && result === null ? await findStatus(client, part) : undefined;
  const { data } = testStatusSchema.safeParse(found?.customStatus);
  const progress = restoreProgressViewSchema.safeParse(restore?.customStatus).data ?? null;
  return { cluster, status: data ?? null, result, progress };
}
