import { AppsV1Api, BatchV1Api, CoreV1Api, KubeConfig, PolicyV1Api } from "@kubernetes/client-node";
import { expect } from "vitest";
import type { PoolView, UpgradeRunView } from "../../domain/api/upgrade-view.ts";
import { armClient } from "../simulator/start-simulator.ts";
import { onlyClusters, type TestWorld, type useWorlds } from "./world.ts";

/** The cluster of which these tests drain the pool `apps`. */
export const CLUSTER = "dev-weu";
/** One that the registry of the sample has. */
export const IMAGE = "registry.example.com/reports/writer:1.9.3";

/** Credentials of a cluster of a world. */
export async function kubernetes(world: TestWorld, cluster = CLUSTER): Promise<KubeConfig> {
  const client = await armClient(world.simulator);
  const { kubeconfigs = [] } = await client.managedClusters.listClusterAdminCredentials(`rg-${cluster}`, cluster);
  const config = new KubeConfig();
  config.loadFromString(Buffer.from(kubeconfigs[0]?.value ?? []).toString());
  return config;
}

/** A world of one cluster, whose fleet.yaml has these members under `upgrade.drain`, and what is asked of that cluster. */
export async function worldWith(
  newWorld: ReturnType<typeof useWorlds>,
  drain: string,
  { keepsState = false, fleetYaml = (yaml: string) => yaml } = {},
) {
  const only = onlyClusters(CLUSTER);
  const world = await newWorld({
    keepsState,
    fleetYaml: (yaml) => `${fleetYaml(only(yaml)).trimEnd()}\n    ${drain.trim()}\n`,
  });
  const config = await kubernetes(world);
  const apps = config.makeApiClient(AppsV1Api);
  const core = config.makeApiClient(CoreV1Api);
  return {
    world,
    core,
    policy: config.makeApiClient(PolicyV1Api),
    batch: config.makeApiClient(BatchV1Api),
    apps,
    replicas: async (name: string) =>
      (await apps.readNamespacedDeployment({ namespace: "default", name })).spec?.replicas,
    cordoned: async () => {
      const { items } = await core.listNode();
      return items.filter(({ spec }) => spec?.unschedulable === true).map(({ metadata }) => metadata?.name ?? "");
    },
    pools: async () => {
      const names: string[] = [];
      const client = await armClient(world.simulator);
      for await (const { name = "" } of client.agentPools.list(`rg-${CLUSTER}`, CLUSTER)) names.push(name);
      return names.sort();
    },
  };
}
export type Place = Awaited<ReturnType<typeof worldWith>>;

const labelsOf = (name: string) => ({ matchLabels: { app: name } });

/** Makes a Deployment on the pool that is to be replaced. */
export async function deploy({ apps }: Place, name: string, replicas: number, annotations = {}): Promise<void> {
  const container = { name, image: IMAGE, resources: { requests: { cpu: "10m" } } };
  const body = {
    metadata: { name },
    spec: {
      replicas,
      selector: labelsOf(name),
      template: {
        metadata: { labels: { app: name }, annotations },
        spec: { nodeSelector: { workload: "apps" }, terminationGracePeriodSeconds: 5, containers: [container] },
      },
    },
  };
  await apps.createNamespacedDeployment({ namespace: "default", body });
}

/** Puts a budget on a Deployment. */
export async function guard({ policy }: Place, name: string, minAvailable: number): Promise<void> {
  const body = { metadata: { name }, spec: { minAvailable, selector: labelsOf(name) } };
  await policy.createNamespacedPodDisruptionBudget({ namespace: "default", body });
}

/** Starts a run for the cluster's node images. */
export async function start({ world }: Place): Promise<string> {
  const body = { kind: "upgrade", scope: "nodeImage", by: "ada", reason: "a test", clusters: [CLUSTER] };
  return ((await (await world.api("runs", { method: "POST", body })).json()) as { id: string }).id;
}

/** Starts a run; the budget comes when preflight has passed, while the green pool is made. */
export async function startGuarded(place: Place, name: string, minAvailable: number): Promise<string> {
  const id = await start(place);
  await place.world.until(id, (run) => poolOf(run)?.state === "creating");
  await guard(place, name, minAvailable);
  return id;
}

/** A pool as a run shows it. */
export function poolOf(run: UpgradeRunView, name = "apps"): PoolView | undefined {
  return run.rings.flatMap(({ clusters }) => clusters.flatMap(({ pools }) => pools)).find((pool) => pool.name === name);
}

/** Gives a run a signal, which it has to take. */
export async function signal({ world }: Place, id: string, kind: string, gate?: string): Promise<void> {
  const body = { signal: kind, by: "bob", reason: "enough", ...(gate === undefined ? {} : { gate }) };
  expect((await world.api(`runs/${id}/signals`, { method: "POST", body })).status).toBe(202);
}

/** Lets a run halt, and ends it. */
export async function halted(place: Place, id: string): Promise<UpgradeRunView> {
  await place.world.until(id, ({ gates }) => gates.some(({ kind }) => kind === "halt"));
  await signal(place, id, "cancel");
  return place.world.ended(id);
}

/** Messages of a run's findings of one code. */
export function told(run: UpgradeRunView, code: string): string[] {
  return run.findings.filter((finding) => finding.code === code).map(({ message }) => message);
}
