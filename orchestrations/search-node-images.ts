import { causesOf, hasFailedBefore, isBlockedAsBefore } from "../domain/blocked-before.ts";
import { decideSearch, freeClusters, type StillBlocked } from "../domain/daily-search.ts";
import type { UpgradeRunRequest } from "../domain/run-request.ts";
import type { PlannedUpgrade, UpgradePlan } from "../domain/upgrade-plan.ts";
import { readBlocked } from "./blocked-clusters.ts";
import { nowMs, type OrchestrationContext, performEach, runChild, type Step } from "./durable.ts";
import type { PlanUpgradeInput } from "./plan-upgrade.ts";

/** Clusters that are looked into side by side. */
const PREFLIGHT_WIDTH = 5;

/** Input of the `searchNodeImages` orchestration. */
export interface SearchNodeImagesInput {
  readonly planId: string;
  /** Id of the run that is started, if one is. */
  readonly runId: string;
  /** A run of the timer that is under way; null when there is none. */
  readonly current: string | null;
}

/**
 * The `searchNodeImages` orchestration: plans over the whole fleet, and starts a run by that plan only when there is something to
 * do. It answers what it came to; nobody is told of a search that found nothing.
 */
export function* searchNodeImages(context: OrchestrationContext): Step<string> {
  const { planId, runId, current } = context.df.getInput<SearchNodeImagesInput>();
  const ask: PlanUpgradeInput = { targets: null, scope: "nodeImage", withPreflight: false, asksAgain: false };
  const { plan } = yield* runChild<PlannedUpgrade>(context, "planUpgrade", planId, ask);
  const blocked = current === null ? yield* lookAtBlocked(context, plan) : [];
  const decision = decideSearch(plan, current, blocked);
  if (decision.kind === "none") {
    if (!context.df.isReplaying) context.log(`daily search: no run, ${decision.reason}`);
    return `no run: ${decision.reason}`;
  }
  const request: UpgradeRunRequest = {
    kind: "upgrade",
    trigger: { by: "timer", reason: "daily search for new node images", event: null },
    targets: null,
    facts: null,
    scope: "nodeImage",
    plan: planId,
  };
  if (!context.df.isReplaying) context.log(`daily search: run ${runId} for ${decision.clusters.join(", ")}`);
  yield* runChild(context, "upgrade", runId, request);
  return `run ${runId}`;
}

/**
 * Clusters that would be found blocked as they were, or fail as they did: only those that were blocked are looked into, and
 * what failed is left to the weekly search until there is something else to go to.
 */
function* lookAtBlocked(context: OrchestrationContext, plan: UpgradePlan): Step<StillBlocked[]> {
  const known = yield* readBlocked(context);
  const still: StillBlocked[] = [];
  const suspects = freeClusters(plan).filter((cluster) => {
    const before = known[cluster.plan.name];
    if (!before || !hasFailedBefore(before, cluster.plan, nowMs(context))) return before !== undefined;
    still.push({ name: cluster.plan.name, runId: before.runId });
    return false;
  });
  for (let from = 0; from < suspects.length; from += PREFLIGHT_WIDTH) {
    const batch = suspects.slice(from, from + PREFLIGHT_WIDTH);
    const asked = batch.map((cluster) => ({ plan: cluster.plan, policy: cluster.ring.ring.preflight }));
    for (const [index, answer] of (yield* performEach(context, "preflightCluster", asked)).entries()) {
      const name = batch[index]?.plan.name ?? "";
      const before = known[name];
      // What cannot be looked into may be blocked by something else by now.
      if (!before || !answer.ok) continue;
      const isSame = isBlockedAsBefore(before, causesOf(answer.value.findings), nowMs(context));
      if (isSame) still.push({ name, runId: before.runId });
    }
  }
  return still;
}
