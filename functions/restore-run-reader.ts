import type { DurableClient, DurableOrchestrationStatus } from "durable-functions";
import { assembleRestoreRun, type TestPart } from "../domain/api/assemble-restore-run.ts";
import { type RestoreRunView, restoreProgressViewSchema } from "../domain/api/restore-view.ts";
import { clusterTestSchema, restoreReportSchema } from "../domain/restore/restore-report.ts";
import { restoreRunStatusSchema, testStatusSchema } from "../domain/restore/restore-status.ts";
import { restoreRunRequestSchema, runIds } from "../domain/run-request.ts";
import { findStatus } from "./run-lookup.ts";
import { readHead } from "./run-state.ts";

/**
 * Reads a run of restore tests; undefined when it is none.
 *
 * @param root the status of its orchestration
 * @param withParts whether to read how each test stands
 */
export async function readRestoreRun(
  client: DurableClient,
  root: DurableOrchestrationStatus,
  withParts: boolean,
): Promise<RestoreRunView | undefined> {
  const request = restoreRunRequestSchema.safeParse(root.input);
  if (!request.success) return undefined;
  const report = restoreReportSchema.safeParse(root.output).data ?? null;
  const status = restoreRunStatusSchema.safeParse(root.customStatus).data ?? null;
  const clusters = withParts && report === null ? (status?.clusters ?? []) : [];
  return assembleRestoreRun({
    ...(await readHead(client, root, report !== null)),
    request: request.data,
    status,
    report,
    tests: await Promise.all(clusters.map((cluster) => readTest(client, root.instanceId, cluster))),
  });
}

async function readTest(client: DurableClient, runId: string, cluster: string): Promise<TestPart> {
  const found = await findStatus(client, runIds.restoreTest(runId, cluster));
  const part = found && runIds.restorePart(runIds.restoreTest(runId, cluster), "restore");
  const result = clusterTestSchema.safeParse(found?.output).data ?? null;
  const restore = part && result === null ? await findStatus(client, part) : undefined;
  const { data } = testStatusSchema.safeParse(found?.customStatus);
  const progress = restoreProgressViewSchema.safeParse(restore?.customStatus).data ?? null;
  return { cluster, status: data ?? null, result, progress };
}
