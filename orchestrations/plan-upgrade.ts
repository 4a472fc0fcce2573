import { byGravity, type Finding } from "../domain/finding.ts";
import type { ClusterConfig } from "../domain/fleet-config.ts";
import type { PreflightPolicy } from "../domain/preflight/preflight-policy.ts";
import type { UpgradeRunRequest } from "../domain/run-request.ts";
import {
  type ClusterPlan,
  type Observation,
  type PlannedUpgrade,
  planUpgrade,
  type RingPlan,
} from "../domain/upgrade-plan.ts";
import { readDeclined } from "./declined-changes.ts";
import { type OrchestrationContext, perform, performEach, type Step } from "./durable.ts";
import { inParts, type PartWork } from "./fleet-parts.ts";
import { readDurations } from "./pool-durations.ts";

/** Clusters that are looked at side by side. */
const OBSERVE_WIDTH = 20;
/** Clusters that are looked into side by side for what would block them. */
const PREFLIGHT_WIDTH = 5;

/** Input of the `planUpgrade` orchestration. */
export interface PlanUpgradeInput extends Pick<UpgradeRunRequest, "targets" | "scope"> {
  /** Whether every cluster is looked into for what would block its upgrade; a run does that when a cluster's turn comes. */
  readonly withPreflight: boolean;
  /** Whether what people declined before is asked for again: by whom a person started. */
  readonly asksAgain: boolean;
}

/** The `planUpgrade` orchestration: looks at every cluster and plans; nothing is changed. */
export function* planFleetUpgrade(context: OrchestrationContext): Step<PlannedUpgrade> {
  const request = context.df.getInput<PlanUpgradeInput>();
  const { config, findings, digest } = yield* perform(context, "readFleet", null);
  const { targets } = request;
  const clusters = config.clusters.filter(({ name }) => targets === null || targets.includes(name));
  const named = clusters.map(({ name, resourceId }) => ({ name, resourceId }));
  const observations = yield* inParts(context, OBSERVE_CLUSTERS, named, null, "observe");
  const history = yield* readDurations(context);
  const declined = request.asksAgain ? {} : yield* readDeclined(context);
  const plan = planUpgrade(config, observations, { ...request, history, declined });
  const blocking = request.withPreflight ? yield* preflightAll(context, plan.rings) : [];
  return {
    plan: { ...plan, findings: byGravity([...findings, ...plan.findings, ...blocking]) },
    fleetDigest: digest,
    tellsTeams: config.notifications.teams,
    plannedAt: context.df.currentUtcDateTime.toISOString(),
  };
}

type Named = Pick<ClusterConfig, "name" | "resourceId">;

/** Looks at clusters. What stays unreachable after all tries is an observation, too: it must not stop the plan of the others. */
export const OBSERVE_CLUSTERS: PartWork<Named, null, Observation> = { name: "observeClusters", body: observeClusters };

function* observeClusters(context: OrchestrationContext, clusters: readonly Named[]): Step<Observation[]> {
  const observations: Observation[] = [];
  for (let from = 0; from < clusters.length; from += OBSERVE_WIDTH) {
    const batch = clusters.slice(from, from + OBSERVE_WIDTH);
    const answers = yield* performEach(context, "observeCluster", batch);
    for (const [index, answer] of answers.entries()) {
      const name = batch[index]?.name ?? "";
      observations.push(answer.ok ? answer.value : { name, unreachable: answer.failure.message });
    }
  }
  return observations;
}

/** What would block the clusters that have something to do. */
function* preflightAll(context: OrchestrationContext, rings: readonly RingPlan[]): Step<Finding[]> {
  const plans = rings.flatMap(({ ring, clusters }) =>
    clusters.filter(({ skip }) => skip === null).map((plan) => ({ plan, policy: ring.preflight })),
  );
  return yield* inParts(context, PREFLIGHT_CLUSTERS, plans, null, "preflight");
}

interface ToPreflight {
  readonly plan: ClusterPlan;
  readonly policy: PreflightPolicy;
}

/** Looks into clusters for what would block them. */
export const PREFLIGHT_CLUSTERS: PartWork<ToPreflight, null, Finding> = {
  name: "preflightClusters",
  body: preflightClusters,
};

function* preflightClusters(context: OrchestrationContext, plans: readonly ToPreflight[]): Step<Finding[]> {
  const findings: Finding[] = [];
  for (let from = 0; from < plans.length; from += PREFLIGHT_WIDTH) {
    const batch = plans.slice(from, from + PREFLIGHT_WIDTH);
    const answers = yield* performEach(context, "preflightCluster", batch);
    for (const [index, answer] of answers.entries()) {
      const cluster = batch[index]?.plan.name ?? "";
      if (answer.ok) findings.push(...answer.value.findings);
      else findings.push(preflightUnknown(cluster, answer.failure.message));
    }
  }
  return findings;
}

function preflightUnknown(cluster: string, why: string): Finding {
  return {
    code: "PreflightUnknown",
    severity: "warning",
    subject: cluster,
    message: `it cannot be told what would block the upgrade of ${cluster}: ${why}`,
    evidence: [],
    remedy: "Mend what keeps Drydock from looking into the cluster, and plan again.",
    cluster,
  };
}
