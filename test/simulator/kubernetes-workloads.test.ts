import { beforeEach, describe, expect, it } from "vitest";
import { deployment, type Harness, startCluster } from "./kubernetes-harness.ts";

const DEPLOYMENTS = "/apis/apps/v1/namespaces/default/deployments";
const CLAIMS = "/api/v1/namespaces/default/persistentvolumeclaims";

let harness: Harness;
beforeEach(() => {
  harness = startCluster();
  harness.addNodes({ name: "n1", zone: "1" }, { name: "n2", zone: "1" }, { name: "n3", zone: "2" });
});

const pods = () => harness.cluster.table("pods").list("default");
const placed = () => pods().map(({ spec }) => spec.nodeName);
const labelSelector = { matchLabels: { app: "web" } };

describe("the scheduler", () => {
  it("keeps pods that refuse each other on hosts of their own, and says why the last must wait", async () => {
    const term = { topologyKey: "kubernetes.io/hostname", labelSelector };
    const affinity = { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term] } };
    await harness.create(DEPLOYMENTS, deployment("web", 4, { affinity }));
    expect(new Set(placed())).toEqual(new Set(["n1", "n2", "n3", undefined]));
    const waiting = pods().find(({ spec }) => spec.nodeName === undefined);
    expect(harness.eventsOf(waiting?.metadata.name ?? "")).toEqual([
      "FailedScheduling: 0/3 nodes are available: 3 node(s) didn't match pod anti-affinity rules.",
    ]);
    harness.addNodes({ name: "n4", zone: "3" });
    expect(placed()).toContain("n4");
  });

  it("spreads over zones no more unevenly than allowed", async () => {
    const constraint = {
      maxSkew: 1,
      topologyKey: "topology.kubernetes.io/zone",
      whenUnsatisfiable: "DoNotSchedule",
      labelSelector,
    };
    await harness.create(DEPLOYMENTS, deployment("web", 6, { topologySpreadConstraints: [constraint] }));
    expect(placed().filter((node) => node === "n3")).toHaveLength(3);
  });

  it("counts cores, and places what waited when there is room again", async () => {
    await harness.create(DEPLOYMENTS, deployment("web", 7, {}, { resources: { requests: { cpu: "2" } } }));
    expect(placed().filter((node) => node === undefined)).toHaveLength(1);
    const [first] = pods().filter(({ spec }) => spec.nodeName !== undefined);
    const patch = { spec: { replicas: 6 } };
    await harness.call("PATCH", `${DEPLOYMENTS}/web`, patch, "application/merge-patch+json");
    expect(placed()).not.toContain(undefined);
    expect(first).toBeDefined();
  });
});

describe("volumes", () => {
  const claim = (name: string, storageClassName?: string) => ({
    metadata: { name },
    spec: {
      accessModes: ["ReadWriteOnce"],
      resources: { requests: { storage: "8Gi" } },
      ...(storageClassName ? { storageClassName } : {}),
    },
  });
  const mounting = (name: string) => ({ volumes: [{ name: "data", persistentVolumeClaim: { claimName: name } }] });
  const phaseOf = async (name: string) => (await harness.object(`${CLAIMS}/${name}`)).status.phase;

  it("of disks are made for the first pod, in its zone, and keep the next pod there", async () => {
    await harness.create(CLAIMS, claim("data"));
    expect(await phaseOf("data")).toBe("Pending");
    await harness.create(
      DEPLOYMENTS,
      deployment("web", 1, { ...mounting("data"), nodeSelector: { "kubernetes.io/hostname": "n3" } }),
    );
    expect(await phaseOf("data")).toBe("Bound");
    await harness.create(
      DEPLOYMENTS,
      deployment("other", 1, { ...mounting("data"), nodeSelector: { "kubernetes.io/hostname": "n1" } }),
    );
    const waiting = pods().find(({ spec }) => spec.nodeName === undefined);
    expect(harness.eventsOf(waiting?.metadata.name ?? "")[0]).toContain("1 node(s) had volume node affinity conflict");
  });

  it("of files are there at once; a claim that is missing keeps its pod waiting", async () => {
    await harness.create(CLAIMS, claim("shared", "azurefile-csi"));
    expect(await phaseOf("shared")).toBe("Bound");
    await harness.create(DEPLOYMENTS, deployment("web", 1, mounting("nowhere")));
    const [pod] = pods();
    expect(harness.eventsOf(pod?.metadata.name ?? "")[0]).toContain('persistentvolumeclaim "nowhere" not found');
  });

  it("stay while a pod uses their claim, then go with it", async () => {
    await harness.create(CLAIMS, claim("data"));
    await harness.create(DEPLOYMENTS, deployment("web", 1, mounting("data")));
    harness.clock.advance(60);
    await harness.call("DELETE", `${CLAIMS}/data`);
    expect((await harness.object(`${CLAIMS}/data`)).metadata.deletionTimestamp).toBeDefined();
    await harness.call("DELETE", `${DEPLOYMENTS}/web`);
    harness.clock.advance(31);
    expect((await harness.call("GET", `${CLAIMS}/data`)).status).toBe(404);
    expect(harness.cluster.table("persistentvolumes").list()).toEqual([]);
  });

  it("of a StatefulSet's members are their own and outlive them", async () => {
    const { spec } = deployment("db", 2);
    const volumeClaimTemplates = [{ metadata: { name: "data" }, spec: claim("data").spec }];
    const sets = "/apis/apps/v1/namespaces/default/statefulsets";
    await harness.create(sets, {
      metadata: { name: "db" },
      spec: { ...spec, serviceName: "db", volumeClaimTemplates },
    });
    harness.clock.advance(120);
    await harness.call("DELETE", `${sets}/db`);
    harness.clock.advance(31);
    const { items } = await harness.object(CLAIMS);
    expect(items.map(({ metadata }: { metadata: { name: string } }) => metadata.name)).toEqual([
      "data-db-0",
      "data-db-1",
    ]);
  });
});

