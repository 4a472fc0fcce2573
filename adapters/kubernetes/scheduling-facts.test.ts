import { describe, expect, it } from "vitest";
import { nodeCapacity, volumeFacts } from "./capacity-facts.ts";
import { deprecatedRequests } from "./deprecated-requests.ts";
import { deprecatedInventory, fluxObject } from "./flux-facts.ts";
import { schedulingFacts } from "./scheduling-facts.ts";

const container = (cpu: string, more: object = {}) => ({
  name: "c",
  resources: { requests: { cpu, memory: "1Mi" } },
  ...more,
});
const pod = (spec: object, labels: object = {}) =>
  schedulingFacts(
    { metadata: { namespace: "shop", name: "p", labels }, spec: { containers: [container("100m")], ...spec } },
    "p",
  );

describe("what a pod requests", () => {
  it.each<[string, object, number]>([
    ["its containers together", { containers: [container("100m"), container("0.25")] }, 350],
    ["its largest init container, if that is more", { initContainers: [container("1")] }, 1000],
    ["its containers, if they are more", { initContainers: [container("50m")] }, 100],
    ["sidecars beside its containers", { initContainers: [container("50m", { restartPolicy: "Always" })] }, 150],
    [
      "sidecars beside the init containers after them",
      { initContainers: [container("50m", { restartPolicy: "Always" }), container("1")] },
      1050,
    ],
    ["overhead of its runtime on top", { overhead: { cpu: "10m" } }, 110],
    ["what is said of the pod as a whole first", { resources: { requests: { cpu: "2" } } }, 2000],
    ["nothing without a request", { containers: [{ name: "c" }] }, 0],
  ])("is %s", (_what, spec, millicores) => {
    expect(pod(spec).requests.cpu ?? 0).toBe(millicores);
  });

  it("counts extended resources as they are", () => {
    const gpu = { name: "c", resources: { requests: { "nvidia.com/gpu": 2 } } };
    expect(pod({ containers: [gpu] }).requests).toEqual({ "nvidia.com/gpu": 2 });
  });
});

describe("what the scheduler is asked for", () => {
  it("is tolerations, with what is left out meaning everything", () => {
    const tolerations = [{ operator: "Exists" }, { key: "k", value: "v", effect: "NoSchedule" }];
    expect(pod({ tolerations }).tolerations).toEqual([
      { key: null, operator: "Exists", value: "", effect: null },
      { key: "k", operator: "Equal", value: "v", effect: "NoSchedule" },
    ]);
  });

  it("is only what is required of nodes, and only what forbids of spreads", () => {
    const facts = pod({
      affinity: { nodeAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [] } },
      topologySpreadConstraints: [{ maxSkew: 1, topologyKey: "z", whenUnsatisfiable: "ScheduleAnyway" }],
    });
    expect([facts.nodeTerms, facts.spread]).toEqual([null, []]);
  });

  it("is a spread over the pods of the same revision, where it says so", () => {
    const constraint = {
      maxSkew: 1,
      topologyKey: "z",
      whenUnsatisfiable: "DoNotSchedule",
      labelSelector: { matchLabels: { app: "a" } },
      matchLabelKeys: ["pod-template-hash", "missing"],
      nodeTaintsPolicy: "Honor",
    };
    expect(pod({ topologySpreadConstraints: [constraint] }, { "pod-template-hash": "7" }).spread).toEqual([
      {
        topologyKey: "z",
        maxSkew: 1,
        minDomains: 1,
        selector: { matchLabels: { app: "a", "pod-template-hash": "7" }, matchExpressions: [] },
        countsTaintedNodes: false,
      },
    ]);
  });

  it.each<[string, object, object]>([
    ["its own namespace", {}, { namespaces: ["shop"], mayMeanMore: false }],
    ["those that are named", { namespaces: ["a", "b"] }, { namespaces: ["a", "b"], mayMeanMore: false }],
    ["all", { namespaceSelector: {} }, { namespaces: "all", mayMeanMore: false }],
    [
      "some by their labels",
      { namespaceSelector: { matchLabels: { team: "x" } } },
      { namespaces: [], mayMeanMore: true },
    ],
  ])("is anti-affinity to pods of %s", (_what, term, expected) => {
    const required = [{ topologyKey: "z", labelSelector: { matchLabels: { app: "a" } }, ...term }];
    const affinity = { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: required } };
    expect(pod({ affinity }).antiAffinity).toMatchObject([expected]);
  });

  it("is volumes: claims by name, those of ephemeral volumes by the pod's, and folders of the node", () => {
    const volumes = [
      { name: "a", persistentVolumeClaim: { claimName: "data" } },
      { name: "b", ephemeral: {} },
      { name: "c", hostPath: { path: "/var/log" } },
      { name: "d", emptyDir: {} },
    ];
    expect(pod({ volumes })).toMatchObject({ claims: ["data", "p-b"], hostPaths: ["/var/log"] });
  });
});

