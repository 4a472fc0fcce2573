import { type DurableClient, type DurableOrchestrationStatus, EntityId } from "durable-functions";
import type { RunStand } from "../domain/restore/janitor-pass.ts";
import type { RunKind } from "../domain/run-kind.ts";
import type { ListedRun } from "../domain/run-status.ts";
import { RUN_INDEX, RUN_INDEX_KEY } from "../orchestrations/run-index.ts";

/** The status of an instance, or undefined when there is none; the SDK throws for both that and real trouble. */
export async function findStatus(
  client: DurableClient,
  instanceId: string,
): Promise<DurableOrchestrationStatus | undefined> {
  try {
    return await client.getStatus(instanceId);
  } catch (error) {
    if (error instanceof Error && error.message.includes("HTTP 404")) return undefined;
    throw error;
  }
}

const LIVE: readonly string[] = ["Pending", "Running", "ContinuedAsNew", "Suspended"];

/** Whether an orchestration may still act. */
export async function isAlive(client: DurableClient, instanceId: string): Promise<boolean> {
  const status = await findStatus(client, instanceId);
  return status !== undefined && LIVE.includes(status.runtimeStatus);
}

/** Starts an orchestration unless the same call, made twice at once, has just done so. */
export async function startOnce(
  client: DurableClient,
  name: string,
  instanceId: string,
  input: unknown,
): Promise<void> {
  try {
    await client.startNew(name, { instanceId, input });
  } catch (error) {
    if (!(await findStatus(client, instanceId))) throw error;
  }
}

/** Whether a run lives, and when it ended. */
export async function standOf(client: DurableClient, runId: string): Promise<RunStand> {
  const status = await findStatus(client, runId);
  if (!status) return { life: "never", endedMs: null };
  if (LIVE.includes(status.runtimeStatus)) return { life: "running", endedMs: null };
  return { life: "ended", endedMs: status.lastUpdatedTime.getTime() };
}

/** The list of runs, the newest first. */
export async function readRunIndex(client: DurableClient): Promise<readonly ListedRun[]> {
  const index = await client.readEntityState<ListedRun[]>(new EntityId(RUN_INDEX, RUN_INDEX_KEY));
  return index.entityState ?? [];
}

/** The runs of a kind that are on the list of runs, the newest first. */
export async function listRunIds(client: DurableClient, kind: RunKind): Promise<string[]> {
  return (await readRunIndex(client)).filter((run) => run.kind === kind).map(({ id }) => id);
}
