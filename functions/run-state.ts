import type { DurableOrchestrationStatus } from "durable-functions";

/** How far the root of a run is. */
export function stateOf({ runtimeStatus }: DurableOrchestrationStatus): "pending" | "running" | "ended" {
  if (["Completed", "Failed", "Terminated", "Canceled"].includes(runtimeStatus)) return "ended";
  return runtimeStatus === "Pending" ? "pending" : "running";
}

/** What ended a run that left no report; null while it goes on. */
export function brokenBy(status: DurableOrchestrationStatus): string | null {
  return stateOf(status) === "ended" ? status.runtimeStatus.toLowerCase() : null;
}
