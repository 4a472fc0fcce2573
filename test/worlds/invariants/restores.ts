import type { ClusterTest } from "../../../domain/restore/restore-report.ts";
import type { Outcome } from "../live.ts";
import { DATA } from "../random-backups.ts";
import type { World } from "../world.ts";
import type { Invariant } from "./invariant.ts";

/** What a vault keeps comes and goes by its policy. */
const KEPT_IN_A_VAULT = "/backupvaults/";

/** What restore tests leave, and what they say. */
export const RESTORE_INVARIANTS: readonly Invariant[] = [
  {
    name: "nothing that a restore test made outlives it, unless a report names it",
    violations: ({ simulator, foundations }, outcome) => {
      const told = JSON.stringify(outcome.restoreReports.flatMap(findingsOf)).toLowerCase();
      return foundationsOf(simulator)
        .filter((id) => !foundations.has(id))
        .filter((id) => !told.includes(id.split("/")[4] ?? id))
        .map((id) => `${id} is still there`);
    },
  },
  {
    name: "what was there before restore tests is there after them",
    violations: ({ simulator, foundations }) => {
      const there = new Set(foundationsOf(simulator));
      return [...foundations].filter((id) => !there.has(id)).map((id) => `${id} is gone`);
    },
  },
  {
    name: "a backup is called proven only when its data came back as it was",
    violations: (world, outcome) =>
      passedTests(outcome).flatMap(({ id, test }) =>
        lossesOf(world, test).map((loss) => `${id} says that the backup of ${test.cluster} is proven, but ${loss}`),
      ),
  },
  {
    name: "every cluster that was to be tested has its result, in order of time",
    violations: ({ design }, { restoreReports }) => {
      const planned = Object.keys(design.backups?.protected ?? {});
      return restoreReports.flatMap(({ id, clusters }) =>
        clusters
          .filter(({ cluster, startedAt, endedAt }) => !planned.includes(cluster) || endedAt < startedAt)
          .map(({ cluster, startedAt, endedAt }) => `${id} tells of ${cluster} from ${startedAt} to ${endedAt}`),
      );
    },
  },
];

/** What a world stands on: its clusters, and all that somebody has made beside them. Ids in lower case. */
export function foundationsOf(simulator: World["simulator"]): string[] {
  const { clusters, resources } = simulator.azure;
  const ids = [...clusters.values()].map(({ name, resourceGroup }) => `cluster ${resourceGroup}/${name}`.toLowerCase());
  return [...ids, ...[...resources.values()].map(({ id }) => id.toLowerCase())].filter(
    (id) => !id.includes(KEPT_IN_A_VAULT),
  );
}

function findingsOf({ findings, clusters }: Outcome["restoreReports"][number]) {
  return [
    ...findings,
    ...clusters.flatMap((test) => [...test.findings, ...test.phases.flatMap((phase) => phase.findings)]),
  ];
}

function passedTests({ restoreReports }: Outcome): Array<{ id: string; test: ClusterTest }> {
  return restoreReports.flatMap(({ id, clusters }) =>
    clusters.filter(({ verdict }) => verdict === "passed").map((test) => ({ id, test })),
  );
}

/** What is known to be wrong with a backup, or with every restore of it. */
function lossesOf({ simulator, story }: World, { cluster, point }: ClusterTest): string[] {
  const { namespace, claim } = DATA;
  const atMs = Date.parse(point?.takenAt ?? "");
  const isCorrupt = simulator.azure.backups.faults.isCorrupt({ cluster, namespace, claim }, atMs);
  const { restores = [] } = (story.scenario.backup ?? {}) as {
    restores?: ReadonlyArray<{ nth: number; count: number; leaveOut?: string[]; fail?: object }>;
  };
  const isAlwaysHit = restores.some(({ nth, count, leaveOut, fail }) => nth === 1 && count > 50 && (leaveOut || fail));
  return [
    ...(isCorrupt ? [`its claim ${namespace}/${claim} is corrupt`] : []),
    ...(isAlwaysHit ? ["every restore failed or left something out"] : []),
  ];
}
