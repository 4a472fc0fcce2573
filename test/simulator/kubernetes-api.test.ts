import {
  AppsV1Api,
  CoreV1Api,
  type KubeConfig,
  PatchStrategy,
  PolicyV1Api,
  setHeaderOptions,
  Watch,
} from "@kubernetes/client-node";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { watchEventMistakes } from "./contract/kubernetes-answers.ts";
import { armClient, kubeConfig, startSimulator, type TestSimulator } from "./start-simulator.ts";

const CLUSTER = "dev-weu";

let simulator: TestSimulator;
let config: KubeConfig;
let core: CoreV1Api;
let apps: AppsV1Api;

beforeEach(async () => {
  simulator = await startSimulator();
  config = await kubeConfig(await armClient(simulator), CLUSTER);
  core = config.makeApiClient(CoreV1Api);
  apps = config.makeApiClient(AppsV1Api);
});

afterEach(() => simulator.close());

interface SeenEvent {
  readonly type: string;
  readonly name: string;
}

/** Opens a watch; `until` resolves when an event was seen for which `wanted` holds. */
async function openWatch(path: string, query: Record<string, string>) {
  const seen: SeenEvent[] = [];
  const waiters: Array<() => void> = [];
  const ended = Promise.withResolvers<unknown>();
  const controller = await new Watch(config).watch(
    path,
    query,
    (type: string, object: { metadata?: { name?: string }; code?: number }) => {
      expect(watchEventMistakes({ type, object })).toEqual([]);
      seen.push({ type, name: object.metadata?.name ?? String(object.code) });
      for (const wake of waiters.splice(0)) wake();
    },
    (error: unknown) => ended.resolve(error),
  );
  const until = async (wanted: (event: SeenEvent) => boolean) => {
    while (!seen.some(wanted)) await new Promise<void>((resolve) => waiters.push(resolve));
  };
  return { seen, until, ended: ended.promise, stop: () => controller.abort() };
}

const token = () => config.getCurrentUser()?.token ?? "";
const request = (path: string, init: RequestInit = {}) =>
  fetch(`${simulator.url}/kubernetes/${CLUSTER}${path}`, {
    ...init,
    headers: { authorization: `Bearer ${token()}`, ...init.headers },
  });

describe("a dry run", () => {
  const note = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "note", namespace: "shop" } };
  const versionOf = async (path: string) => ((await (await request(path)).json()) as { metadata: object }).metadata;

  it.each([
    ["POST", "/api/v1/namespaces/shop/configmaps", note, 201],
    ["PATCH", "/apis/apps/v1/namespaces/shop/deployments/storefront", { spec: { replicas: 9 } }, 200],
    ["PATCH", "/apis/apps/v1/namespaces/shop/deployments/storefront/scale", { spec: { replicas: 9 } }, 200],
    ["DELETE", "/apis/apps/v1/namespaces/shop/deployments/storefront", undefined, 200],
  ])("of %s %s answers as the change would, and nothing changes", async (method, path, body, status) => {
    const before = await versionOf("/apis/apps/v1/namespaces/shop/deployments");
    const response = await request(`${path}?dryRun=All`, {
      method,
      headers: { "content-type": method === "PATCH" ? "application/merge-patch+json" : "application/json" },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    expect(response.status).toBe(status);
    expect(JSON.stringify(await response.json())).toContain(method === "PATCH" ? '"replicas":9' : '"name":');
    expect(await versionOf("/apis/apps/v1/namespaces/shop/deployments")).toEqual(before);
    const { spec } = await apps.readNamespacedDeployment({ name: "storefront", namespace: "shop" });
    expect(spec?.replicas).toBe(4);
    await expect(core.readNamespacedConfigMap({ name: "note", namespace: "shop" })).rejects.toMatchObject({
      code: 404,
    });
  });

  it("refuses what the change would be refused for, and values it does not know", async () => {
    const path = "/api/v1/namespaces/nowhere/configmaps?dryRun=All";
    const headers = { "content-type": "application/json" };
    const refused = await request(path, { method: "POST", headers, body: JSON.stringify({ metadata: { name: "a" } }) });
    expect(refused.status).toBe(404);
    const unknown = await request(path.replace("All", "Some"), { method: "POST", headers, body: "{}" });
    expect([unknown.status, await unknown.json()]).toMatchObject([400, { message: expect.stringContaining("Some") }]);
  });
});

