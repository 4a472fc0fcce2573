import type { WorkEstimate } from "./admit-work.ts";
import type { Approval, DeclinedChanges } from "./approval.ts";
import type { ClusterFacts, PoolFacts } from "./cluster-facts.ts";
import { estimatePool, historyKey, type PoolHistory } from "./estimate.ts";
import type { Finding } from "./finding.ts";
import {
  type ClusterConfig,
  type DrainPolicy,
  drainPolicyOf,
  type FleetConfig,
  type GatePolicy,
  type PoolPolicy,
  type RingConfig,
} from "./fleet-config.ts";
import { type ClusterTarget, fleetTarget, type Tell, wantedFor } from "./fleet-target.ts";
import { isOlderImage } from "./node-image.ts";
import {
  clusterNotInFleet,
  clusterStopped,
  clusterUnreachable,
  newerIsThere,
  newestImageUnknown,
  poolStopped,
} from "./plan-findings.ts";
import type { UpgradeScope } from "./run-request.ts";
import { type ClusterSlo, clusterSlo } from "./slo.ts";
import { type TrafficPolicy, trafficOfCluster, trafficOfPool } from "./traffic.ts";
import { isOlderVersion, type VersionStep } from "./version-step.ts";

/** One pool's part of a plan: image and version are fixed here and used to the end. */
export interface PoolPlan {
  readonly name: string;
  readonly mode: string;
  readonly osType: string;
  readonly count: number;
  readonly fromImage: string;
  readonly toImage: string;
  readonly fromVersion: string;
  readonly toVersion: string;
  readonly policy: PoolPolicy;
  readonly estimate: WorkEstimate;
}

/** One cluster's part of a plan. */
export interface ClusterPlan {
  readonly name: string;
  readonly resourceId: string;
  /** The control plane's upgrade, which comes before the pools'. */
  readonly controlPlane: VersionStep | null;
  readonly pools: readonly PoolPlan[];
  readonly drain: DrainPolicy;
  /** What is measured of it while it soaks. */
  readonly slo?: ClusterSlo;
  /** What is moved to other services while its pools are replaced. */
  readonly traffic?: readonly TrafficPolicy[];
  /** Why the cluster is left alone, if it is. */
  readonly skip: string | null;
  readonly skipCode: SkipCode | null;
}

/** Why a cluster is left alone. Of those, only the first says that the cluster runs what the run goes to. */
export type SkipCode = "UpToDate" | "NotOutInRegion" | "LeftAlone" | "Declined";

/** One ring's part of a plan. */
export interface RingPlan {
  readonly ring: RingConfig;
  readonly clusters: readonly ClusterPlan[];
  /** What of the ring a person has to approve; empty when nothing. */
  readonly approvals: readonly Approval[];
}

/** What goes where in which order. */
export interface UpgradePlan {
  readonly rings: readonly RingPlan[];
  readonly gates: GatePolicy;
  readonly findings: readonly Finding[];
}

/** A plan, and what it was made by. */
export interface PlannedUpgrade {
  readonly plan: UpgradePlan;
  /** SHA-256 of the fleet.yaml that it goes by. */
  readonly fleetDigest: string;
  /** Whether fleet.yaml wants Teams to be told. */
  readonly tellsTeams: boolean;
  readonly plannedAt: string;
}

/** What could be learned of a cluster: facts, or why there are none. */
export type Observation =
  | { readonly name: string; readonly facts: ClusterFacts }
  | { readonly name: string; readonly unreachable: string };

/** What is asked of a plan. */
export interface PlanRequest {
  /** Cluster names; null for the whole fleet. */
  readonly targets: readonly string[] | null;
  readonly scope: UpgradeScope;
  /** What upgrades took before, for the estimates. */
  readonly history?: PoolHistory;
  /** What people declined before, and is not asked for again; nothing when it is to be. */
  readonly declined?: DeclinedChanges;
}

/**
 * Plans an upgrade: rings in the order of fleet.yaml, in each its clusters, in each the control plane, then the pools that
 * are behind, system pools before user pools. One image of each family and one version for each step are chosen for the
 * whole run. A cluster that cannot be seen, is stopped, or in whose region the choice is not out yet is left alone, with a
 * finding; it never stops the others.
 */
