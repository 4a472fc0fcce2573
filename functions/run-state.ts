import * as df from "durable-functions";
import { NO_CONTROL, type RunControl } from "../domain/run-control.ts";
import type { RunRecord } from "../domain/run-status.ts";
import { RUN_RECORD } from "../orchestrations/run-record.ts";

type Root = df.DurableOrchestrationStatus;

/** What is known of a run of any kind beside what its kind is about. */
export interface RunHead {
  readonly id: string;
  readonly state: "pending" | "running" | "ended";
  /** What ended it without a report, if so. */
  readonly brokenBy: string | null;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly control: RunControl;
}

/**
 * Reads what runs of all kinds have in common.
 *
 * @param hasReport whether the run has left one
 */
export async function readHead(client: df.DurableClient, root: Root, hasReport: boolean): Promise<RunHead> {
  const record = await client.readEntityState<RunRecord>(new df.EntityId(RUN_RECORD, root.instanceId));
  return {
    id: root.instanceId,
    state: stateOf(root),
    brokenBy: hasReport ? null : brokenBy(root),
    createdAt: root.createdTime.toISOString(),
    updatedAt: root.lastUpdatedTime.toISOString(),
    control: record.entityState?.control ?? NO_CONTROL,
  };
}

/** How far the root of a run is. */
function stateOf({ runtimeStatus }: Root): RunHead["state"] {
  if (["Completed", "Failed", "Terminated", "Canceled"].includes(runtimeStatus)) return "ended";
  return runtimeStatus === "Pending" ? "pending" : "running";
}

/** What ended a run that left no report; null while it goes on. */
function brokenBy(status: Root): string | null {
  return stateOf(status) === "ended" ? status.runtimeStatus.toLowerCase() : null;
}