describe("a node", () => {
  const node = (labels: object, spec: object = {}) =>
    nodeCapacity({
      metadata: { name: "n", labels },
      spec,
      status: {
        allocatable: { cpu: "3860m", memory: "1Ki", pods: "30" },
        conditions: [{ type: "Ready", status: "True" }],
        nodeInfo: { kubeletVersion: "v1.33.5" },
      },
    });

  it("has room, a pool and taints, and a cordon that is no taint", () => {
    const taints = [
      { key: "node.kubernetes.io/unschedulable", effect: "NoSchedule" },
      { key: "gpu", value: "true", effect: "NoSchedule" },
    ];
    expect(node({ "kubernetes.azure.com/agentpool": "apps" }, { unschedulable: true, taints })).toMatchObject({
      pool: "apps",
      allocatable: { cpu: 3860, memory: 1024, pods: 30 },
      taints: [{ key: "gpu", value: "true", effect: "NoSchedule" }],
      ready: true,
      unschedulable: true,
    });
  });

  it.each([
    ["westeurope-1", "westeurope-1"],
    ["0", ""],
  ])("in zone %s reaches the disks of %j before the disk driver has said so", (zone, disks) => {
    const key = "topology.kubernetes.io/zone";
    expect(node({ [key]: zone }).labels["topology.disk.csi.azure.com/zone"]).toBe(disks);
  });

  it("is reached by a volume that names it, and by nobody's volume at all", () => {
    const required = { nodeSelectorTerms: [{ matchExpressions: [{ key: "k", operator: "In", values: ["v"] }] }] };
    const volume = {
      metadata: { name: "pv" },
      spec: { claimRef: { namespace: "n", name: "data" }, nodeAffinity: { required } },
    };
    expect(volumeFacts(volume)).toEqual([
      {
        name: "pv",
        claim: "n/data",
        nodeTerms: [{ labels: [{ key: "k", operator: "In", values: ["v"] }], fields: [] }],
      },
    ]);
    expect(volumeFacts({ metadata: { name: "pv" }, spec: {} })).toEqual([]);
  });
});

describe("a Flux object", () => {
  const object = (status: object, spec: object = {}) =>
    fluxObject("Kustomization", { metadata: { namespace: "f", name: "apps", generation: 2 }, spec, status });
  const ready = { type: "Ready", status: "True", reason: "ReconciliationSucceeded", message: "ok" };

  it.each<[string, object, object]>([
    ["ready", { observedGeneration: 2, conditions: [ready] }, { isReady: true, isStalled: false }],
    ["not ready for what it asks for now", { observedGeneration: 1, conditions: [ready] }, { isReady: false }],
    ["not looked at yet", {}, { isReady: false, why: expect.stringContaining("not looked at") }],
    [
      "stalled, whatever Ready says",
      {
        observedGeneration: 2,
        conditions: [ready, { type: "Stalled", status: "True", reason: "RetriesExceeded", message: "no" }],
      },
      { isStalled: true, why: "RetriesExceeded: no" },
    ],
  ])("is %s", (_what, status, expected) => {
    expect(object(status)).toMatchObject(expected);
  });

  it("tells what it has applied in a version that Kubernetes removes", () => {
    const entries = [
      { id: "shop_cart_policy_PodDisruptionBudget", v: "v1" },
      { id: "shop_cart_policy_PodDisruptionBudget", v: "v1beta1" },
      { id: "_limits_flowcontrol.apiserver.k8s.io_FlowSchema", v: "v1beta3" },
      { id: "shop_cart__Service", v: "v1" },
    ];
    const found = deprecatedInventory({
      metadata: { namespace: "f", name: "apps" },
      status: { inventory: { entries } },
    });
    expect(found.map(({ groupVersion, resource, removedIn }) => `${groupVersion} ${resource} ${removedIn}`)).toEqual([
      "policy/v1beta1 PodDisruptionBudget 1.25",
      "flowcontrol.apiserver.k8s.io/v1beta3 FlowSchema 1.32",
    ]);
  });
});

describe("the API server's metrics", () => {
  it("name each deprecated API that was asked for, once", () => {
    const metric = "apiserver_requested_deprecated_apis";
    const text = `# TYPE ${metric} gauge
${metric}{group="flowcontrol.apiserver.k8s.io",removed_release="1.32",resource="flowschemas",subresource="",version="v1beta3"} 1
${metric}{group="flowcontrol.apiserver.k8s.io",removed_release="1.32",resource="flowschemas",subresource="status",version="v1beta3"} 1
${metric}{group="",removed_release="",resource="componentstatuses",subresource="",version="v1"} 1
${metric}{group="policy",removed_release="1.25",resource="poddisruptionbudgets",subresource="",version="v1beta1"} 0
apiserver_request_total{group="x"} 3
`;
    expect(
      deprecatedRequests(text).map(({ groupVersion, resource, removedIn }) => [groupVersion, resource, removedIn]),
    ).toEqual([
      ["flowcontrol.apiserver.k8s.io/v1beta3", "flowschemas", "1.32"],
      ["v1", "componentstatuses", null],
    ]);
  });
});
