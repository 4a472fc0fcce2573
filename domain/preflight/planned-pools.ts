import type { PoolFacts } from "../cluster-facts.ts";
import type { PoolSettings } from "../cluster-settings.ts";
import type { PoolPlan } from "../upgrade-plan.ts";
import { nodesOf } from "./placement/surge-size.ts";
import type { KnownFacts } from "./preflight-rule.ts";
import { isStopped } from "./stopped.ts";

/** A running pool of the plan with everything that Azure says of it. */
export interface PlannedPool {
  readonly plan: PoolPlan;
  readonly pool: PoolFacts;
  readonly settings: PoolSettings;
}

/** The running pools of the plan. */
export function plannedPools({ plan, cluster, settings }: KnownFacts): PlannedPool[] {
  return plan.pools.flatMap((planned) => {
    const pool = cluster.pools.find(({ name }) => name === planned.name);
    const own = settings.pools.find(({ name }) => name === planned.name);
    return pool === undefined || own === undefined || isStopped(pool) ? [] : [{ plan: planned, pool, settings: own }];
  });
}

/** How many machines there are on top while a pool is upgraded: its surge, or a green pool as large as it is. */
export function extraMachines({ plan, pool, settings }: PlannedPool): number {
  return plan.policy.strategy === "blueGreen" ? pool.count : nodesOf(settings.upgradeSettings.maxSurge, pool.count);
}