describe("reading", () => {
  it("knows its clients by their token", async () => {
    const response = await fetch(`${simulator.url}/kubernetes/${CLUSTER}/api/v1/nodes`);
    expect([response.status, await response.json()]).toMatchObject([401, { kind: "Status", reason: "Unauthorized" }]);
    const other = await kubeConfig(await armClient(simulator), "prod-weu");
    const headers = { authorization: `Bearer ${other.getCurrentUser()?.token}` };
    const foreign = await fetch(`${simulator.url}/kubernetes/${CLUSTER}/api/v1/nodes`, { headers });
    expect(foreign.status).toBe(401);
  });

  it("lists nodes with the labels AKS gives them", async () => {
    const { items } = await core.listNode({ labelSelector: "agentpool=apps" });
    expect(items).toHaveLength(2);
    expect(items[0]?.metadata?.name).toMatch(/^aks-apps-\d{8}-vmss000000$/);
    expect(items[0]?.metadata?.labels).toMatchObject({
      "kubernetes.azure.com/agentpool": "apps",
      "kubernetes.azure.com/mode": "user",
      "kubernetes.azure.com/node-image-version": "AKSUbuntu-2204gen2containerd-202610.27.0",
      "kubernetes.io/os": "linux",
      "topology.kubernetes.io/zone": "westeurope-1",
      workload: "apps",
    });
    expect(items[0]?.status?.nodeInfo?.kubeletVersion).toBe("v1.33.5");
  });

  it("selects pods by node, name and phase", async () => {
    const node = (await core.listNode({ labelSelector: "agentpool=apps" })).items[0]?.metadata?.name;
    const onNode = await core.listPodForAllNamespaces({ fieldSelector: `spec.nodeName=${node}` });
    expect(new Set(onNode.items.map(({ spec }) => spec?.nodeName))).toEqual(new Set([node]));
    const finished = await core.listPodForAllNamespaces({ fieldSelector: "status.phase=Succeeded" });
    expect(finished.items.map(({ metadata }) => metadata?.labels?.app)).toEqual(["migrate-schema"]);
    const named = await core.listNamespacedPod({ namespace: "orders", fieldSelector: "metadata.name=orders-db-1" });
    expect(named.items).toHaveLength(1);
    await expect(core.listPodForAllNamespaces({ fieldSelector: "spec.color=red" })).rejects.toMatchObject({
      code: 400,
    });
  });

  it("names the owners of pods up to the Deployment", async () => {
    const { items } = await core.listNamespacedPod({ namespace: "shop" });
    const [owner] = items[0]?.metadata?.ownerReferences ?? [];
    expect(owner).toMatchObject({ kind: "ReplicaSet", controller: true });
    const set = await apps.readNamespacedReplicaSet({ namespace: "shop", name: owner?.name ?? "" });
    expect(set.metadata?.uid).toBe(owner?.uid);
    expect(set.metadata?.ownerReferences?.[0]).toMatchObject({ kind: "Deployment", name: "storefront" });
  });

  it("pages with limit and continue", async () => {
    const all = await core.listPodForAllNamespaces();
    const names: Array<string | undefined> = [];
    let page = await core.listPodForAllNamespaces({ limit: 5 });
    expect(page.metadata?.remainingItemCount).toBe(all.items.length - 5);
    for (;;) {
      names.push(...page.items.map(({ metadata }) => metadata?.name));
      const next = page.metadata?._continue;
      if (!next) break;
      page = await core.listPodForAllNamespaces({ limit: 5, _continue: next });
    }
    expect(names).toEqual(all.items.map(({ metadata }) => metadata?.name));
    await expect(core.listPodForAllNamespaces({ limit: 5, _continue: "rubbish" })).rejects.toMatchObject({ code: 410 });
  });

  it.each([
    ["/api/v1/namespaces/shop/pods/nope", 404, 'pods "nope" not found'],
    ["/apis/apps/v1/namespaces/shop/deployments/nope", 404, 'deployments.apps "nope" not found'],
    ["/apis/nothing/v1/things", 404, "the server could not find the requested resource"],
    ["/api/v1/pods?labelSelector=a,,!(", 400, "unable to parse requirement: !("],
  ])("refuses %s with %i", async (path, code, message) => {
    const response = await request(path);
    expect([response.status, await response.json()]).toMatchObject([
      code,
      { kind: "Status", status: "Failure", code, message },
    ]);
  });
});

