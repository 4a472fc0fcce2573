import type { ClusterFacts, PoolFacts } from "../cluster-facts.ts";
import type { ClusterSettings, PoolSettings } from "../cluster-settings.ts";
import type { BudgetFacts } from "../drain/facts.ts";
import { drainPolicySchema } from "../fleet-config.ts";
import type { ClusterPlan, PoolPlan } from "../upgrade-plan.ts";
import type { NodeCapacity, SchedulingFacts } from "./placement/scheduling-facts.ts";
import { DEFAULT_PREFLIGHT_POLICY } from "./preflight-policy.ts";
import type { PreflightFacts } from "./preflight-rule.ts";
import type { PreflightPod, PreflightReadings, ReadingName } from "./readings.ts";

// A cluster with nothing wrong, for the tests of the rules: a system pool that AKS upgrades in place, and an apps pool that is
// replaced. Each test plants one flaw in it.

export const NOW_MS = Date.parse("2026-11-21T08:00:00Z");
export const SUBNET =
  "/subscriptions/1/resourceGroups/rg/providers/Microsoft.Network/virtualNetworks/vnet/subnets/nodes";

/** A pod that asks for nothing special. */
export function samplePod(name: string, change: Partial<PreflightPod> = {}): PreflightPod {
  return {
    namespace: "shop",
    name,
    uid: name,
    nodeName: "shop-0",
    pool: "shop",
    phase: "Running",
    ready: true,
    deletionAt: null,
    terminatingSince: null,
    finalizers: [],
    holdUntil: null,
    labels: { app: "cart" },
    owner: { kind: "Deployment", name: "cart" },
    isMirror: false,
    hasEmptyDir: false,
    graceSeconds: 30,
    nodeSelector: {},
    scheduling: sampleScheduling(),
    ...change,
  };
}

export function sampleScheduling(change: Partial<SchedulingFacts> = {}): SchedulingFacts {
  return {
    requests: { cpu: 250, memory: 2 ** 28 },
    tolerations: [],
    nodeSelector: {},
    nodeTerms: null,
    affinity: [],
    antiAffinity: [],
    spread: [],
    claims: [],
    hostPorts: [],
    hostPaths: [],
    ...change,
  };
}

export function sampleBudget(name: string, change: Partial<BudgetFacts> = {}): BudgetFacts {
  return {
    namespace: "shop",
    name,
    resourceVersion: "1",
    selector: { matchLabels: { app: "cart" }, matchExpressions: [] },
    minAvailable: null,
    maxUnavailable: 1,
    unhealthyPodEvictionPolicy: "IfHealthyBudget",
    disruptionsAllowed: 1,
    currentHealthy: 3,
    desiredHealthy: 2,
    expectedPods: 3,
    disruptedPods: [],
    isCurrent: true,
    ...change,
  };
}

/** A node of four cores and 16 GiB; those of a pool are spread over the zones. */
export function sampleNode(pool: string, index: number, change: Partial<NodeCapacity> = {}): NodeCapacity {
  const name = `${pool}-${index}`;
  return {
    name,
    pool,
    labels: {
      "kubernetes.io/hostname": name,
      "topology.kubernetes.io/zone": `westeurope-${(index % 3) + 1}`,
      "kubernetes.azure.com/agentpool": pool,
      agentpool: pool,
      workload: pool,
    },
    taints: pool === "sys" ? [{ key: "CriticalAddonsOnly", value: "true", effect: "NoSchedule" }] : [],
    allocatable: { cpu: 3860, memory: 13 * 2 ** 30, pods: 30 },
    capacity: { cpu: 4000, memory: 16 * 2 ** 30, pods: 30 },
    ready: true,
    unschedulable: false,
    kubeletVersion: "v1.33.5",
    ...change,
  };
}

export function samplePoolPlan(name: string, strategy: "surge" | "blueGreen"): PoolPlan {
  const policy = { strategy, parallelDrains: 1, soakMinutes: 0, rollBack: true };
  const from = { fromImage: "old", toImage: "new", fromVersion: "1.33.5", toVersion: "1.33.5" };
  const estimate = { totalMs: 0, pieceMs: 0 };
  return { name, mode: "User", osType: "Linux", count: 3, ...from, policy, estimate };
}

