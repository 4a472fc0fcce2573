import { type BlockedClusters, blockedAfter, causesOf } from "../domain/blocked-before.ts";
import type { Finding } from "../domain/finding.ts";
import { askEntity, type EntityContext, nowIso, type OrchestrationContext, type Step, tellEntity } from "./durable.ts";

/** Name and key of the entity that keeps what blocked clusters, so that searches do not start a run a day to find the same. */
export const BLOCKED_CLUSTERS = "blockedClusters";
export const BLOCKED_CLUSTERS_KEY = "all";

/** The `blockedClusters` entity: `block` and `read`. */
export function blockedClusters({ df }: EntityContext<BlockedClusters>): void {
  const known = df.getState(() => ({})) ?? {};
  const isBlock = df.operationName === "block";
  df.setState(isBlock ? blockedAfter(known, df.getInput() as never) : known);
  if (!isBlock) df.return(known);
}

/** Notes what a preflight found to block a cluster. */
export function noteBlocked(
  context: OrchestrationContext,
  { runId, cluster }: { readonly runId: string; readonly cluster: string },
  findings: readonly Finding[],
): void {
  const input = { cluster, runId, causes: causesOf(findings), at: nowIso(context) };
  tellEntity(context, BLOCKED_CLUSTERS, BLOCKED_CLUSTERS_KEY, "block", input);
}

/** What blocked clusters when runs last came to them. */
export function* readBlocked(context: OrchestrationContext): Step<BlockedClusters> {
  return yield* askEntity<BlockedClusters>(context, BLOCKED_CLUSTERS, BLOCKED_CLUSTERS_KEY, "read");
}