describe("writing", () => {
  const cordon = (unschedulable: boolean | null) => ({ spec: { unschedulable } });
  const firstNode = async () =>
    (await core.listNode({ labelSelector: "agentpool=apps" })).items[0]?.metadata?.name ?? "";

  it.each([
    ["strategic merge", PatchStrategy.StrategicMergePatch, cordon(true)],
    ["merge", PatchStrategy.MergePatch, cordon(true)],
    ["JSON", PatchStrategy.JsonPatch, [{ op: "add", path: "/spec/unschedulable", value: true }]],
  ])("cordons by a %s patch, and taints what is cordoned", async (_kind, strategy, body) => {
    const name = await firstNode();
    const node = await core.patchNode({ name, body }, setHeaderOptions("Content-Type", strategy));
    expect(node.spec?.unschedulable).toBe(true);
    expect((await core.readNode({ name })).spec?.taints).toMatchObject([{ key: "node.kubernetes.io/unschedulable" }]);
    await core.patchNode({ name, body: cordon(null) }, setHeaderOptions("Content-Type", PatchStrategy.MergePatch));
    const after = await core.readNode({ name });
    expect(after.spec).not.toHaveProperty("unschedulable");
    expect(after.spec).not.toHaveProperty("taints");
  });

  it("refuses a write on a version that was overtaken", async () => {
    const name = await firstNode();
    const node = await core.readNode({ name });
    await core.replaceNode({ name, body: { ...node, spec: { ...node.spec, unschedulable: true } } });
    const stale = core.replaceNode({ name, body: { ...node, spec: { ...node.spec, unschedulable: false } } });
    await expect(stale).rejects.toMatchObject({ code: 409 });
  });

  it("keeps a client from writing status through the object, and spec through the status", async () => {
    const name = await firstNode();
    const body = { status: { phase: "Lost" }, spec: { unschedulable: true } };
    const json = {
      method: "PATCH",
      body: JSON.stringify(body),
      headers: { "content-type": "application/merge-patch+json" },
    };
    await request(`/api/v1/nodes/${name}/status`, json);
    expect((await core.readNode({ name })).spec?.unschedulable).toBeUndefined();
  });

  it("scales a Deployment through its scale", async () => {
    const body = { spec: { replicas: 6 } };
    const options = setHeaderOptions("Content-Type", PatchStrategy.MergePatch);
    await apps.patchNamespacedDeploymentScale({ name: "storefront", namespace: "shop", body }, options);
    simulator.clock.advance(60);
    const deployment = await apps.readNamespacedDeployment({ name: "storefront", namespace: "shop" });
    expect(deployment.status).toMatchObject({ replicas: 6, readyReplicas: 6 });
  });

  it("creates and deletes a pod, giving it its grace period", async () => {
    const spec = { containers: [{ name: "c", image: "i" }], nodeSelector: { workload: "apps" } };
    await core.createNamespacedPod({ namespace: "default", body: { metadata: { name: "extra" }, spec } });
    simulator.clock.advance(60);
    const read = () => core.readNamespacedPod({ namespace: "default", name: "extra" });
    expect((await read()).status?.phase).toBe("Running");
    await core.deleteNamespacedPod({ namespace: "default", name: "extra" });
    expect((await read()).metadata?.deletionTimestamp).toBeDefined();
    simulator.clock.advance(31);
    await expect(read()).rejects.toMatchObject({ code: 404 });
  });

  it.each([
    ["a body that is no JSON", "{", 400],
    ["another kind", JSON.stringify({ kind: "Node", apiVersion: "v1", metadata: { name: "x" } }), 400],
    ["no containers", JSON.stringify({ metadata: { name: "x" }, spec: { containers: [] } }), 422],
    ["a bad name", JSON.stringify({ metadata: { name: "X!" }, spec: { containers: [{ name: "c" }] } }), 422],
    [
      "a name that is taken",
      JSON.stringify({ metadata: { name: "toolbox" }, spec: { containers: [{ name: "c" }] } }),
      409,
    ],
  ])("refuses to create a pod from %s", async (_what, body, code) => {
    const response = await request("/api/v1/namespaces/default/pods", { method: "POST", body });
    expect([response.status, await response.json()]).toMatchObject([code, { kind: "Status", code }]);
  });
});

