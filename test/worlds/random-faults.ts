import type { Scenario } from "../../simulator/faults/scenario.ts";
import type { Dice } from "./dice.ts";

/** How the simulated Azure of a world behaves: how fast it is, and what goes wrong. */
export function randomFaults(
  dice: Dice,
): Partial<Record<keyof Scenario, unknown>> & { readonly operations: readonly object[] } {
  return {
    settings: {
      podStartSeconds: dice.pick([5, 12, 30]),
      nodeBootSeconds: dice.pick([45, 90, 240]),
      nodeReimageSeconds: dice.pick([60, 120]),
      operationRetryAfterSeconds: dice.pick([10, 15, 60]),
    },
    faults: [...several(dice, [0, 0, 1, 2, 4], requestFault), ...several(dice, [0, 0, 0, 1], teamsFault)],
    operations: several(dice, [0, 0, 0, 0, 1, 2], operationFault),
    capacity: several(dice, [0, 0, 0, 0, 0, 1], (one) => ({ match: {}, nth: one.between(1, 4) })),
    nodes: several(dice, [0, 0, 0, 0, 0, 1], (one) => ({ match: {}, nth: one.between(1, 8) })),
    pods: several(dice, [0, 0, 0, 0, 0, 1], (one) => ({ match: {}, nth: one.between(1, 20) })),
    throttling: dice.chance(0.1) ? { reads: { burst: dice.between(5, 20), perSecond: 0.5 } } : {},
    // Of everything that can go wrong, by the seed; after a while all is well again, so that worlds come to rest.
    ...(dice.chance(0.5)
      ? { randomFaults: { rate: dice.pick([0.003, 0.01, 0.03]), untilHours: dice.pick([1, 6, 24]) } }
      : {}),
  };
}

function several(dice: Dice, counts: readonly number[], draw: (dice: Dice) => object): object[] {
  return Array.from({ length: dice.pick(counts) }, () => draw(dice));
}

function requestFault(dice: Dice): object {
  const path = dice.pick(["^/subscriptions", "^/subscriptions.*agentPools", "^/kubernetes", "/eviction$", "^/msi"]);
  const what = dice.pick([
    { answer: { status: 429, retryAfterSeconds: dice.between(1, 60) } },
    { answer: { status: dice.pick([500, 502, 503, 504]) } },
    { reset: true },
    { delaySeconds: dice.pick([1, 20, 90]) },
    { truncate: true },
  ]);
  return { match: { path }, nth: dice.between(1, 120), count: dice.pick([1, 1, 2, 5]), ...what };
}

/** The webhook throttles, fails, or refuses for good: its flow was switched off. */
function teamsFault(dice: Dice): object {
  const what = dice.pick([
    { answer: { status: 429, retryAfterSeconds: dice.between(1, 60) } },
    { answer: { status: dice.pick([400, 404, 500, 503]) } },
    { reset: true },
  ]);
  return { match: { path: "^/teams/webhook" }, nth: dice.between(1, 3), count: dice.pick([1, 2, 5, 100]), ...what };
}

/** An operation that was accepted fails in the end, or hangs. */
function operationFault(dice: Dice): object {
  const kind = dice.pick(["CreatePool", "DeletePool", "UpgradeNodeImage", "Pool|Image"]);
  const how = dice.chance(0.75)
    ? {
        fail: {
          code: "InternalOperationError",
          message: "Internal server error. Please retry the operation.",
          ...(dice.chance(0.5) ? { afterSeconds: dice.between(5, 900) } : {}),
        },
      }
    : { stuckHours: dice.between(1, 6) };
  return { match: { kind }, nth: dice.between(1, 3), ...how };
}
