import type { ClusterResult, UpgradeReport } from "../../../domain/report.ts";
import type { Outcome } from "../live.ts";

/** A cluster's part of a run in which it was changed, as its report tells it: from its first pool to its last. */
export interface Visit {
  readonly report: UpgradeReport;
  readonly ring: number;
  readonly result: ClusterResult;
  readonly fromMs: number;
  readonly toMs: number;
}

/** All visits of a world, run by run. */
export function visitsOf(outcome: Outcome): Visit[] {
  return [...outcome.reports.values()].flatMap((report) =>
    report.rings.flatMap(({ clusters, earlierTries = [] }, ring) =>
      [...earlierTries, ...clusters]
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
