import type { DrainResult } from "../../../domain/report.ts";
import type { Outcome } from "../live.ts";
import { NEW } from "../random-fleet.ts";
import type { World } from "../world.ts";
import type { Invariant } from "./invariant.ts";
import { visitsOf } from "./visit.ts";

/** What reports say, and what was seen from inside. */
export const CLAIM_INVARIANTS: readonly Invariant[] = [
  {
    name: "a report says no more than is so",
    violations: ({ simulator, design }, outcome) => {
      const last = new Map(visitsOf(outcome).map((visit) => [visit.result.name, visit]));
      for (const visit of visitsOf(outcome)) {
        if (visit.toMs >= (last.get(visit.result.name)?.toMs ?? 0)) {
          last.set(visit.result.name, visit);
        }
      }
      return [...last.values()]
        .flatMap(({ result, report }) => {
          if (result.outcome !== "done") return [];
          const azure = simulator.azure.poolsOf(result.name);
          const nodes = simulator.azure.kubernetes(result.name).table("nodes").list();
          return result.pools.flatMap(({ name, replacement, toImage }) => {
            const pool = azure.find((candidate) => candidate.name === (replacement ?? name));
            const claim = `${report.id} says that pool ${name} of ${result.name} is done`;
            if (pool?.nodeImageVersion !== toImage) return [`${claim}, but its image is ${pool?.nodeImageVersion}`];
            const old = nodes.find(
              ({ metadata }) => metadata.labels?.agentpool === name && !hasImage(metadata, toImage),
            );
            if (old) return [`${claim}, but node ${old.metadata.name} has another image`];
            const ready = nodes.filter(
              ({ metadata, status }) =>
                metadata.labels?.agentpool === pool.name &&
                status.conditions.some((condition) => condition.type === "Ready" && condition.status === "True"),
            );
            return ready.length < pool.settings.count ? [`${claim}, but ${ready.length} nodes are ready`] : [];
          });
        })
        .concat(passedButBehind(design, simulator, outcome));
    },
  },
  {
    name: "a node that is said to be drained was empty",
    violations: ({ observer }, outcome) =>
      drainsOf(outcome)
        .filter(({ drain }) => drain.outcome === "drained")
        .filter(({ cluster, drain }) => {
          const [from, to] = [Date.parse(drain.startedAt), Date.parse(drain.endedAt)];
          return !observer.nodes.wasEmpty(cluster, drain.node, from, to);
        })
        .map(
          ({ cluster, drain, id }) => `${id} says that ${drain.node} of ${cluster} was drained, and pods were on it`,
        ),
  },
  {
    name: "no more evictions are counted than were granted",
    violations: ({ observer, design }, outcome) =>
      design.clusters.flatMap(({ name }) => {
        const told = drainsOf(outcome).filter(({ cluster }) => cluster === name);
        const counted = told.reduce((sum, { drain }) => sum + drain.evicted, 0);
        const granted = observer.mutations.filter(
          ({ cluster, what }) => cluster === name && what.endsWith("/eviction"),
        );
        return counted > granted.length
          ? [`of ${name} ${counted} evictions are told, and ${granted.length} were granted`]
          : [];
      }),
  },
];

/** Every drain that a report tells of. */
function drainsOf(outcome: Outcome): Array<{ id: string; cluster: string; drain: DrainResult }> {
  return visitsOf(outcome).flatMap(({ report, result }) =>
    result.pools.flatMap(({ drains }) => drains.map((drain) => ({ id: report.id, cluster: result.name, drain }))),
  );
}

function hasImage({ labels }: { readonly labels?: Record<string, string> | undefined }, image: string): boolean {
  return labels?.["kubernetes.azure.com/node-image-version"] === image;
}

/** A run over the whole fleet that passed leaves no pool behind. */
function passedButBehind(design: World["design"], simulator: World["simulator"], outcome: Outcome): string[] {
  const passed = [...outcome.reports.values()].find(
    ({ verdict, rings }) =>
      verdict === "passed" && rings.flatMap(({ clusters }) => clusters).length === design.clusters.length,
  );
  if (!passed) return [];
  return design.clusters.flatMap(({ name }) =>
    simulator.azure
      .poolsOf(name)
      .filter(({ nodeImageVersion }) => !nodeImageVersion.endsWith(NEW))
      .map((pool) => `${passed.id} passed, but ${name}/${pool.name} has ${pool.nodeImageVersion}`),
  );
}
