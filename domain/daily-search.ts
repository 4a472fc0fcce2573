import { allowedFailures } from "./ring-policy.ts";
import type { ClusterPlan, RingPlan, UpgradePlan } from "./upgrade-plan.ts";

/** What a daily search came to: a run, or why there is none. */
export type SearchDecision =
  | { readonly kind: "run"; readonly clusters: readonly string[] }
  | { readonly kind: "none"; readonly reason: string };

/** A cluster that is blocked by the same as when a run last came to it, or failed on the way to the same. */
export interface StillBlocked {
  readonly name: string;
  /** The run that found it so. */
  readonly runId: string;
}

/** Clusters that the search might start a run for: something is to be done that nobody has to approve first. */
export function freeClusters({ rings }: UpgradePlan): Array<{ readonly ring: RingPlan; readonly plan: ClusterPlan }> {
  return rings
    .filter(({ approvals }) => approvals.length === 0)
    .flatMap((ring) => ring.clusters.filter(({ skip }) => skip === null).map((plan) => ({ ring, plan })));
}

/**
 * Decides whether what a daily search planned is worth a run. What a person has to approve first is asked for once a week, by
 * the weekly search: it alone is no reason, and neither is a cluster that another try would find blocked as it was, nor those
 * that a run would not come to since that one halts its ring. A search that another run of the timer overlaps leaves the work to that one.
 *
 * @param current id of a run of the timer that is under way
 */
export function decideSearch(
  plan: UpgradePlan,
  current: string | null,
  stillBlocked: readonly StillBlocked[] = [],
): SearchDecision {
  const isOpen = plan.rings.some(({ clusters }) => clusters.some(({ skip }) => skip === null));
  if (!isOpen) return { kind: "none", reason: "nothing is behind that can be upgraded now" };
  if (current !== null) return { kind: "none", reason: `run ${current} is under way` };
  const free = freeClusters(plan).map((cluster) => cluster.plan.name);
  const within = withinReach(plan, new Set(stillBlocked.map(({ name }) => name)));
  const clusters = free.filter((name) => within.has(name));
  if (clusters.length > 0) return { kind: "run", clusters };
  if (free.length > 0) {
    const which = stillBlocked.map(({ name, runId }) => `${name} (run ${runId})`).join(", ");
    return { kind: "none", reason: `what stopped them has not changed, and the weekly search tries again: ${which}` };
  }
  return { kind: "none", reason: "a person has to approve all there is to do, and the weekly search asks for that" };
}

/** Clusters that a run would come to: those that are still blocked halt their ring, beyond its budget, and the rings after it. */
function withinReach({ rings }: UpgradePlan, stillBlocked: ReadonlySet<string>): Set<string> {
  const reached = new Set<string>();
  for (const { ring, clusters } of rings) {
    const names = clusters.map(({ name }) => name);
    const blocked = names.filter((name) => stillBlocked.has(name));
    if (blocked.length > allowedFailures(ring.failureBudget, clusters.length)) return reached;
    for (const name of names) if (!stillBlocked.has(name)) reached.add(name);
  }
  return reached;
}
