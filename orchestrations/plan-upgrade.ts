import type { ClusterConfig } from "../domain/fleet-config.ts";
import type { RunRequest } from "../domain/run-request.ts";
import { type Observation, planUpgrade, type UpgradePlan } from "../domain/upgrade-plan.ts";
import { type OrchestrationContext, perform, performEach, type Step } from "./durable.ts";
import { readDurations } from "./pool-durations.ts";

/** Clusters that are looked at side by side. */
const OBSERVE_WIDTH = 20;

/** Input of the `planUpgrade` orchestration. */
export type PlanUpgradeInput = Pick<RunRequest, "targets" | "scope">;

/** A plan, and what it was made by. */
export interface PlannedUpgrade {
  readonly plan: UpgradePlan;
  /** SHA-256 of the fleet.yaml that it goes by. */
  readonly fleetDigest: string;
  /** Whether fleet.yaml wants Teams to be told. */
  readonly tellsTeams: boolean;
  readonly plannedAt: string;
}

/** The `planUpgrade` orchestration: looks at every cluster and plans; nothing is changed. */
export function* planFleetUpgrade(context: OrchestrationContext): Step<PlannedUpgrade> {
  const request = context.df.getInput<PlanUpgradeInput>();
  const { config, findings, digest } = yield* perform(context, "readFleet", null);
  const { targets } = request;
  const clusters = config.clusters.filter(({ name }) => targets === null || targets.includes(name));
  const observations = yield* observeFleet(context, clusters);
  const history = yield* readDurations(context);
  const plan = planUpgrade(config, observations, { ...request, history });
  return {
    plan: { ...plan, findings: [...findings, ...plan.findings] },
    fleetDigest: digest,
    tellsTeams: config.notifications.teams,
    plannedAt: context.df.currentUtcDateTime.toISOString(),
  };
}

/** What stays unreachable after all tries is an observation, too: it must not stop the plan of the others. */
function* observeFleet(context: OrchestrationContext, clusters: readonly ClusterConfig[]): Step<Observation[]> {
  const observations: Observation[] = [];
  for (let from = 0; from < clusters.length; from += OBSERVE_WIDTH) {
    const batch = clusters.slice(from, from + OBSERVE_WIDTH).map(({ name, resourceId }) => ({ name, resourceId }));
    const answers = yield* performEach(context, "observeCluster", batch);
    for (const [index, answer] of answers.entries()) {
      const name = batch[index]?.name ?? "";
      observations.push(answer.ok ? answer.value : { name, unreachable: answer.failure.message });
    }
  }
  return observations;
}
