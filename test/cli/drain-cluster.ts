import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createScaledClock } from "../../simulator/clock.ts";
import { parseScenario } from "../../simulator/faults/scenario.ts";
import { writeKubeconfigs } from "../../simulator/kubeconfig-files.ts";
import type { ClusterModel } from "../../simulator/kubernetes/model/cluster-model.ts";
import { createSimulator } from "../../simulator/simulator.ts";

const CLUSTER = "test";
const IMAGE = "AKSUbuntu-2204gen2containerd-202610.27.0";

/** A cluster over TLS, as kubectl needs it, whose inside the test sees. */
export interface DrainCluster {
  readonly kubeconfig: string;
  readonly folder: string;
  readonly model: ClusterModel;
  readonly nodes: readonly string[];
  podsOn(node: string): string[];
  isCordoned(node: string): boolean;
  /** Whenever a budget had fewer healthy pods than it needs, while its pods were all there before. */
  readonly violations: readonly string[];
  change<R>(make: () => R): R;
  close(): Promise<void>;
}

/** Starts a cluster of so many nodes with these objects on it, at `speed` times real time. */
export async function openDrainCluster(options: {
  readonly objects: readonly object[];
  readonly nodes?: number;
  readonly speed?: number;
  readonly scenario?: object;
}): Promise<DrainCluster> {
  const { objects, nodes = 3, speed = 10, scenario = {} } = options;
  const folder = mkdtempSync(join(tmpdir(), "drydock-drain-test-"));
  const azure = {
    subscriptionId: "11111111-2222-3333-4444-555555555555",
    tenantId: "99999999-8888-7777-6666-555555555555",
    kubernetesVersions: [{ version: "1.33.5" }],
    images: [{ version: IMAGE, osSKU: "Ubuntu", releasedAt: "start-21d" }],
    clusters: [
      {
        name: CLUSTER,
        resourceGroup: "rg-test",
        location: "westeurope",
        kubernetesVersion: "1.33.5",
        pools: [{ name: "apps", mode: "System", count: nodes, vmSize: "Standard_D8ds_v5", nodeImageVersion: IMAGE }],
      },
    ],
  };
  const place = join(folder, "clusters", CLUSTER);
  mkdirSync(place, { recursive: true });
  writeFileSync(join(folder, "azure.yaml"), JSON.stringify(azure));
  const files = objects.map((object, index) => {
    writeFileSync(join(place, `object-${index}.yaml`), JSON.stringify(object));
    return `object-${index}.yaml`;
  });
  const kustomization = { apiVersion: "kustomize.config.k8s.io/v1beta1", kind: "Kustomization", resources: files };
  writeFileSync(join(place, "kustomization.yaml"), JSON.stringify(kustomization));
  const simulator = await createSimulator({
    fleetDirectory: folder,
    port: 0,
    seed: 3,
    clock: createScaledClock(speed, { realMs: Date.now(), virtualMs: Date.now() }),
    scenario: parseScenario({ settings: { podStartSeconds: 3, podStopSeconds: 1, jitter: 0 }, ...scenario }, "test"),
    logLevel: "silent",
  });
  const model = simulator.azure.kubernetes(CLUSTER);
  writeKubeconfigs(simulator.azure, simulator.url, folder);
  const violations: string[] = [];
  model.log.subscribe(({ object }) => {
    if (object.kind !== "PodDisruptionBudget") return;
    const budget = model.table("poddisruptionbudgets").find(object.metadata.namespace, object.metadata.name);
    const { currentHealthy = 0, desiredHealthy = 0 } = budget?.status ?? {};
    if (currentHealthy < desiredHealthy)
      violations.push(`${object.metadata.name}: ${currentHealthy} < ${desiredHealthy}`);
  });
  return {
    kubeconfig: join(folder, `${CLUSTER}.yaml`),
    folder,
    model,
    nodes: model
      .table("nodes")
      .list()
      .map(({ metadata }) => metadata.name),
    podsOn: (node) => model.pods.onNode(node).map(({ metadata }) => metadata.name),
    isCordoned: (node) => model.table("nodes").get(undefined, node).spec.unschedulable === true,
    violations,
    change: (make) => simulator.world.change(make),
    close: async () => {
      await simulator.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** A workload of so many pods. */
export function workload(kind: "Deployment" | "DaemonSet", name: string, spec: object = {}, replicas = 3): object {
  const labels = { app: name };
  return {
    apiVersion: "apps/v1",
    kind,
    metadata: { name, namespace: "default" },
    spec: {
      ...(kind === "Deployment" ? { replicas } : {}),
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: { containers: [{ name: "main", image: "mcr.microsoft.com/test/main:1" }], ...spec },
      },
    },
  };
}

/** A budget over the pods of a workload. */
export function budgetOf(name: string, spec: object): object {
  return {
    apiVersion: "policy/v1",
    kind: "PodDisruptionBudget",
    metadata: { name, namespace: "default" },
    spec: { selector: { matchLabels: { app: name } }, ...spec },
  };
}

/** A pod that nobody makes again. */
export function barePod(name: string, spec: object = {}): object {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, namespace: "default" },
    spec: { containers: [{ name: "main", image: "mcr.microsoft.com/test/main:1" }], ...spec },
  };
}
