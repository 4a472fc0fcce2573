import type { DurableClient, DurableOrchestrationStatus } from "durable-functions";

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