describe("watching", () => {
  it("tells what happens after a list, through selectors", async () => {
    const list = await core.listNamespacedPod({ namespace: "orders" });
    const watch = await openWatch("/api/v1/namespaces/orders/pods", {
      resourceVersion: list.metadata?.resourceVersion ?? "",
      labelSelector: "app=orders-db",
    });
    await core.deleteNamespacedPod({ namespace: "orders", name: "orders-db-1" });
    await watch.until(({ type }) => type === "MODIFIED");
    simulator.clock.advance(16);
    await watch.until(({ type }) => type === "ADDED");
    watch.stop();
    expect(watch.seen.map(({ type, name }) => `${type} ${name}`).slice(0, 3)).toEqual([
      "MODIFIED orders-db-1",
      "DELETED orders-db-1",
      "ADDED orders-db-1",
    ]);
  });

  it("replays what happened between the version and now", async () => {
    const { metadata } = await core.listNode();
    const name = (await core.listNode()).items[0]?.metadata?.name ?? "";
    const patch = { metadata: { labels: { seen: "yes" } } };
    await core.patchNode({ name, body: patch }, setHeaderOptions("Content-Type", PatchStrategy.MergePatch));
    const watch = await openWatch("/api/v1/nodes", { resourceVersion: metadata?.resourceVersion ?? "" });
    await watch.until((event) => event.type === "MODIFIED" && event.name === name);
    watch.stop();
  });

  it("begins with everything when no version is given, and ends after its time", async () => {
    const watch = await openWatch("/api/v1/nodes", { timeoutSeconds: "90", allowWatchBookmarks: "true" });
    await watch.until(({ name }) => name.startsWith("aks-system"));
    simulator.clock.advance(61);
    await watch.until(({ type }) => type === "BOOKMARK");
    simulator.clock.advance(30);
    await watch.ended;
    expect(watch.seen.filter(({ type }) => type === "ADDED")).toHaveLength(3);
  });

  it("says 410 when it no longer knows what happened since", async () => {
    const watch = await openWatch("/api/v1/nodes", { resourceVersion: "1" });
    await watch.until(({ type }) => type === "ERROR");
    expect(watch.seen).toEqual([{ type: "ERROR", name: "410" }]);
  });

  it("shows an object that leaves the selection as deleted", async () => {
    const { metadata, items } = await core.listNode({ labelSelector: "workload=apps" });
    const watch = await openWatch("/api/v1/nodes", {
      labelSelector: "workload=apps",
      resourceVersion: metadata?.resourceVersion ?? "",
    });
    const name = items[0]?.metadata?.name ?? "";
    const body = { metadata: { labels: { workload: null } } };
    await core.patchNode({ name, body }, setHeaderOptions("Content-Type", PatchStrategy.MergePatch));
    await watch.until((event) => event.type === "DELETED" && event.name === name);
    watch.stop();
  });
});

describe("evicting", () => {
  it("lets one pod go at a time and the next when its successor is ready", async () => {
    const policy = config.makeApiClient(PolicyV1Api);
    const { items } = await core.listNamespacedPod({ namespace: "shop" });
    const evict = (index: number) => {
      const name = items[index]?.metadata?.name ?? "";
      return core.createNamespacedPodEviction({
        name,
        namespace: "shop",
        body: { metadata: { name, namespace: "shop" } },
      });
    };
    await evict(0);
    await expect(evict(1)).rejects.toMatchObject({ code: 429 });
    const budget = await policy.readNamespacedPodDisruptionBudget({ name: "storefront", namespace: "shop" });
    expect(budget.status).toMatchObject({ disruptionsAllowed: 0, currentHealthy: 3, desiredHealthy: 3 });
    simulator.clock.advance(30);
    await expect(evict(1)).resolves.toBeDefined();
  });
});