export function planUpgrade(
  config: FleetConfig,
  observations: readonly Observation[],
  request: PlanRequest,
): UpgradePlan {
  const { targets, scope, declined = {} } = request;
  const findings: Finding[] = [];
  const tells = new Map<string, string[]>();
  const byName = new Map(observations.map((observation) => [observation.name, observation]));
  const isTarget = ({ name }: ClusterConfig) => targets === null || targets.includes(name);
  const targeted = config.clusters.filter(isTarget);
  const seen = targeted.flatMap(({ name, ring }): ClusterTarget[] => {
    const observation = byName.get(name);
    const policy = config.rings.find((candidate) => candidate.name === ring)?.upgrades;
    return policy && observation && "facts" in observation ? [{ facts: observation.facts, policy }] : [];
  });
  const target = fleetTarget(seen, scope);
  const rings = config.rings.map((ring): RingPlan => {
    const approvals = new Map<string, Approval>();
    const clusters = targeted
      .filter((cluster) => cluster.ring === ring.name)
      .map((cluster) => {
        const observation = byName.get(cluster.name);
        const base = {
          ...{ name: cluster.name, resourceId: cluster.resourceId, drain: drainPolicyOf(config.upgrade) },
          ...clusterSlo(ring.slo, cluster.prometheus),
          ...trafficOfCluster(config.upgrade.traffic, cluster.name),
        };
        const plan = planCluster(config, base, observation, {
          ring,
          target,
          findings,
          approvals,
          declined: new Set(declined[ring.name]?.map(({ what }) => what)),
          tells,
          history: request.history ?? {},
        });
        return { ...base, ...plan };
      });
    return { ring, clusters, approvals: [...approvals.values()] };
  });
  const known = new Set(config.clusters.map(({ name }) => name));
  findings.push(...(targets ?? []).filter((name) => !known.has(name)).map(clusterNotInFleet));
  for (const [key, clusters] of tells) {
    const { what, word } = JSON.parse(key) as Pick<Tell, "what" | "word">;
    findings.push(newerIsThere(what, word, clusters));
  }
  return { rings: rings.filter(({ clusters }) => clusters.length > 0), gates: config.upgrade.gates, findings };
}

interface Site {
  readonly ring: RingConfig;
  readonly target: ReturnType<typeof fleetTarget>;
  readonly findings: Finding[];
  readonly approvals: Map<string, Approval>;
  /** What was declined for the ring. */
  readonly declined: ReadonlySet<string>;
  /** Clusters by what they are only told of. */
  readonly tells: Map<string, string[]>;
  readonly history: PoolHistory;
}

type Parts = Pick<ClusterPlan, "controlPlane" | "pools" | "skip" | "skipCode">;

function planCluster(
  config: FleetConfig,
  { name, traffic = [] }: Pick<ClusterPlan, "name" | "traffic">,
  observation: Observation | undefined,
  site: Site,
): Parts {
  const { ring, target, findings, approvals, declined } = site;
  const leave = (finding: Finding): Parts => {
    findings.push(finding);
    return { controlPlane: null, pools: [], skip: finding.message, skipCode: "LeftAlone" };
  };
  if (!observation || "unreachable" in observation) {
    return leave(clusterUnreachable(name, observation ? observation.unreachable : "it was not looked at"));
  }
  const { facts } = observation;
  if (isStopped(facts)) return leave(clusterStopped(name));
  const wanted = wantedFor({ facts, policy: ring.upgrades, declined }, target);
  const behind = facts.pools.flatMap((pool): UnestimatedPool[] => {
    const to = wanted.pool(pool);
    if (to.image === pool.nodeImageVersion && to.version === pool.kubernetesVersion) return [];
    return [planPool(pool, to, isSystem(pool) ? config.upgrade.systemPools : config.upgrade.userPools)];
  });
  const stopped = behind.filter((plan) => facts.pools.some((pool) => pool.name === plan.name && isStopped(pool)));
  const unknown = facts.pools.filter((pool) => pool.latestNodeImageVersion === "");
  findings.push(...wanted.waits);
  noteTells(site.tells, name, wanted.tells);
  findings.push(...unknown.map((pool) => newestImageUnknown(facts, pool)));
  findings.push(...stopped.map((pool) => poolStopped(facts, pool)));
  const going = behind.filter((pool) => !stopped.includes(pool)).toSorted(bySystemFirst);
  const replaced = going.filter(({ policy }) => policy.strategy === "blueGreen");
  const pools = going.map((pool): PoolPlan => {
    const perNodeMs = site.history[historyKey(name, pool.name, pool.policy.strategy)] ?? [];
    const moved = trafficOfPool(traffic, replaced, pool.name);
    return { ...pool, estimate: estimatePool(pool, { perNodeMs, traffic: moved }) };
  });
  const { controlPlane } = wanted;
  if (controlPlane || pools.length > 0) for (const asked of wanted.approvals) approvals.set(asked.what, asked);
  if (controlPlane || pools.length > 0) return { controlPlane, pools, skip: null, skipCode: null };
  const reasons = [
    ...wanted.waits.map(({ message }) => message),
    ...stopped.map((pool) => `pool ${pool.name} is stopped`),
    ...unknown.map((pool) => `the newest image of pool ${pool.name} is not known`),
  ];
  const left = { controlPlane: null, pools: [] };
  if (reasons.length === 0) return { ...left, skip: upToDate(wanted.tells), skipCode: "UpToDate" };
  const skipCode = wanted.waits.length > 0 ? "NotOutInRegion" : "LeftAlone";
  return { ...left, skip: reasons.join("; "), skipCode };
}

