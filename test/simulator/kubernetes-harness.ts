import { expect } from "vitest";
import { createKubernetesApi } from "../../simulator/kubernetes/http/kubernetes-api.ts";
import { type ClusterEnvironment, ClusterModel } from "../../simulator/kubernetes/model/cluster-model.ts";
import type { KubernetesObject } from "../../simulator/kubernetes/model/objects.ts";
import { handlePodLives } from "../../simulator/kubernetes/model/pod-lifecycle.ts";
import { modelSettingsSchema } from "../../simulator/settings.ts";
import { createMemoryJournal } from "../../simulator/state/journal.ts";
import { Store } from "../../simulator/state/store.ts";
import { World } from "../../simulator/world.ts";
import { kubernetesMistakes, watchEventMistakes } from "./contract/kubernetes-answers.ts";
import { ManualClock } from "./manual-clock.ts";

/** What the API answered. */
export interface Answer {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape.
  readonly body: any;
}

export interface NodeShape {
  readonly name: string;
  readonly zone?: string;
  readonly cpu?: string;
  readonly pods?: string;
  readonly labels?: Record<string, string>;
}

/** One cluster with its API and nothing around it; the test moves its time. */
export interface Harness {
  readonly clock: ManualClock;
  readonly world: World;
  readonly cluster: ClusterModel;
  /** Asks the API; a body is JSON unless `contentType` says otherwise. */
  call(method: string, path: string, body?: unknown, contentType?: string, headers?: object): Promise<Answer>;
  create(path: string, body: object): Promise<Answer>;
  apply(path: string, body: object, query?: string): Promise<Answer>;
  object(path: string): Promise<Answer["body"]>;
  addNodes(...nodes: NodeShape[]): void;
  change<R>(make: () => R): R;
  eventsOf(name: string): string[];
}

export function startCluster(environment: ClusterEnvironment = {}): Harness {
  const clock = new ManualClock();
  const world = new World(new Store(createMemoryJournal()), clock, 7);
  const cluster = new ClusterModel(world, "one", modelSettingsSchema.parse({}), environment);
  handlePodLives(world, () => cluster);
  world.change(() =>
    cluster.populate(world.nowMs, () => {
      for (const name of ["default", "kube-system"]) createNamespace(cluster, name);
    }),
  );
  const api = createKubernetesApi(() => ({ model: cluster, kubernetesVersion: "1.33.5", isToken: () => true }));
  async function call(method: string, path: string, body?: unknown, contentType = "application/json", headers = {}) {
    const response = await api.request(`/one${path}`, {
      method,
      headers: { "content-type": contentType, "user-agent": "tester/1.0", authorization: "Bearer x", ...headers },
      ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    const isJson = response.headers.get("content-type")?.includes("json");
    if (!isJson) return { status: response.status, body: text };
    const isStream = path.includes("watch=");
    const answered = isStream ? linesOf(text) : JSON.parse(text);
    const mistakes = Array.isArray(answered)
      ? answered.flatMap(watchEventMistakes)
      : kubernetesMistakes(method, path.replace(/\?.*/, ""), response.status, answered);
    expect(mistakes, `${method} ${path} as the references have it`).toEqual([]);
    return { status: response.status, body: answered };
  }
  return {
    clock,
    world,
    cluster,
    call,
    create: (path, body) => call("POST", path, body),
    apply: (path, body, query = "fieldManager=tester") =>
      call("PATCH", `${path}?${query}`, body, "application/apply-patch+yaml"),
    object: async (path) => (await call("GET", path)).body,
    addNodes: (...nodes) => world.change(() => nodes.forEach((node) => void addNode(cluster, node))),
    change: (make) => world.change(make),
    eventsOf: (name) =>
      cluster
        .table("events")
        .list()
        .filter(({ metadata }) => metadata.name.startsWith(`${name}.`))
        .map(
          (event: KubernetesObject & { reason?: unknown; message?: unknown }) => `${event.reason}: ${event.message}`,
        ),
  };
}

function linesOf(text: string): unknown[] {
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line));
}

export function createNamespace(cluster: ClusterModel, name: string): void {
  cluster.table("namespaces").create({
    apiVersion: "v1",
    kind: "Namespace",
    metadata: { name },
    spec: { finalizers: ["kubernetes"] },
    status: { phase: "Active" },
  });
}

export function addNode(cluster: ClusterModel, { name, zone = "1", cpu = "4", pods = "110", labels }: NodeShape): void {
  cluster.table("nodes").create({
    apiVersion: "v1",
    kind: "Node",
    metadata: {
      name,
      labels: {
        "kubernetes.io/hostname": name,
        "topology.disk.csi.azure.com/zone": `westeurope-${zone}`,
        "topology.kubernetes.io/zone": `westeurope-${zone}`,
        ...labels,
      },
    },
    spec: {},
    status: {
      allocatable: { cpu, memory: "16Gi", pods },
      conditions: [{ type: "Ready", status: "True" }],
      addresses: [{ type: "InternalIP", address: "10.224.0.4" }],
    },
  });
}

/** A Deployment, as far as tests care. */
export function deployment(name: string, replicas: number, spec: object = {}, container: object = {}) {
  const labels = { app: name };
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name, namespace: "default" },
    spec: {
      replicas,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: { containers: [{ name: "main", image: "registry.example.com/main:1", ...container }], ...spec },
      },
    },
  };
}
