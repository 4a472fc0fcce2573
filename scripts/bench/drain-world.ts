import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { createScaledClock } from "../../simulator/clock.ts";
import { writeKubeconfigs } from "../../simulator/kubeconfig-files.ts";
import type { ClusterModel } from "../../simulator/kubernetes/model/cluster-model.ts";
import { isPodReady } from "../../simulator/kubernetes/model/pod-state.ts";
import { START_SECONDS, STOP_SECONDS } from "../../simulator/settings.ts";
import { createSimulator } from "../../simulator/simulator.ts";

/** From a pod's binding to its being ready, and from its eviction to its being gone. */
export const POD_START_SECONDS = 3;
export const POD_STOP_SECONDS = 1;

/** What runs on the nodes that are drained. */
export interface DrainScene {
  readonly nodes: number;
  readonly deployments: number;
  readonly replicas: number;
  /** Pods of a deployment that may be missing; null without a budget. */
  readonly maxUnavailable: number | null;
}

/** A cluster whose API server answers over TLS in real time, and counts what it is asked. */
export interface DrainWorld {
  readonly kubeconfig: string;
  /** Label of the nodes to drain. */
  readonly selector: string;
  readonly nodes: readonly string[];
  /** Requests since the last reset, by verb; `refused` are the evictions that were answered with 429. */
  counts(): ReadonlyMap<string, number>;
  resetCounts(): void;
  /** Pods of the scene that are on the nodes to drain. */
  podsLeft(): number;
  close(): Promise<void>;
}

const CLUSTER = "bench";
const SPARE_NODES = 3;

/** Starts a cluster with every pod of the scene ready on the nodes that are to be drained, and room for all of them elsewhere. */
export async function openDrainWorld(scene: DrainScene): Promise<DrainWorld> {
  const folder = mkdtempSync(join(tmpdir(), "drydock-drain-"));
  writeFleet(folder, scene);
  const counts = new Map<string, number>();
  const origin = { realMs: Date.now(), virtualMs: Date.now() };
  const simulator = await createSimulator({
    fleetDirectory: folder,
    port: 0,
    seed: 1,
    clock: createScaledClock(1, origin),
    logLevel: "error",
    onAnswer: (request, status) => {
      const verb = verbOf(request);
      counts.set(verb, (counts.get(verb) ?? 0) + 1);
      if (verb === "evict" && status === 429) counts.set("refused", (counts.get("refused") ?? 0) + 1);
    },
  });
  const model = simulator.azure.kubernetes(CLUSTER);
  const nodesOf = (pool: string) =>
    model
      .table("nodes")
      .list()
      .map(({ metadata }) => metadata.name)
      .filter((name) => name.startsWith(`aks-${pool}-`));
  const setSpare = (unschedulable: boolean) =>
    simulator.world.change(() => {
      for (const name of nodesOf("spare")) {
        const node = model.table("nodes").get(undefined, name);
        model.table("nodes").update({ ...node, spec: { ...node.spec, unschedulable } });
      }
    });
  setSpare(true);
  simulator.world.change(() => createScene(model, scene));
  const onTarget = () => nodesOf("target").flatMap((name) => model.pods.onNode(name));
  while (onTarget().filter(isPodReady).length < scene.deployments * scene.replicas) await delay(50);
  setSpare(false);
  writeKubeconfigs(simulator.azure, simulator.url, folder);
  counts.clear();
  return {
    kubeconfig: join(folder, `${CLUSTER}.yaml`),
    selector: "kubernetes.azure.com/agentpool=target",
    nodes: nodesOf("target"),
    counts: () => counts,
    resetCounts: () => counts.clear(),
    podsLeft: () => onTarget().length,
    close: async () => {
      await simulator.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** What a request does, in kubectl's words. */
function verbOf(request: Request): string {
  const url = new URL(request.url);
  const path = url.pathname.replace(`/kubernetes/${CLUSTER}`, "");
  if (request.method === "POST") return path.endsWith("/eviction") ? "evict" : "create";
  if (request.method !== "GET") return request.method.toLowerCase();
  if (url.searchParams.has("watch")) return "watch";
  if (!/^\/apis?\/(?:v1|[^/]+\/[^/]+)\/./.test(path)) return "discover";
  return /\/(?:pods|nodes|poddisruptionbudgets|daemonsets)$/.test(path) ? "list" : "get";
}

function writeFleet(folder: string, { nodes }: DrainScene): void {
  const image = "AKSUbuntu-2204gen2containerd-202610.27.0";
  const pool = (name: string, mode: string, count: number) => ({
    name,
    mode,
    count,
    vmSize: "Standard_D64ds_v5",
    nodeImageVersion: image,
    maxPods: 250,
  });
  const azure = {
    subscriptionId: "11111111-2222-3333-4444-555555555555",
    tenantId: "99999999-8888-7777-6666-555555555555",
    kubernetesVersions: [{ version: "1.33.5" }],
    images: [{ version: image, osSKU: "Ubuntu", releasedAt: "start-21d" }],
    clusters: [
      {
        name: CLUSTER,
        resourceGroup: "rg-bench",
        location: "westeurope",
        kubernetesVersion: "1.33.5",
        pools: [pool("target", "System", nodes), pool("spare", "User", SPARE_NODES)],
      },
    ],
  };
  writeFileSync(join(folder, "azure.yaml"), JSON.stringify(azure));
  mkdirSync(join(folder, "clusters", CLUSTER), { recursive: true });
  const kustomization = { apiVersion: "kustomize.config.k8s.io/v1beta1", kind: "Kustomization", resources: [] };
  writeFileSync(join(folder, "clusters", CLUSTER, "kustomization.yaml"), JSON.stringify(kustomization));
}

function createScene(model: ClusterModel, { deployments, replicas, maxUnavailable }: DrainScene): void {
  for (let index = 0; index < deployments; index += 1) {
    const name = `app-${String(index).padStart(2, "0")}`;
    const matchLabels = { app: name };
    const annotations = { [START_SECONDS]: String(POD_START_SECONDS), [STOP_SECONDS]: String(POD_STOP_SECONDS) };
    const metadata = { name, namespace: "default" };
    model.table("deployments").create({
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata,
      spec: {
        replicas,
        selector: { matchLabels },
        template: {
          metadata: { labels: matchLabels, annotations },
          spec: { containers: [{ name: "main", image: "mcr.microsoft.com/bench/main:1" }] },
        },
      },
    });
    if (maxUnavailable === null) continue;
    model.table("poddisruptionbudgets").create({
      apiVersion: "policy/v1",
      kind: "PodDisruptionBudget",
      metadata,
      spec: { maxUnavailable, selector: { matchLabels } },
    });
  }
}