describe("a kubelet", () => {
  const statusOf = () => pods()[0]?.status?.containerStatuses?.[0]?.state?.waiting?.reason;

  it("cannot start a pod before the secret of its variables is there", async () => {
    const env = [{ name: "TOKEN", valueFrom: { secretKeyRef: { name: "token", key: "value" } } }];
    await harness.create(DEPLOYMENTS, deployment("web", 1, {}, { env }));
    harness.clock.advance(60);
    expect(statusOf()).toBe("CreateContainerConfigError");
    expect(harness.eventsOf(pods()[0]?.metadata.name ?? "")).toContain('Failed: Error: secret "token" not found');
    await harness.create("/api/v1/namespaces/default/secrets", {
      metadata: { name: "token" },
      stringData: { value: "x" },
    });
    harness.clock.advance(300);
    expect(pods()[0]?.status?.phase).toBe("Running");
  });

  it("says ErrImagePull, then ImagePullBackOff, until the image can be pulled", async () => {
    const missing = new Set(["registry.example.com/main:1"]);
    harness = startCluster({ images: { objectionTo: (image) => (missing.has(image) ? "not found" : undefined) } });
    harness.addNodes({ name: "n1" });
    await harness.create(DEPLOYMENTS, deployment("web", 1));
    harness.clock.advanceUntil(() => statusOf() === "ErrImagePull", 30);
    harness.clock.advanceUntil(() => statusOf() === "ImagePullBackOff", 30);
    missing.clear();
    harness.clock.advance(400);
    expect(pods()[0]?.status?.phase).toBe("Running");
  });
});

describe("a Job", () => {
  const jobs = "/apis/batch/v1/namespaces/default/jobs";
  const job = (annotations: Record<string, string>, spec: object = {}) => ({
    metadata: { name: "once" },
    spec: {
      ...spec,
      template: {
        metadata: { annotations },
        spec: { restartPolicy: "Never", containers: [{ name: "main", image: "i" }] },
      },
    },
  });
  const conditions = async () => (await harness.object(`${jobs}/once`)).status.conditions ?? [];

  it("completes, and leaves its log", async () => {
    const log = { "simulator.drydock.dev/log": "rows: 12\nsum: 7" };
    await harness.create(jobs, job(log));
    harness.clock.advance(120);
    expect(await conditions()).toMatchObject([{ type: "Complete", status: "True" }]);
    const path = `/api/v1/namespaces/default/pods/${pods()[0]?.metadata.name}/log`;
    expect((await harness.call("GET", path)).body).toBe("rows: 12\nsum: 7\n");
    expect((await harness.call("GET", `${path}?tailLines=1`)).body).toBe("sum: 7\n");
  });

  it("tries again with a growing pause, and fails when its back-off limit is passed", async () => {
    await harness.create(jobs, job({ "simulator.drydock.dev/exit-code": "3" }, { backoffLimit: 2 }));
    harness.clock.advance(600);
    expect(pods().map(({ status }) => status?.phase)).toEqual(["Failed", "Failed", "Failed"]);
    expect(await conditions()).toMatchObject([{ type: "Failed", reason: "BackoffLimitExceeded" }]);
  });

  it("fails when its deadline has passed, and goes after its time to live", async () => {
    const spec = { activeDeadlineSeconds: 30, ttlSecondsAfterFinished: 60 };
    await harness.create(jobs, job({ "simulator.drydock.dev/run-seconds": "9999" }, spec));
    harness.clock.advance(40);
    expect(await conditions()).toMatchObject([{ type: "Failed", reason: "DeadlineExceeded" }]);
    harness.clock.advance(120);
    expect((await harness.call("GET", `${jobs}/once`)).status).toBe(404);
  });
});
