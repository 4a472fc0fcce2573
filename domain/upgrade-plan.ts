import type { ClusterFacts, PoolFacts } from "./cluster-facts.ts";
import type { Finding } from "./finding.ts";
import type { DrainPolicy, FleetConfig, PoolPolicy, RingConfig } from "./fleet-config.ts";

/** One pool's part of a plan: the image is fixed here and used to the end. */
export interface PoolPlan {
  readonly name: string;
  readonly mode: string;
  readonly osType: string;
  readonly fromImage: string;
  readonly toImage: string;
  readonly policy: PoolPolicy;
}

/** One cluster's part of a plan. */
export interface ClusterPlan {
  readonly name: string;
  readonly resourceId: string;
  readonly pools: readonly PoolPlan[];
  readonly drain: DrainPolicy;
  /** Why the cluster is left alone, if it is. */
  readonly skip: string | null;
}

/** One ring's part of a plan. */
export interface RingPlan {
  readonly ring: RingConfig;
  readonly clusters: readonly ClusterPlan[];
}

/** What goes where in which order. */
export interface UpgradePlan {
  readonly rings: readonly RingPlan[];
  readonly findings: readonly Finding[];
}

/** What could be learned of a cluster: facts, or why there are none. */
export type Observation =
  | { readonly name: string; readonly facts: ClusterFacts }
  | { readonly name: string; readonly unreachable: string };

/**
 * Plans a node image upgrade: rings in the order of fleet.yaml, in each its clusters, in each the pools that are behind,
 * system pools before user pools. A cluster that cannot be seen or is stopped is left alone, with a finding; it never stops
 * the others. Pools that are up to date are not in the plan, nor are those of which that cannot be told: these are findings.
 *
 * @param targets cluster names, or null for the whole fleet
 */
export function planUpgrade(
  config: FleetConfig,
  observations: readonly Observation[],
  targets: readonly string[] | null,
): UpgradePlan {
  const findings: Finding[] = [];
  const byName = new Map(observations.map((observation) => [observation.name, observation]));
  const rings = config.rings.map((ring) => ({
    ring,
    clusters: config.clusters
      .filter((cluster) => cluster.ring === ring.name && (targets === null || targets.includes(cluster.name)))
      .map((cluster) => planCluster(config, cluster, byName.get(cluster.name), findings)),
  }));
  const known = new Set(config.clusters.map(({ name }) => name));
  for (const target of targets ?? []) if (!known.has(target)) findings.push(notInFleet(target));
  return { rings: rings.filter((ring) => ring.clusters.length > 0), findings };
}

/**
 * The pools of a plan that are still to be done, by what a cluster looks like when its turn has come: another run may have
 * been there meanwhile.
 */
export function poolsStillBehind(plan: ClusterPlan, now: ClusterFacts): PoolPlan[] {
  return plan.pools.filter(({ name, toImage }) => {
    const pool = now.pools.find((candidate) => candidate.name === name);
    return pool !== undefined && (pool.nodeImageVersion !== toImage || pool.provisioningState !== "Succeeded");
  });
}

function planCluster(
  config: FleetConfig,
  cluster: { name: string; resourceId: string },
  observation: Observation | undefined,
  findings: Finding[],
): ClusterPlan {
  const base = { name: cluster.name, resourceId: cluster.resourceId, drain: config.upgrade.drain };
  const skip = (code: string, message: string, remedy: string): ClusterPlan => {
    findings.push({
      code,
      severity: "warning",
      subject: cluster.name,
      message,
      evidence: [],
      remedy,
      cluster: cluster.name,
    });
    return { ...base, pools: [], skip: message };
  };
  if (!observation || "unreachable" in observation) {
    const why = observation ? observation.unreachable : "it was not looked at";
    return skip(
      "ClusterUnreachable",
      `${cluster.name} cannot be seen: ${why}`,
      "Check the resource id in fleet.yaml and the app's role on the cluster; the next run takes it up again.",
    );
  }
  const { facts } = observation;
  if (facts.powerState.toLowerCase() === "stopped") {
    return skip("ClusterStopped", `${cluster.name} is stopped`, "Start the cluster; the next run takes it up again.");
  }
  const unknown = facts.pools.filter((pool) => pool.latestNodeImageVersion === "");
  const behind = facts.pools.filter(
    (pool) => pool.latestNodeImageVersion !== "" && pool.latestNodeImageVersion !== pool.nodeImageVersion,
  );
  const stopped = behind.filter(isStopped);
  findings.push(...unknown.map((pool) => newestImageUnknown(facts, pool)));
  findings.push(...stopped.map((pool) => poolStopped(facts, pool)));
  const pools = behind.filter((pool) => !isStopped(pool)).toSorted(bySystemFirst);
  return {
    ...base,
    pools: pools.map((pool) => planPool(config, pool)),
    skip: pools.length === 0 ? skipReason(stopped, unknown) : null,
  };
}

/** Why a cluster without a pool to upgrade is left alone; "up to date" is said only of what was seen to be. */
function skipReason(stopped: readonly PoolFacts[], unknown: readonly PoolFacts[]): string {
  const reasons = [
    ...stopped.map(({ name }) => `pool ${name} is stopped`),
    ...unknown.map(({ name }) => `the newest image of pool ${name} is not known`),
  ];
  return reasons.length === 0 ? "all node images are up to date" : reasons.join("; ");
}

function poolStopped({ name: cluster }: ClusterFacts, pool: PoolFacts): Finding {
  return {
    code: "PoolStopped",
    severity: "warning",
    subject: `${cluster}/${pool.name}`,
    message: `pool ${pool.name} of ${cluster} is stopped and was left alone`,
    evidence: [`image ${pool.nodeImageVersion}, newest ${pool.latestNodeImageVersion}`],
    remedy: "Start the pool; the next run takes it up again.",
    cluster,
  };
}

function newestImageUnknown({ name: cluster }: ClusterFacts, pool: PoolFacts): Finding {
  return {
    code: "NewestImageUnknown",
    severity: "warning",
    subject: `${cluster}/${pool.name}`,
    message: `Azure does not say which image is the newest for pool ${pool.name} of ${cluster}; it was left alone`,
    evidence: [`image ${pool.nodeImageVersion}, ${pool.osType} ${pool.osSku}`],
    remedy: "Look at the pool's upgrade profile (az aks nodepool get-upgrades); the next run asks again.",
    cluster,
  };
}

function notInFleet(target: string): Finding {
  return {
    code: "ClusterNotInFleet",
    severity: "warning",
    subject: target,
    message: `${target} was asked for and is not a cluster of fleet.yaml`,
    evidence: [],
    remedy: "Check the name, or add the cluster to fleet.yaml, and start the run again.",
    cluster: null,
  };
}

function isStopped(pool: PoolFacts): boolean {
  return pool.powerState.toLowerCase() === "stopped";
}

function isSystem(pool: { readonly mode: string }): boolean {
  return pool.mode.toLowerCase() === "system";
}

function bySystemFirst(left: PoolFacts, right: PoolFacts): number {
  const order = Number(isSystem(right)) - Number(isSystem(left));
  return order !== 0 ? order : left.name < right.name ? -1 : 1;
}

function planPool(config: FleetConfig, pool: PoolFacts): PoolPlan {
  return {
    name: pool.name,
    mode: pool.mode,
    osType: pool.osType,
    fromImage: pool.nodeImageVersion,
    toImage: pool.latestNodeImageVersion,
    policy: isSystem(pool) ? config.upgrade.systemPools : config.upgrade.userPools,
  };
}
