import type { ClusterResult, UpgradeReport } from "../../domain/report.ts";
import type { Outcome } from "./live.ts";
import { newestImage } from "./random-fleet.ts";
import { elapsed } from "./trace.ts";
import { START_MS, type World } from "./world.ts";

/** What must always hold, whatever happened. */
interface Invariant {
  readonly name: string;
  /** What of it does not hold; a sentence each. */
  readonly violations: (world: World, outcome: Outcome) => string[];
}

/** A cluster's part of a run in which it was changed, as its report tells it: from its first pool to its last. */
interface Visit {
  readonly report: UpgradeReport;
  readonly ring: number;
  readonly result: ClusterResult;
  readonly fromMs: number;
  readonly toMs: number;
}

function visitsOf(outcome: Outcome): Visit[] {
  return [...outcome.reports.values()].flatMap((report) =>
    report.rings.flatMap(({ clusters }, ring) =>
      clusters
        .filter(({ pools }) => pools.length > 0)
        .map((result) => ({
          report,
          ring,
          result,
          fromMs: Math.min(...result.pools.map(({ startedAt }) => Date.parse(startedAt))),
          toMs: Math.max(...result.pools.map(({ endedAt }) => Date.parse(endedAt))),
        })),
    ),
  );
}

const at = (ms: number): string => elapsed(ms - START_MS);

/** Findings that may tell of something left behind; a drain that failed is none: what it had changed must be undone. */
const LEFT_BEHIND = ["UndoFailed", "OperationFailed", "OperationTimedOut"];

/** Whether a report says of a node or a pool that it was left as it is. */
function isTold(outcome: Outcome, name: string): boolean {
  const findings = [...outcome.reports.values()].flatMap((report) => report.findings);
  const named = new RegExp(`\\b${name}\\b`);
  return findings.some((finding) => LEFT_BEHIND.includes(finding.code) && named.test(JSON.stringify(finding)));
}

