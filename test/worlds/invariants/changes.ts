import { at, type Invariant } from "./invariant.ts";
import { visitsOf } from "./visit.ts";

/** When clusters are changed: their windows, their order, and one run at a time. */
export const CHANGE_INVARIANTS: readonly Invariant[] = [
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
      const told = visits.map(({ result, fromMs, toMs }) => ({ name: result.name, fromMs, toMs }));
      // What a restore test does in its own scratch cluster is nobody else's.
      const isOfFleet = (cluster: string) => world.design.clusters.some(({ name }) => name === cluster);
      const strays = world.observer.mutations
        .filter(({ cluster }) => isOfFleet(cluster))
        .filter(({ cluster, atMs }) =>
          told.every(({ name, fromMs, toMs }) => name !== cluster || atMs < fromMs - 1000 || atMs > toMs + 1000),
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
    name: "a failed or blocked cluster halts the rings after it, unless somebody says to go on",
    violations: (_world, outcome) =>
      [...outcome.reports.values()].flatMap((report) => {
        const stopped = report.rings.findIndex(
          ({ clusters, findings }) =>
            clusters.some((cluster) => cluster.outcome === "failed" || cluster.outcome === "blocked") &&
            !findings.some(({ code }) => code === "SkippedAfterHalt"),
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
];

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
