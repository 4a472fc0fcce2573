import { describe, expect, it } from "vitest";
import type { ClusterSettings, PoolSettings } from "../cluster-settings.ts";
import { preflight } from "./preflight.ts";
import { DEFAULT_PREFLIGHT_POLICY } from "./preflight-policy.ts";
import type { FluxObject } from "./readings.ts";
import {
  NOW_MS,
  type SampleChange,
  SUBNET,
  sampleBudget,
  sampleCluster,
  sampleFacts,
  sampleNode,
  samplePlan,
  samplePod,
  samplePool,
  samplePoolPlan,
  samplePoolSettings,
  sampleScheduling,
  sampleSettings,
} from "./sample-facts.ts";
import { quotaFamilyOf } from "./vcpu-quota.ts";

const DAY_MS = 86_400_000;

/** What is said of the sample cluster with one thing changed: findings, and what cannot be told. */
function said(change: SampleChange): string[] {
  const { findings, cannotTell } = preflight(sampleFacts(change));
  return [
    ...findings.map(({ severity, code, subject }) => `${severity} ${code} ${subject}`),
    ...cannotTell.map(({ code, subject }) => `untold ${code} ${subject}`),
  ];
}

function withPool(name: string, change: Partial<PoolSettings>): { settings: ClusterSettings } {
  const pools = sampleSettings.pools.map((pool) => (pool.name === name ? samplePoolSettings(name, change) : pool));
  return { settings: { ...sampleSettings, pools } };
}

function surge(change: Partial<PoolSettings["upgradeSettings"]>): { settings: ClusterSettings } {
  return withPool("sys", { upgradeSettings: { ...samplePoolSettings("sys").upgradeSettings, ...change } });
}

function withBackup(policy: "ignore" | "warn" | "block" | "takeBackup", point: string | null, proven: string | null) {
  return {
    policy: { ...DEFAULT_PREFLIGHT_POLICY, backup: { policy, maxAgeHours: 24, provenWithinDays: 35 } },
    backup: { newestRecoveryPointAt: point, lastProvenRestoreAt: proven },
  };
}

function flux(change: Partial<FluxObject>): { flux: FluxObject[] } {
  const object = { kind: "Kustomization", namespace: "flux-system", name: "apps", why: "BuildFailed: no such file" };
  return { flux: [{ ...object, isReady: true, isStalled: false, isSuspended: false, ...change }] };
}

function ending(inDays: number) {
  return { certificates: [{ what: "certificate of the API server", notAfterMs: NOW_MS + inDays * DAY_MS }] };
}

const usages = (cores: number, family: number) => ({
  computeUsages: [
    { name: "cores", used: cores, limit: 100 },
    { name: "StandardDDSv5Family", used: family, limit: 100 },
  ],
});
const beta3 = {
  groupVersion: "flowcontrol.apiserver.k8s.io/v1beta3",
  resource: "flowschemas",
  removedIn: "1.34",
  source: "somewhere",
};
const FRESH = "2026-11-21T02:00:00Z";
const OLD = "2026-01-01T00:00:00Z";
const onSys = samplePod("dns", {
  pool: "sys",
  nodeName: "sys-0",
  namespace: "kube-system",
  labels: { app: "dns" },
  scheduling: sampleScheduling({
    tolerations: [{ key: "CriticalAddonsOnly", operator: "Exists", value: "", effect: null }],
  }),
});
const dnsBudget = sampleBudget("dns", {
  namespace: "kube-system",
  selector: { matchLabels: { app: "dns" }, matchExpressions: [] },
});
const dnsTwice = [onSys, { ...onSys, name: "dns2", uid: "dns2", nodeName: "sys-1" }];
const daily = {
  name: "aksManagedAutoUpgradeSchedule",
  recurrence: { kind: "daily", everyDays: 1 },
  durationHours: 4,
  utcOffset: "+00:00",
  startDate: null,
  startTime: "20:00",
  notAllowed: [],
} as const;
const channel = (upgradeChannel: string | null, nodeOsUpgradeChannel: string | null = null) => ({
  settings: { ...sampleSettings, upgradeChannel, nodeOsUpgradeChannel },
});
const bigPods = (count: number, cpu: number) =>
  Array.from({ length: count }, (_, index) =>
    samplePod(`big${index}`, {
      nodeName: `shop-${index % 3}`,
      scheduling: sampleScheduling({ requests: { cpu }, nodeSelector: { workload: "shop" } }),
    }),
  );

