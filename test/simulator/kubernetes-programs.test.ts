import { describe, expect, it } from "vitest";
import { deployment, startCluster } from "./kubernetes-harness.ts";

const says = (annotations: object) =>
  Object.fromEntries(Object.entries(annotations).map(([name, value]) => [`simulator.drydock.dev/${name}`, value]));

function job(name: string, annotations: object, spec: object = {}) {
  const container = { name: "main", image: "registry.example.com/check:1" };
  const template = {
    metadata: { annotations: says(annotations) },
    spec: { restartPolicy: "Never", containers: [container] },
  };
  return { apiVersion: "batch/v1", kind: "Job", metadata: { name, namespace: "default" }, spec: { template, ...spec } };
}

function start() {
  const harness = startCluster();
  harness.addNodes({ name: "a" }, { name: "b" });
  const pass = (seconds: number) => {
    harness.clock.advance(seconds);
    harness.world.catchUp();
  };
  const pods = () => harness.cluster.table("pods").list("default");
  return { ...harness, pass, pods };
}

describe("the program of a pod", () => {
  it("of a Job ends well or badly as its annotations say, and what it printed can be read", async () => {
    const { create, pass, pods, object, call } = start();
    await create(
      "/apis/batch/v1/namespaces/default/jobs",
      job("good", { "run-seconds": "60", log: "checked 3 rows\n" }),
    );
    await create(
      "/apis/batch/v1/namespaces/default/jobs",
      job("bad", { "exit-code": "3", log: "row 2 is gone\n" }, { backoffLimit: 0 }),
    );
    pass(200);
    const conditionOf = async (name: string) =>
      (await object(`/apis/batch/v1/namespaces/default/jobs/${name}`)).status.conditions.at(-1);
    expect(await conditionOf("good")).toMatchObject({ type: "Complete", status: "True" });
    expect(await conditionOf("bad")).toMatchObject({ type: "Failed", reason: "BackoffLimitExceeded" });
    const failed = pods().find(({ status }) => status?.phase === "Failed")?.metadata.name;
    expect((await call("GET", `/api/v1/namespaces/default/pods/${failed}/log`)).body).toBe("row 2 is gone\n");
  });

  it("of a Job may hang until the Job's deadline", async () => {
    const { create, pass, object } = start();
    const hangs = job("hangs", { "run-seconds": "999999" }, { activeDeadlineSeconds: 900 });
    await create("/apis/batch/v1/namespaces/default/jobs", hangs);
    pass(800);
    expect((await object("/apis/batch/v1/namespaces/default/jobs/hangs")).status.active).toBe(1);
    pass(101);
    const { status } = await object("/apis/batch/v1/namespaces/default/jobs/hangs");
    expect(status.conditions.at(-1)).toMatchObject({ type: "Failed", reason: "DeadlineExceeded" });
  });

  it("takes its time to stop, but no longer than its grace period", async () => {
    const { create, pass, pods, call } = start();
    const slow = deployment("slow", 1, { terminationGracePeriodSeconds: 120 });
    const metadata = { labels: { app: "slow" }, annotations: says({ "stop-seconds": "600" }) };
    const template = { ...slow.spec.template, metadata };
    await create("/apis/apps/v1/namespaces/default/deployments", { ...slow, spec: { ...slow.spec, template } });
    pass(60);
    const name = pods()[0]?.metadata.name ?? "";
    const eviction = { apiVersion: "policy/v1", kind: "Eviction", metadata: { name, namespace: "default" } };
    expect((await call("POST", `/api/v1/namespaces/default/pods/${name}/eviction`, eviction)).status).toBe(201);
    pass(119);
    expect(pods().some(({ metadata: { name: own } }) => own === name)).toBe(true);
    pass(2);
    expect(pods().some(({ metadata: { name: own } }) => own === name)).toBe(false);
  });

  it("is there as often as a Deployment that is scaled up asks for, as soon as it has started", async () => {
    const { create, pass, object, call } = start();
    await create("/apis/apps/v1/namespaces/default/deployments", deployment("web", 1));
    pass(60);
    const path = "/apis/apps/v1/namespaces/default/deployments/web";
    await call("PATCH", `${path}/scale`, { spec: { replicas: 4 } }, "application/merge-patch+json");
    expect((await object(path)).status.readyReplicas).toBe(1);
    pass(60);
    expect((await object(path)).status.readyReplicas).toBe(4);
  });

  it("that never gets ready may be evicted past its budget only when the budget says so", async () => {
    const { create, pass, pods, call, cluster, change } = start();
    await create("/apis/apps/v1/namespaces/default/deployments", deployment("sick", 2));
    pass(60);
    const [first] = pods();
    if (!first) throw new Error("there is no pod");
    change(() => {
      const conditions = first.status?.conditions?.map((one) =>
        one.type === "Ready" ? { ...one, status: "False" } : one,
      );
      cluster.table("pods").update({ ...first, status: { ...first.status, conditions } });
    });
    const budget = (policy: string) => ({
      apiVersion: "policy/v1",
      kind: "PodDisruptionBudget",
      metadata: { name: "sick", namespace: "default" },
      spec: { minAvailable: 2, selector: { matchLabels: { app: "sick" } }, unhealthyPodEvictionPolicy: policy },
    });
    const evict = () => {
      const { name } = first.metadata;
      const eviction = { apiVersion: "policy/v1", kind: "Eviction", metadata: { name, namespace: "default" } };
      return call("POST", `/api/v1/namespaces/default/pods/${name}/eviction`, eviction);
    };
    const path = "/apis/policy/v1/namespaces/default/poddisruptionbudgets";
    await create(path, budget("IfHealthyBudget"));
    expect((await evict()).status).toBe(429);
    await call("PATCH", `${path}/sick`, budget("AlwaysAllow"), "application/merge-patch+json");
    expect((await evict()).status).toBe(201);
  });
});
