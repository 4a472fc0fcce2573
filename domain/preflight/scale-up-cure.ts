import { isScalable } from "../drain/decide-remedies.ts";
import type { Remedy } from "../drain/drain-policy.ts";
import type { BudgetFacts, PodFacts } from "../drain/facts.ts";

/**
 * The owners (kind/name) that the drain will scale up by one, so that a budget which can allow nothing now will allow a
 * disruption; null where the policy does not say so, or where one replica more would not help: `maxUnavailable: 0` and
 * `minAvailable: 100%` refuse at any number.
 *
 * @param pods those that the budget guards and that a drain would move
 */
export function scaleUpCure(
  budget: BudgetFacts,
  pods: readonly PodFacts[],
  remedies: readonly Remedy[],
): readonly string[] | null {
  const isPolicy = remedies.some(({ do: what, when }) => {
    return what === "scaleUpOwner" && when.includes("PodDisruptionBudgetBlocks");
  });
  if (!isPolicy || !wouldAllow(budget)) return null;
  const owners = new Set(pods.map(({ owner }) => (owner ? `${owner.kind}/${owner.name}` : "")));
  return [...owners].every(isScalable) ? [...owners].sort() : null;
}

/** Whether the budget allows a disruption once one pod more is healthy. The API rounds shares up, as here (disruption.go). */
function wouldAllow({ minAvailable, maxUnavailable, expectedPods }: BudgetFacts): boolean {
  if (maxUnavailable !== null || minAvailable === null) return false;
  const pods = expectedPods + 1;
  const share = /^(\d+)%$/.exec(String(minAvailable))?.[1];
  const needed = share === undefined ? Number(minAvailable) : Math.ceil((Number(share) * pods) / 100);
  return needed < pods;
}