describe("a rule", () => {
  it.each<[string, SampleChange, string[]]>([
    [
      "a node that is not Ready",
      {
        nodes: [
          sampleNode("sys", 0),
          sampleNode("shop", 0, { ready: false }),
          sampleNode("shop", 1),
          sampleNode("other", 0),
        ],
      },
      ["blocker NodeNotReady shop-0"],
    ],
    [
      "such a node of a pool that stays",
      {
        nodes: [
          sampleNode("sys", 0),
          sampleNode("shop", 0),
          sampleNode("shop", 1),
          sampleNode("other", 0, { ready: false }),
        ],
      },
      ["warning NodeNotReady other-0"],
    ],
    [
      "a cordoned node",
      {
        nodes: [
          sampleNode("sys", 0),
          sampleNode("shop", 0),
          sampleNode("shop", 1),
          sampleNode("other", 0, { unschedulable: true }),
        ],
      },
      ["warning NodeCordoned other-0"],
    ],
    [
      "a kubelet four minors behind",
      { nodes: [sampleNode("sys", 0), sampleNode("shop", 0), sampleNode("shop", 1, { kubeletVersion: "v1.29.1" })] },
      ["blocker VersionSkew dev-weu/shop"],
    ],
    ["a minor that is skipped", { targetVersion: "1.35.0" }, ["blocker VersionSkew dev-weu"]],
    ["one minor", { targetVersion: "1.34.2" }, []],
    [
      "an API that the target removes",
      { targetVersion: "1.34.2", deprecatedRequests: [beta3] },
      ["blocker RemovedApiRequested flowcontrol.apiserver.k8s.io/v1beta3 flowschemas"],
    ],
    [
      "an API that a later minor removes",
      { targetVersion: "1.34.2", deprecatedManifests: [{ ...beta3, removedIn: "1.35" }] },
      ["info RemovedApiInManifests flowcontrol.apiserver.k8s.io/v1beta3 flowschemas"],
    ],
    [
      "an API without a date",
      { targetVersion: "1.34.2", deprecatedRequests: [{ ...beta3, removedIn: null }] },
      ["info RemovedApiRequested flowcontrol.apiserver.k8s.io/v1beta3 flowschemas"],
    ],
    ["an API that a patch does not remove", { targetVersion: "1.33.9", deprecatedRequests: [beta3] }, []],
    ["no surge at all", surge({ maxSurge: "0" }), ["blocker MaxSurgeZero dev-weu/sys"]],
    ["an upgrade in place", surge({ maxSurge: "0%", maxUnavailable: "1" }), ["warning MaxSurgeZero dev-weu/sys"]],
    ["a surge of two in three", surge({ maxSurge: "2" }), ["warning MaxSurgeLarge dev-weu/sys"]],
    ["a surge of half, rounded up", surge({ maxSurge: "50%" }), ["warning MaxSurgeLarge dev-weu/sys"]],
    ["a surge of one in three", surge({ maxSurge: "1" }), []],
    [
      "an autoscaler at its maximum",
      withPool("sys", { autoscaler: { min: 1, max: 3 } }),
      ["warning AutoscalerAtMaximum dev-weu/sys"],
    ],
    ["an autoscaler with room", withPool("sys", { autoscaler: { min: 1, max: 4 } }), []],
    ["an autoscaler at its maximum where a green pool comes", withPool("shop", { autoscaler: { min: 1, max: 3 } }), []],
    [
      "nodes that end the roll, with budgets",
      { ...surge({ undrainableNodeBehavior: "Schedule" }), pods: dnsTwice, budgets: [dnsBudget] },
      ["info UndrainableNodesEndTheRoll dev-weu/sys"],
    ],
    ["nodes that end the roll, without budgets", surge({ undrainableNodeBehavior: "Schedule" }), []],
    [
      "AKS's own drain timeout",
      { ...surge({ drainTimeoutMinutes: 5 }), pods: dnsTwice.map((pod) => ({ ...pod, graceSeconds: 600 })) },
      ["warning GracePeriodBeyondTimeout kube-system/dns", "warning GracePeriodBeyondTimeout kube-system/dns2"],
    ],
    ["quota of all sizes used up", usages(95, 0), ["blocker VcpuQuotaShort dev-weu/shop"]],
    ["quota of the family used up", usages(0, 89), ["blocker VcpuQuotaShort dev-weu/shop"]],
    ["quota that is just enough", usages(88, 88), []],
    [
      "a family without a quota",
      { computeUsages: [{ name: "cores", used: 0, limit: 100 }] },
      ["untold VcpuQuotaShort dev-weu/sys", "untold VcpuQuotaShort dev-weu/shop"],
    ],
    [
      "spot machines",
      {
        ...withPool("shop", { isSpot: true }),
        computeUsages: [...usages(0, 0).computeUsages, { name: "lowPriorityCores", used: 95, limit: 100 }],
      },
      ["blocker VcpuQuotaShort dev-weu/shop"],
    ],
    [
      "a full subnet",
      { subnets: [{ id: SUBNET.toUpperCase(), usable: 251, used: 249 }] },
      ["blocker SubnetFull dev-weu/shop"],
    ],
    ["a subnet with just enough", { subnets: [{ id: SUBNET, usable: 251, used: 248 }] }, []],
    [
      "pods with addresses of the nodes' subnet",
      {
        settings: { ...sampleSettings, podsTakeNodeAddresses: true },
        subnets: [{ id: SUBNET, usable: 251, used: 180 }],
      },
      ["blocker SubnetFull dev-weu/shop"],
    ],
    [
      "a subnet that was not read",
      { subnets: [] },
      ["untold SubnetFull dev-weu/sys", "untold SubnetFull dev-weu/shop"],
    ],
    [
      "the subnet that AKS made",
      {
        settings: { ...sampleSettings, pools: sampleSettings.pools.map((pool) => ({ ...pool, subnetId: null })) },
        subnets: [],
      },
      [],
    ],
    ["Flux that is not ready", flux({ isReady: false }), ["warning FluxNotReady flux-system/apps"]],
    ["Flux that is stalled", flux({ isStalled: true }), ["warning FluxNotReady flux-system/apps"]],
    [
      "Flux that is suspended and not ready",
      flux({ isReady: false, isSuspended: true }),
      ["info FluxSuspended flux-system/apps"],
    ],
    ["Flux that is ready", flux({}), []],
    ["a stale backup, where that is ignored", withBackup("ignore", OLD, null), []],
    ["a stale backup, where that warns", withBackup("warn", OLD, FRESH), ["warning BackupNotFresh dev-weu"]],
    ["no backup at all, where that blocks", withBackup("block", null, FRESH), ["blocker BackupNotFresh dev-weu"]],
    ["a restore that was never proven", withBackup("block", FRESH, null), ["blocker RestoreNotProven dev-weu"]],
    [
      "a stale backup, where one is to be taken first",
      withBackup("takeBackup", OLD, null),
      ["blocker BackupNotFresh dev-weu"],
    ],
    ["a fresh backup that was proven", withBackup("block", FRESH, FRESH), []],
    ["a channel", channel("stable"), ["warning AutoUpgradeChannel dev-weu", "warning MaintenanceWindowOpens dev-weu"]],
    [
      "a channel of node images",
      channel(null, "NodeImage"),
      ["warning AutoUpgradeChannel dev-weu", "warning MaintenanceWindowOpens dev-weu"],
    ],
    ["machines that patch themselves", channel(null, "Unmanaged"), []],
    [
      "a channel with a window within a day",
      { ...channel("patch"), maintenance: [daily] },
      ["warning AutoUpgradeChannel dev-weu", "warning MaintenanceWindowOpens dev-weu"],
    ],
    [
      "a channel with a window next week",
      { ...channel("patch"), maintenance: [{ ...daily, startDate: "2026-11-28" }] },
      ["warning AutoUpgradeChannel dev-weu"],
    ],
    ["a window of nobody's", { maintenance: [daily] }, []],
    ["a certificate that ends in 29 days", ending(29), ["warning CertificateExpires dev-weu"]],
    ["a certificate that has ended", ending(-1), ["blocker CertificateExpires dev-weu"]],
    ["a certificate that ends in 31 days", ending(31), []],
    [
      "a minor that is not offered any more",
      { offeredMinors: [{ minor: "1.34", isPreview: false, supportPlans: [] }] },
      ["warning VersionOutOfSupport dev-weu"],
    ],
    [
      "a minor that is offered for long-term support only",
      { offeredMinors: [{ minor: "1.33", isPreview: false, supportPlans: ["AKSLongTermSupport"] }] },
      ["warning VersionOutOfSupport dev-weu"],
    ],
    [
      "the oldest minor on offer",
      { offeredMinors: ["1.34", "1.33"].map((minor) => ({ minor, isPreview: false, supportPlans: [] })) },
      ["info OldestMinorOffered dev-weu"],
    ],
    ["the only minor on offer", { offeredMinors: [{ minor: "1.33", isPreview: false, supportPlans: [] }] }, []],
    [
      "no version at all",
      { cluster: { ...sampleCluster, kubernetesVersion: "" } },
      ["blocker VersionSkew dev-weu", "untold VersionOutOfSupport dev-weu"],
    ],
    [
      "a pod that is pinned to its node",
      {
        pods: [
          samplePod("a", { scheduling: sampleScheduling({ nodeSelector: { "kubernetes.io/hostname": "shop-0" } }) }),
          samplePod("b"),
        ],
      },
      ["blocker PodFitsNowhere shop/cart"],
    ],
    [
      "a pod with a volume of one node",
      {
        pods: [samplePod("a", { scheduling: sampleScheduling({ claims: ["data"] }) }), samplePod("b")],
        volumes: [
          {
            name: "pv",
            claim: "shop/data",
            nodeTerms: [
              { labels: [{ key: "kubernetes.io/hostname", operator: "In", values: ["shop-0"] }], fields: [] },
            ],
          },
        ],
      },
      ["blocker PodFitsNowhere shop/cart"],
    ],
    [
      "a pod with a volume of a zone",
      {
        pods: [
          samplePod("a", { scheduling: sampleScheduling({ claims: ["data"], nodeSelector: { workload: "shop" } }) }),
          samplePod("b"),
        ],
        volumes: [
          {
            name: "pv",
            claim: "shop/data",
            nodeTerms: [
              {
                labels: [{ key: "topology.kubernetes.io/zone", operator: "In", values: ["westeurope-1"] }],
                fields: [],
              },
            ],
          },
        ],
      },
      [],
    ],
    [
      "a pod with a volume of a zone that two new nodes may leave out",
      {
        nodes: ["sys", "shop", "other"].flatMap((pool) => [0, 1].map((index) => sampleNode(pool, index))),
        pods: [
          samplePod("a", { scheduling: sampleScheduling({ claims: ["data"], nodeSelector: { workload: "shop" } }) }),
          samplePod("b"),
        ],
        volumes: [
          {
            name: "pv",
            claim: "shop/data",
            nodeTerms: [
              {
                labels: [{ key: "topology.kubernetes.io/zone", operator: "In", values: ["westeurope-1"] }],
                fields: [],
              },
            ],
          },
        ],
      },
      ["warning CapacityShort dev-weu/shop"],
    ],
    [
      "a label that somebody put on nodes by hand",
      {
        nodes: ["sys", "shop", "other"].flatMap((pool) =>
          [0, 1, 2].map((index) =>
            sampleNode(
              pool,
              index,
              pool === "shop" ? { labels: { ...sampleNode(pool, index).labels, disk: "ssd" } } : {},
            ),
          ),
        ),
        pods: [samplePod("a", { scheduling: sampleScheduling({ nodeSelector: { disk: "ssd" } }) }), samplePod("b")],
      },
      ["warning CapacityShort dev-weu/shop"],
    ],
    ["pods as many as before on as many nodes", { pods: bigPods(6, 1900) }, []],
    ["pods that no autoscaler could make room for", { pods: bigPods(7, 1900) }, ["blocker CapacityShort dev-weu/shop"]],
  ])("says of %s what it should", (_what, change, expected) => {
    expect(said({ plan: samplePlan, ...change })).toEqual(expected);
  });

  it("leaves pools alone that are not in the plan", () => {
    const plan = { ...samplePlan, pools: [samplePoolPlan("sys", "surge")] };
    expect(said({ plan, ...usages(97, 97), subnets: [{ id: SUBNET, usable: 251, used: 250 }] })).toEqual([
      "blocker VcpuQuotaShort dev-weu/sys",
      "blocker VcpuQuotaShort dev-weu/sys",
    ]);
  });

  it("asks nothing of a stopped pool", () => {
    const cluster = { ...sampleCluster, pools: [samplePool("sys"), samplePool("shop", { powerState: "Stopped" })] };
    expect(said({ cluster, ...usages(92, 92) })).toEqual(["warning PoolStopped dev-weu/shop"]);
  });
});

describe("the quota family of a size", () => {
  it.each([
    ["Standard_D4ds_v5", "standardDDSv5Family"],
    ["Standard_D4s_v3", "standardDSv3Family"],
    ["Standard_E8as_v4", "standardEASv4Family"],
    ["Standard_D2pds_v5", "standardDPDSv5Family"],
    ["Standard_F8s_v2", "standardFSv2Family"],
    ["Standard_M8-2ms", "standardMMSFamily"],
    ["Standard_NC24ads_A100_v4", "standardNCADSA100v4Family"],
    ["Basic_A1", null],
    ["", null],
  ])("%s counts as %s", (size, family) => {
    expect(quotaFamilyOf(size)).toBe(family);
  });
});