export function samplePool(name: string, change: Partial<PoolFacts> = {}): PoolFacts {
  return {
    name,
    mode: "User",
    osType: "Linux",
    osSku: "Ubuntu",
    vmSize: "Standard_D4ds_v5",
    count: 3,
    kubernetesVersion: "1.33.5",
    nodeImageVersion: "old",
    latestNodeImageVersion: "new",
    provisioningState: "Succeeded",
    powerState: "Running",
    ...change,
  };
}

export function samplePoolSettings(name: string, change: Partial<PoolSettings> = {}): PoolSettings {
  return {
    name,
    nodeLabels: { workload: name },
    nodeTaints: name === "sys" ? ["CriticalAddonsOnly=true:NoSchedule"] : [],
    zones: ["1", "2", "3"],
    maxPods: 30,
    isSpot: false,
    autoscaler: null,
    upgradeSettings: {
      maxSurge: "33%",
      maxUnavailable: "0",
      drainTimeoutMinutes: 30,
      undrainableNodeBehavior: "Cordon",
    },
    subnetId: SUBNET,
    podSubnetId: null,
    ...change,
  };
}

export const samplePlan: ClusterPlan = {
  name: "dev-weu",
  resourceId: "/subscriptions/1/resourceGroups/rg/providers/Microsoft.ContainerService/managedClusters/dev-weu",
  pools: [samplePoolPlan("sys", "surge"), samplePoolPlan("shop", "blueGreen")],
  drain: { ...drainPolicySchema.parse({ barePods: "block", emptyDir: "block" }), stallMinutes: 10 },
  controlPlane: null,
  skip: null,
  skipCode: null,
};

export const sampleCluster: ClusterFacts = {
  name: "dev-weu",
  resourceId: samplePlan.resourceId,
  location: "westeurope",
  kubernetesVersion: "1.33.5",
  upgrades: [],
  provisioningState: "Succeeded",
  powerState: "Running",
  pools: ["sys", "shop", "other"].map((name) => samplePool(name)),
};

export const sampleSettings: ClusterSettings = {
  upgradeChannel: null,
  nodeOsUpgradeChannel: null,
  supportPlan: "KubernetesOfficial",
  podsTakeNodeAddresses: false,
  pools: ["sys", "shop", "other"].map((name) => samplePoolSettings(name)),
};

const readings: PreflightReadings = {
  pods: [samplePod("a"), samplePod("b", { nodeName: "shop-1" })],
  budgets: [sampleBudget("cart")],
  nodes: ["sys", "shop", "other"].flatMap((pool) => [0, 1, 2].map((index) => sampleNode(pool, index))),
  volumes: [],
  flux: [],
  deprecatedRequests: [],
  deprecatedManifests: [],
  certificates: [{ what: "certificate of the API server", notAfterMs: Date.parse("2027-06-01T00:00:00Z") }],
  offeredMinors: ["1.32", "1.33", "1.34"].map((minor) => ({
    minor,
    isPreview: false,
    supportPlans: ["KubernetesOfficial"],
  })),
  computeUsages: [
    { name: "cores", used: 36, limit: 100 },
    { name: "standardDDSv5Family", used: 36, limit: 100 },
  ],
  subnets: [{ id: SUBNET, usable: 251, used: 9 }],
  maintenance: [],
  backup: { newestRecoveryPointAt: "2026-11-21T02:00:00Z", lastProvenRestoreAt: "2026-11-01T02:00:00Z" },
};

/** What a test changes: readings by name, and everything beside them. */
export type SampleChange = Partial<PreflightReadings> & Partial<Omit<PreflightFacts, "readings">>;

/** The facts of the sample cluster with some changed; `unread` names readings that could not be had. */
export function sampleFacts(change: SampleChange = {}, unread: readonly ReadingName[] = []): PreflightFacts {
  const read = Object.fromEntries(
    (Object.keys(readings) as ReadingName[]).map((name) => [
      name,
      unread.includes(name)
        ? { read: false, why: `the ${name} could not be read` }
        : { read: true, value: change[name] ?? readings[name] },
    ]),
  ) as unknown as PreflightFacts["readings"];
  return {
    plan: change.plan ?? samplePlan,
    targetVersion: change.targetVersion ?? null,
    nowMs: change.nowMs ?? NOW_MS,
    policy: change.policy ?? DEFAULT_PREFLIGHT_POLICY,
    cluster: change.cluster ?? sampleCluster,
    settings: change.settings ?? sampleSettings,
    readings: read,
  };
}