export const INVARIANTS: readonly Invariant[] = [
  {
    name: "no budget is ever broken, and no pod goes past the eviction API",
    violations: ({ observer }) => [
      ...observer.brokenBudgets,
      ...observer.deletedPods.map((pod) => `deleted without eviction: ${pod}`),
    ],
  },
  {
    name: "every run ends, in a report",
    violations: (_world, { endless, runs, reports }) => [
      ...endless.map((id) => `run ${id} has not ended`),
      ...runs
        .filter(({ id, status }) => status === "finished" && !reports.has(id))
        .map(({ id }) => `run ${id} has no report`),
    ],
  },
  {
    name: "every accepted event leads to a run, is folded into one, or is a dead letter",
    violations: (_world, { accepted, reports, deadLetters }) => {
      const started = new Set([...reports.values()].map(({ trigger }) => trigger.event?.id));
      const folded = [...reports.values()].flatMap(({ findings }) =>
        findings.filter(({ code }) => code === "EventsFolded").flatMap(({ evidence }) => evidence),
      );
      return [...accepted]
        .filter((id) => !started.has(id) && !folded.some((line) => line.includes(id)))
        .filter((id) => !deadLetters.some(({ eventId }) => eventId === id))
        .map((id) => `event ${id} was taken, and nothing came of it`);
    },
  },
  {
    name: "an event starts one run at most",
    violations: (_world, { reports }) => {
      const ids = [...reports.values()].flatMap(({ trigger }) => trigger.event?.id ?? []);
      return ids.filter((id, index) => ids.indexOf(id) !== index).map((id) => `event ${id} started two runs`);
    },
  },
  {
    name: "at most one run changes a cluster, and none changes one outside of its time",
    violations: (world, outcome) => {
      const visits = visitsOf(outcome);
      const overlaps = visits.flatMap((one, index) =>
        visits
          .slice(index + 1)
          .filter((other) => other.result.name === one.result.name && other.report.id !== one.report.id)
          .filter((other) => one.fromMs < other.toMs && other.fromMs < one.toMs)
          .map((other) => `${one.report.id} and ${other.report.id} changed ${one.result.name} at the same time`),
      );
      const strays = world.observer.mutations
        .filter(({ cluster, atMs }) =>
          visits.every(
            (visit) => visit.result.name !== cluster || atMs < visit.fromMs - 1000 || atMs > visit.toMs + 1000,
          ),
        )
        .map(({ atMs, what }) => `${at(atMs)} ${what}: no report tells of a change of that cluster then`);
      return outcome.endless.length > 0 ? overlaps : [...overlaps, ...strays];
    },
  },
  {
    name: "nothing is begun outside of a ring's window",
    violations: ({ design, observer }, outcome) =>
      visitsOf(outcome).flatMap(({ result, fromMs, toMs, report }) => {
        const cluster = design.clusters.find(({ name }) => name === result.name);
        const opening = design.rings.find(({ name }) => name === cluster?.ring)?.opening;
        const first = observer.mutations.find(
          ({ cluster, atMs }) => cluster === result.name && atMs >= fromMs && atMs <= toMs,
        );
        if (!opening || !first || isOpen(opening, first.atMs)) return [];
        return [`${report.id} began ${result.name} at ${new Date(first.atMs).toISOString()}, outside of its window`];
      }),
  },
  {
    name: "rings follow one another, with their soak",
    violations: ({ design }, outcome) => {
      const visits = visitsOf(outcome);
      return visits.flatMap((later) =>
        visits
          .filter((earlier) => earlier.report.id === later.report.id && earlier.ring < later.ring)
          .filter(({ ring, toMs, result }) => {
            const soakMinutes = result.outcome === "done" ? (design.rings[ring]?.soakMinutes ?? 0) : 0;
            return later.fromMs < toMs + soakMinutes * 60_000;
          })
          .map(
            ({ result }) => `${later.report.id} began ${later.result.name} before ${result.name} had ended and soaked`,
          ),
      );
    },
  },
  {
    name: "a failed or blocked cluster halts the rings after it",
    violations: (_world, outcome) =>
      [...outcome.reports.values()].flatMap((report) => {
        const stopped = report.rings.findIndex(({ clusters }) =>
          clusters.some((cluster) => cluster.outcome === "failed" || cluster.outcome === "blocked"),
        );
        if (stopped < 0) return [];
        const after = report.rings.slice(stopped + 1).flatMap(({ clusters }) => clusters);
        return after
          .filter(({ outcome: end }) => end !== "skipped")
          .map(({ name }) => `${report.id} went on to ${name} after a failure`);
      }),
  },
  {
    name: "no more clusters of a ring are changed at once than it allows",
    violations: ({ design }, outcome) => {
      const visits = visitsOf(outcome);
      return visits.flatMap((visit) => {
        const ring = design.rings[visit.ring];
        const same = visits.filter(
          (other) =>
            other.report.id === visit.report.id &&
            other.ring === visit.ring &&
            other.fromMs <= visit.fromMs &&
            other.toMs > visit.fromMs,
        );
        return ring && same.length > ring.maxParallel
          ? [`${visit.report.id} changed ${same.length} clusters of ${ring.name} at once`]
          : [];
      });
    },
  },
  {
    name: "no cordon outlives its run, unless a report names the node",
    violations: ({ simulator, design }, outcome) =>
      design.clusters.flatMap(({ name }) =>
        simulator.azure
          .kubernetes(name)
          .table("nodes")
          .list()
          .filter(({ spec }) => spec.unschedulable === true)
          .filter(({ metadata }) => !isTold(outcome, metadata.name))
          .map(({ metadata }) => `${name}: node ${metadata.name} is still cordoned`),
      ),
  },
  {
    name: "no pool outlives its run, unless a report names it",
    violations: ({ simulator, design }, outcome) =>
      design.clusters.flatMap(({ name, pools }) => {
        const there = simulator.azure.poolsOf(name).map((pool) => pool.name);
        return pools.flatMap((pool) => {
          const versions = there.filter((other) => other.replace(/\d+$/, "") === pool.name);
          if (versions.length === 1) return [];
          if (versions.length > 1 && versions.some((version) => isTold(outcome, version))) return [];
          return [`${name}: of pool ${pool.name} there is now: ${versions.join(" and ") || "nothing"}`];
        });
      }),
  },
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
    name: "every run is told in Teams, unless it says why not",
    violations: (_world, { runs, cards }) =>
      runs
        .filter(({ id, status, phase }) => status === "finished" && phase === "finished" && !cards.includes(id))
        .map(({ id }) => `run ${id} has no card`),
  },
];

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
      .filter((pool) => pool.nodeImageVersion !== newestImage(pool.settings.osSKU))
      .map((pool) => `${passed.id} passed, but ${name}/${pool.name} has ${pool.nodeImageVersion}`),
  );
}

const WEEKDAYS = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

/** Whether a weekly opening, in UTC, is open at a moment; an opening belongs to the day on which it starts. */
function isOpen(opening: { days: readonly string[]; start: string; hours: number }, ms: number): boolean {
  const [hours = 0, minutes = 0] = opening.start.split(":").map(Number);
  return [0, 1].some((daysBack) => {
    const day = new Date(ms - daysBack * 86_400_000);
    const startMs = Date.UTC(day.getUTCFullYear(), day.getUTCMonth(), day.getUTCDate(), hours, minutes);
    const isDay = opening.days.includes(WEEKDAYS[day.getUTCDay()] ?? "");
    return isDay && ms >= startMs && ms < startMs + opening.hours * 3_600_000;
  });
}