function noteTells(tells: Map<string, string[]>, cluster: string, told: readonly Tell[]): void {
  const lines = new Map(
    told.map(({ what, from, word }) => [JSON.stringify({ what, word }), `${cluster}, now ${from}`]),
  );
  for (const [key, line] of lines) tells.set(key, [...(tells.get(key) ?? []), line]);
}

/** What is said of a cluster with nothing to do: "up to date" is meant by what its ring is to have. */
function upToDate(tells: readonly Tell[]): string {
  const told = [...new Set(tells.map(({ what, word }) => `${what} (${word})`))];
  const images = tells.some(({ what }) => what.startsWith("node image"))
    ? "nothing to do"
    : "all node images are up to date";
  return told.length === 0 ? images : `${images}; offered: ${told.join(", ")}`;
}

/**
 * The part of a plan that is still to be done, by what a cluster looks like when its turn has come: another run may have
 * been there meanwhile.
 */
export function stillBehind(plan: ClusterPlan, now: ClusterFacts): Pick<ClusterPlan, "controlPlane" | "pools"> {
  const isThere = plan.controlPlane === null || isVersionThere(now.kubernetesVersion, plan.controlPlane.to);
  const isSettled = now.provisioningState === "Succeeded";
  return {
    controlPlane: isThere && (isSettled || plan.controlPlane === null) ? null : plan.controlPlane,
    pools: plan.pools.filter(({ name, toImage, toVersion }) => {
      const pool = now.pools.find((candidate) => candidate.name === name);
      if (pool === undefined) return false;
      const hasImage = pool.nodeImageVersion === toImage || isOlderImage(toImage, pool.nodeImageVersion);
      const isDone = hasImage && isVersionThere(pool.kubernetesVersion, toVersion);
      return !isDone || pool.provisioningState !== "Succeeded";
    }),
  };
}

function isVersionThere(now: string, to: string): boolean {
  return now === to || isOlderVersion(to, now);
}

function isStopped({ powerState }: { readonly powerState: string }): boolean {
  return powerState.toLowerCase() === "stopped";
}

function isSystem(pool: { readonly mode: string }): boolean {
  return pool.mode.toLowerCase() === "system";
}

function bySystemFirst(left: UnestimatedPool, right: UnestimatedPool): number {
  const order = Number(isSystem(right)) - Number(isSystem(left));
  return order !== 0 ? order : left.name < right.name ? -1 : 1;
}

/** A pool's part of a plan before it is known what comes beside it. */
type UnestimatedPool = Omit<PoolPlan, "estimate">;

function planPool(
  pool: PoolFacts,
  to: { readonly image: string; readonly version: string },
  policy: PoolPolicy,
): UnestimatedPool {
  return {
    name: pool.name,
    mode: pool.mode,
    osType: pool.osType,
    count: pool.count,
    fromImage: pool.nodeImageVersion,
    toImage: to.image,
    fromVersion: pool.kubernetesVersion,
    toVersion: to.version,
    policy,
  };
}
