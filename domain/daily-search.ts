import type { UpgradePlan } from "./upgrade-plan.ts";

/** What a daily search came to: a run, or why there is none. */
export type SearchDecision =
  | { readonly kind: "run"; readonly clusters: readonly string[] }
  | { readonly kind: "none"; readonly reason: string };

/**
 * Decides whether what a daily search planned is worth a run. What a person has to approve first is asked for once a week, by
 * the weekly search: it alone is no reason. A search that another run of the timer overlaps leaves the work to that one.
 *
 * @param current id of a run of the timer that is under way
 */
export function decideSearch(plan: UpgradePlan, current: string | null): SearchDecision {
  const open = plan.rings.flatMap(({ approvals, clusters }) =>
    clusters.filter(({ skip }) => skip === null).map(({ name }) => ({ name, isFree: approvals.length === 0 })),
  );
  if (open.length === 0) return { kind: "none", reason: "nothing is behind that can be upgraded now" };
  if (current !== null) return { kind: "none", reason: `run ${current} is under way` };
  const free = open.filter(({ isFree }) => isFree).map(({ name }) => name);
  if (free.length > 0) return { kind: "run", clusters: free };
  return { kind: "none", reason: "a person has to approve all there is to do, and the weekly search asks for that" };
}
