import type { ClusterTest, RestoreReport } from "./restore-report.ts";
import { gravestVerdict, type RestoreVerdict } from "./restore-verdict.ts";

/** A cluster's tests of one month. Durations are milliseconds; the worst of the month where there were several. */
export interface MonthOfProof {
  readonly cluster: string;
  /** As `2026-11`. */
  readonly month: string;
  readonly tests: number;
  readonly verdict: RestoreVerdict;
  readonly rpoMs: number | null;
  readonly rtoMs: number | null;
  readonly bytes: number | null;
}

/** How long a cluster's backups have not been proven. */
export interface ProofAge {
  readonly cluster: string;
  /** When a test of it last passed; null when none ever did. */
  readonly lastPassedAt: string | null;
  readonly days: number | null;
}

const DAY_MS = 86_400_000;

/** RPO, RTO, size and verdict by cluster and month, in the order of both. */
export function proofTrend(reports: readonly RestoreReport[]): MonthOfProof[] {
  const tests = reports.flatMap(({ clusters }) => clusters);
  const groups = Map.groupBy(tests, ({ cluster, startedAt }) => `${cluster}\n${startedAt.slice(0, 7)}`);
  return [...groups]
    .map(([key, group]) => monthOf(key, group))
    .sort((left, right) => compare(left.cluster, right.cluster) || compare(left.month, right.month));
}

/** Every cluster of the plan with the age of its proof; those never proven first, then the oldest. */
export function proofAges(clusters: readonly string[], reports: readonly RestoreReport[], nowMs: number): ProofAge[] {
  const passed = reports.flatMap((report) => report.clusters).filter(({ verdict }) => verdict === "passed");
  return clusters
    .map((cluster) => {
      const ends = passed.flatMap((test) => (test.cluster === cluster ? [Date.parse(test.endedAt)] : []));
      if (ends.length === 0) return { cluster, lastPassedAt: null, days: null };
      const last = Math.max(...ends);
      return { cluster, lastPassedAt: new Date(last).toISOString(), days: Math.floor((nowMs - last) / DAY_MS) };
    })
    .sort(
      (left, right) =>
        (right.days ?? Number.MAX_SAFE_INTEGER) - (left.days ?? Number.MAX_SAFE_INTEGER) ||
        compare(left.cluster, right.cluster),
    );
}

function monthOf(key: string, group: readonly ClusterTest[]): MonthOfProof {
  const [cluster = "", month = ""] = key.split("\n");
  const worst = (values: ReadonlyArray<number | null | undefined>) => {
    const known = values.filter((value) => typeof value === "number");
    return known.length === 0 ? null : Math.max(...known);
  };
  return {
    cluster,
    month,
    tests: group.length,
    verdict: gravestVerdict(group.map(({ verdict }) => verdict)),
    rpoMs: worst(group.map(({ measure }) => measure?.rpo.atStartMs)),
    rtoMs: worst(group.map(({ measure }) => measure?.rto.totalMs)),
    bytes: worst(group.map(({ bytes }) => bytes)),
  };
}

function compare(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}
