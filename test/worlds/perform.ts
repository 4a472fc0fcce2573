import type { Deed } from "./deeds.ts";
import type { Reader } from "./reader.ts";
import type { World } from "./world.ts";

type DeedOf<K extends Deed["kind"]> = Extract<Deed, { kind: K }>;
type Performers = { readonly [K in Deed["kind"]]: (world: World, deed: DeedOf<K>, reader: Reader) => unknown };

const BY = { by: "operator", reason: "a world" };

const PERFORMERS: Performers = {
  event({ simulator, trace }, { event }) {
    trace.add(`AKS tells ${event.subject}: ${event.type.split(".").at(-1)} ${event.id}`);
    simulator.azure.world.change(() => simulator.services.eventGrid.publish(event));
  },
  async start(world, { clusters, times }) {
    for (let time = 0; time < times; time += 1) await start(world, "upgrade", clusters);
  },
  "restore-test": (world, { clusters }) => start(world, "restore-test", clusters),
  async signal(world, { signal, run }, reader) {
    const runs = (await reader.look()) ?? [];
    const id = run === null ? "upgrade-0000000000000000" : runs[run]?.id;
    if (id === undefined) return;
    const response = await world.call(`/runs/${id}/signals`, { signal, ...BY });
    world.trace.add(`${signal} ${id} -> ${response?.status ?? "no answer"}`);
    // 404: there is no such run; 409: it has ended, or the signal does not fit.
    const expected = run === null ? [404] : [202, 409];
    if (response && !expected.includes(response.status)) {
      world.answers.push(`${signal} of ${id} was answered with ${response.status}`);
    }
  },
  fleet(world, { becomes }) {
    world.trace.add(`fleet.yaml is ${becomes}`);
    world.fleetFile = becomes;
  },
  read: (_world, _deed, reader) => reader.look(),
  scale: (world, { cluster, workload, replicas }) => {
    changeByHand(world, `somebody scales ${cluster}/${workload} to ${replicas}`, () => {
      const deployments = world.simulator.azure.kubernetes(cluster).table("deployments");
      const deployment = deployments.list().find(({ metadata }) => metadata.name === workload);
      if (deployment) deployments.update({ ...deployment, spec: { ...deployment.spec, replicas } });
    });
  },
  forbid: (world, { cluster, workload }) => {
    changeByHand(world, `somebody forbids the disruption of ${cluster}/${workload}`, () => {
      const kubernetes = world.simulator.azure.kubernetes(cluster);
      const pods = kubernetes.table("pods").list();
      const namespace = pods.find(({ metadata }) => metadata.labels?.app === workload)?.metadata.namespace;
      const budgets = kubernetes.table("poddisruptionbudgets");
      if (namespace === undefined || budgets.find(namespace, "by-hand")) return;
      budgets.create({
        apiVersion: "policy/v1",
        kind: "PodDisruptionBudget",
        metadata: { name: "by-hand", namespace },
        spec: { maxUnavailable: 0, selector: { matchLabels: { app: workload } } },
      });
    });
  },
};

async function start(world: World, kind: string, clusters: readonly string[] | null): Promise<void> {
  const some = clusters === null ? {} : { clusters };
  const response = await world.call("/runs", { kind, ...BY, ...some });
  world.trace.add(`start ${kind} ${clusters?.join(" ") ?? "all"} -> ${response?.status ?? "no answer"}`);
  const expected = world.fleetFile === "whole" ? 202 : 502;
  if (response && response.status !== expected) world.answers.push(`a start was answered with ${response.status}`);
}

/** Does a deed. */
export async function perform(world: World, deed: Deed, reader: Reader): Promise<void> {
  const performer = PERFORMERS[deed.kind] as (world: World, deed: Deed, reader: Reader) => unknown;
  await performer(world, deed, reader);
}

/** People change something on a cluster. What that breaks is not the app's doing. */
function changeByHand({ simulator, trace, observer }: World, what: string, change: () => void): void {
  trace.add(what);
  observer.meddling = true;
  simulator.azure.world.change(change);
  observer.meddling = false;
}
