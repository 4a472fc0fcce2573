import { type BlockedClusters, blockedAfter, causesOf, goalsOf } from "../domain/blocked-before.ts";
import type { Finding } from "../domain/finding.ts";
import type { ClusterPlan } from "../domain/upgrade-plan.ts";
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

/** Notes that a run failed on the way to what its plan goes to. */
export function noteFailed(context: OrchestrationContext, runId: string, plan: ClusterPlan): void {
  const input = { cluster: plan.name, runId, causes: [], goals: goalsOf(plan), at: nowIso(context) };
  tellEntity(context, BLOCKED_CLUSTERS, BLOCKED_CLUSTERS_KEY, "block", input);
}

/** What blocked clusters when runs last came to them. */
export function* readBlocked(context: OrchestrationContext): Step<BlockedClusters> {
  return yield* askEntity<BlockedClusters>(context, BLOCKED_CLUSTERS, BLOCKED_CLUSTERS_KEY, "read");
}
