import { decideSearch } from "../domain/daily-search.ts";
import type { RunRequest } from "../domain/run-request.ts";
import type { PlannedUpgrade } from "../domain/upgrade-plan.ts";
import { type OrchestrationContext, runChild, type Step } from "./durable.ts";
import type { PlanUpgradeInput } from "./plan-upgrade.ts";

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
  const decision = decideSearch(plan, current);
  if (decision.kind === "none") {
    if (!context.df.isReplaying) context.log(`daily search: no run, ${decision.reason}`);
    return `no run: ${decision.reason}`;
  }
  const request: RunRequest = {
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
