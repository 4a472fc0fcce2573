import { beforeEach, describe, expect, it } from "vitest";
import { deployment, type Harness, startCluster } from "./kubernetes-harness.ts";

const DEPLOYMENTS = "/apis/apps/v1/namespaces/default/deployments";
const CONFIG_MAPS = "/api/v1/namespaces/default/configmaps";
const MERGE = "application/merge-patch+json";

let harness: Harness;
beforeEach(async () => {
  harness = startCluster();
  harness.addNodes({ name: "n1" });
  await harness.create(DEPLOYMENTS, deployment("web", 2));
  harness.clock.advance(60);
});

const names = (plural: "replicasets" | "pods") => harness.cluster.table(plural).list().length;
const remove = (path: string, body?: object) => harness.call("DELETE", path, body);

describe("deleting an owner", () => {
  it("in the background takes the owner at once, then what it owned", async () => {
    const { body } = await remove(`${DEPLOYMENTS}/web`, { propagationPolicy: "Background" });
    expect(body).toMatchObject({ kind: "Status", status: "Success", details: { name: "web", kind: "deployments" } });
    expect([names("replicasets"), names("pods")]).toEqual([0, 2]);
    harness.clock.advance(31);
    expect(names("pods")).toBe(0);
  });

  it("in the foreground keeps the owner until everything below it has gone", async () => {
    await remove(`${DEPLOYMENTS}/web`, { propagationPolicy: "Foreground" });
    const owner = await harness.object(`${DEPLOYMENTS}/web`);
    expect(owner.metadata).toMatchObject({ finalizers: ["foregroundDeletion"] });
    expect([names("replicasets"), names("pods")]).toEqual([1, 2]);
    harness.clock.advance(31);
    expect([names("replicasets"), names("pods")]).toEqual([0, 0]);
    expect((await harness.call("GET", `${DEPLOYMENTS}/web`)).status).toBe(404);
  });

  it("orphaning leaves what it owned, without owner", async () => {
    await remove(`${DEPLOYMENTS}/web`, { propagationPolicy: "Orphan" });
    expect((await harness.call("GET", `${DEPLOYMENTS}/web`)).status).toBe(404);
    const [set] = harness.cluster.table("replicasets").list();
    expect(set?.metadata).not.toHaveProperty("ownerReferences");
    expect(names("pods")).toBe(2);
  });

  it("of a Job leaves its pods unless told otherwise", async () => {
    const template = { spec: { restartPolicy: "Never", containers: [{ name: "main", image: "i" }] } };
    const jobs = "/apis/batch/v1/namespaces/default/jobs";
    await harness.create(jobs, { metadata: { name: "once" }, spec: { template } });
    await remove(`${jobs}/once`);
    expect(names("pods")).toBe(3);
  });
});

describe("finalizers", () => {
  it("keep an object until the last one is taken off", async () => {
    const metadata = { name: "held", finalizers: ["example.com/hold"] };
    await harness.create(CONFIG_MAPS, { metadata });
    const { body } = await remove(`${CONFIG_MAPS}/held`);
    expect(body.metadata.deletionTimestamp).toBeDefined();
    await harness.call("PATCH", `${CONFIG_MAPS}/held`, { metadata: { finalizers: null } }, MERGE);
    expect((await harness.call("GET", `${CONFIG_MAPS}/held`)).status).toBe(404);
  });

  it("keep a pod also after its grace period", async () => {
    const pods = "/api/v1/namespaces/default/pods";
    const spec = { containers: [{ name: "main", image: "i" }] };
    await harness.create(pods, { metadata: { name: "held", finalizers: ["example.com/hold"] }, spec });
    harness.clock.advance(60);
    await remove(`${pods}/held`);
    harness.clock.advance(60);
    expect((await harness.object(`${pods}/held`)).metadata.deletionTimestamp).toBeDefined();
    await harness.call("PATCH", `${pods}/held`, { metadata: { finalizers: null } }, MERGE);
    expect((await harness.call("GET", `${pods}/held`)).status).toBe(404);
  });

  it.each([
    ["uid", { uid: "another" }],
    ["resourceVersion", { resourceVersion: "1" }],
  ])("and a precondition on the %s that does not hold keeps it (409)", async (_, preconditions) => {
    expect((await remove(`${DEPLOYMENTS}/web`, { preconditions })).status).toBe(409);
  });
});

describe("a namespace", () => {
  it("takes everything in it along, and is gone when that is", async () => {
    expect((await remove("/api/v1/namespaces/default")).body).toMatchObject({ status: { phase: "Terminating" } });
    const held = await harness.object("/api/v1/namespaces/default");
    expect(held.status.conditions[0].message).toMatch(/^Some resources are remaining: pods\. has 2 resource instances/);
    harness.clock.advance(31);
    expect((await harness.call("GET", "/api/v1/namespaces/default")).status).toBe(404);
    expect(names("pods")).toBe(0);
  });

  it("takes in nothing new while it goes (403, NamespaceTerminating)", async () => {
    await remove("/api/v1/namespaces/default");
    const { status, body } = await harness.create(CONFIG_MAPS, { metadata: { name: "late" } });
    expect([status, body.details.causes[0].reason]).toEqual([403, "NamespaceTerminating"]);
  });

  it("evicts nothing while it goes: its pods are going already (403)", async () => {
    const name = harness.cluster.table("pods").list("default")[0]?.metadata.name;
    await remove("/api/v1/namespaces/default");
    const { status, body } = await harness.create(`/api/v1/namespaces/default/pods/${name}/eviction`, {});
    expect([status, body.details.causes[0].reason]).toEqual([403, "NamespaceTerminating"]);
  });

  it("waits for the finalizers of what is in it, and says so", async () => {
    await harness.create(CONFIG_MAPS, { metadata: { name: "held", finalizers: ["example.com/hold"] } });
    await remove("/api/v1/namespaces/default");
    harness.clock.advance(60);
    const { status } = await harness.object("/api/v1/namespaces/default");
    expect(status.conditions.map(({ type }: { type: string }) => type)).toContain("NamespaceFinalizersRemaining");
    await harness.call("PATCH", `${CONFIG_MAPS}/held`, { metadata: { finalizers: [] } }, MERGE);
    expect((await harness.call("GET", "/api/v1/namespaces/default")).status).toBe(404);
  });
});

describe("a collection", () => {
  it("is deleted as far as the selector goes", async () => {
    for (const name of ["a", "b", "c"]) {
      await harness.create(CONFIG_MAPS, { metadata: { name, labels: { keep: String(name === "b") } } });
    }
    await remove(`${CONFIG_MAPS}?labelSelector=keep%3Dfalse`);
    const { items } = await harness.object(CONFIG_MAPS);
    expect(items.map(({ metadata }: { metadata: { name: string } }) => metadata.name)).toEqual(["b"]);
  });
});
