import { Temporal } from "temporal-polyfill";
import { nextMoment } from "../search-times.ts";
import type { RestorePlan } from "./restore-plan.ts";
import { testMoment } from "./spread-tests.ts";

/** What is remembered of a cluster's monthly tests. */
export interface MonthlyTest {
  /** Since when the cluster is in the plan: moments before that are nobody's to catch up on. */
  readonly seenAt: string;
  /** The month whose test was begun last, as `2026-11`, in the plan's time zone; null for none yet. */
  readonly month: string | null;
  /** The run that it was begun by; null for none yet. */
  readonly run: string | null;
  readonly begunAt: string | null;
  /** Whether that run has ended. */
  readonly hasEnded: boolean;
}
export type MonthlyTests = Readonly<Record<string, MonthlyTest>>;

/** A test that should have begun by now. */
export interface DueTest {
  readonly cluster: string;
  readonly month: string;
  /** Since when it is due. */
  readonly momentAt: string;
}

/** A run that has not said for so long that it ended takes no place any more. */
const LOST_MS = 48 * 3_600_000;

/**
 * The monthly tests that are due, the longest overdue first: once a month a cluster, at the schedule's first moment in the
 * month and the cluster's own share of the days over which tests are spread. What a host that was down has missed is due
 * until the cluster's next test is.
 */
export function dueTests(plan: RestorePlan, known: MonthlyTests, nowMs: number): DueTest[] {
  const months = monthsUpTo(plan, nowMs);
  return plan.clusters
    .flatMap(({ cluster }) => {
      const before = known[cluster];
      if (!before) return [];
      const due = months
        .map(({ month, scheduledMs }) => ({ month, momentMs: testMoment(cluster, scheduledMs, plan.spreadDays) }))
        .findLast(({ month, momentMs }) => isOpen(before, month, momentMs) && momentMs <= nowMs);
      return due ? [{ cluster, month: due.month, momentAt: new Date(due.momentMs).toISOString() }] : [];
    })
    .toSorted((left, right) => compare(left.momentAt, right.momentAt) || compare(left.cluster, right.cluster));
}

/** Clusters of the plan that nothing is remembered of. */
export function unseenClusters(plan: RestorePlan, known: MonthlyTests): string[] {
  return plan.clusters.map(({ cluster }) => cluster).filter((cluster) => !Object.hasOwn(known, cluster));
}

/** Remembers clusters from now on. Pure. */
export function seenAfter(known: MonthlyTests, clusters: readonly string[], at: string): MonthlyTests {
  const fresh: MonthlyTest = { seenAt: at, month: null, run: null, begunAt: null, hasEnded: true };
  const added = clusters
    .filter((cluster) => !Object.hasOwn(known, cluster))
    .map((cluster) => [cluster, fresh] as const);
  return { ...known, ...Object.fromEntries(added) };
}

/** Asks for due tests to be begun by a run. */
export interface TestClaim {
  readonly run: string;
  readonly at: string;
  readonly due: readonly DueTest[];
  /** Tests that may go on at the same time, over all runs. */
  readonly most: number;
}

/**
 * Decides which due tests a run may begin: none twice, and no more at once than there are scratch clusters; those that are
 * left out stay due. The same run's claim is answered the same, however often it is made. Pure.
 */
export function claimTests(
  known: MonthlyTests,
  { run, at, due, most }: TestClaim,
): { readonly known: MonthlyTests; readonly claimed: readonly string[] } {
  const mine = Object.entries(known).flatMap(([cluster, test]) => (test.run === run ? [cluster] : []));
  if (mine.length > 0) return { known, claimed: mine.sort() };
  const isBusy = ({ hasEnded, begunAt }: MonthlyTest) =>
    !hasEnded && begunAt !== null && Date.parse(at) - Date.parse(begunAt) < LOST_MS;
  const busy = Object.values(known).filter(isBusy).length;
  const open = due.filter(({ cluster, month, momentAt }) => {
    const before = known[cluster];
    return before !== undefined && isOpen(before, month, Date.parse(momentAt));
  });
  const chosen = open.slice(0, Math.max(0, most - busy));
  const begun = chosen.map(({ cluster, month }) => {
    const seenAt = known[cluster]?.seenAt ?? at;
    return [cluster, { seenAt, month, run, begunAt: at, hasEnded: false } satisfies MonthlyTest] as const;
  });
  return { known: { ...known, ...Object.fromEntries(begun) }, claimed: chosen.map(({ cluster }) => cluster).sort() };
}

/** Notes that a run has ended. Pure. */
export function endedAfter(known: MonthlyTests, run: string): MonthlyTests {
  return Object.fromEntries(
    Object.entries(known).map(([cluster, test]) => [cluster, test.run === run ? { ...test, hasEnded: true } : test]),
  );
}

/** Whether a month's test is still to be begun. */
function isOpen({ seenAt, month: last }: MonthlyTest, month: string, momentMs: number): boolean {
  return (last === null || last < month) && momentMs >= Date.parse(seenAt);
}

/** The schedule's first moments of last month and of this one, as far as there are any; none where the zone is unknown. */
function monthsUpTo({ schedule, timeZone }: RestorePlan, nowMs: number): Array<{ month: string; scheduledMs: number }> {
  const first = monthStart(timeZone, nowMs);
  if (!first) return [];
  return [first.subtract({ months: 1 }), first].flatMap((start) => {
    const next = nextMoment(schedule, timeZone, start.epochMilliseconds - 1);
    const scheduledMs = next === null ? Number.POSITIVE_INFINITY : Date.parse(next);
    const month = start.toPlainDate().toPlainYearMonth().toString();
    return scheduledMs < start.add({ months: 1 }).epochMilliseconds ? [{ month, scheduledMs }] : [];
  });
}

function monthStart(timeZone: string, nowMs: number): Temporal.ZonedDateTime | undefined {
  try {
    return Temporal.Instant.fromEpochMilliseconds(nowMs).toZonedDateTimeISO(timeZone).with({ day: 1 }).startOfDay();
  } catch {
    return undefined;
  }
}

function compare(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}
