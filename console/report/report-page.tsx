import type { ClusterResult, RingResult, UpgradeReport } from "../../domain/report.ts";
import type { RunReport } from "../../domain/run-report.ts";
import { readReport } from "../api/answers.ts";
import { Attempt } from "../parts/attempt.tsx";
import { countText } from "../parts/count-text.ts";
import { Disclosure } from "../parts/disclosure.tsx";
import { Freshness } from "../polling/freshness.tsx";
import { type Question, usePoll } from "../polling/use-poll.ts";
import { RestoreReportBody } from "../restore/restore-report-body.tsx";
import { routeHref } from "../routing/route.ts";
import { FindingList } from "../run/finding-list.tsx";
import { TriggerText } from "../runs/runs-view.tsx";
import { useTitle } from "../shell/use-title.ts";
import { SignalList } from "../signal/signal-list.tsx";
import { StatusMark } from "../status/status-mark.tsx";
import { clusterStatus, ringStatus, runStatus } from "../status/tone.ts";
import { At, Took } from "../time/instant.tsx";
import { PoolResults } from "./pool-results.tsx";
import { reportCounts } from "./report-counts.ts";
import { ReportDownloads } from "./report-downloads.tsx";

/** Up to so many clusters are all shown open. */
const FEW_CLUSTERS = 4;

const reportQuestion = (id: string): Question<RunReport> => ({
  path: `runs/${encodeURIComponent(id)}/report`,
  read: readReport,
  latestMs: ({ endedAt }) => Date.parse(endedAt),
  againMs: () => undefined,
});

/** The report of a run that has ended. */
export function ReportPage({ id }: { readonly id: string }) {
  const poll = usePoll(`report ${id}`, () => reportQuestion(id));
  useTitle(`Report of ${id}`);
  return (
    <>
      <div class="title">
        <h1 tabIndex={-1}>
          Report of <a href={routeHref({ view: "run", id })}>{id}</a>
        </h1>
        <Freshness poll={poll} />
      </div>
      {poll.data?.kind === "upgrade" && <ReportBody report={poll.data} />}
      {poll.data?.kind === "restore-test" && <RestoreReportBody report={poll.data} />}
    </>
  );
}

function ReportBody({ report }: { readonly report: UpgradeReport }) {
  const isOpen = report.rings.reduce((sum, { clusters }) => sum + clusters.length, 0) <= FEW_CLUSTERS;
  return (
    <>
      <ReportSummary report={report} />
      <ReportDownloads id={report.id} />
      <section aria-labelledby="findings">
        <h2 id="findings">Findings</h2>
        {report.findings.length === 0 ? <p class="empty">None.</p> : <FindingList findings={report.findings} />}
      </section>
      <SignalList signals={report.signals} />
      {report.rings.map((ring) => (
        <RingReport key={ring.name} ring={ring} isOpen={isOpen} />
      ))}
      <p class="digest">
        fleet.yaml: SHA-256 <span class="id">{report.fleetDigest}</span>
      </p>
    </>
  );
}

function ReportSummary({ report }: { readonly report: UpgradeReport }) {
  const { clusters, clustersDone, nodesDrained, podsEvicted } = reportCounts(report);
  return (
    <section class="summary" aria-label="Summary">
      <p class="headline">
        <StatusMark status={runStatus({ status: "finished", verdict: report.verdict })} />
        <span class="phase">
          {clustersDone} of {countText(clusters, "cluster")} done, {countText(nodesDrained, "node")} drained,{" "}
          {countText(podsEvicted, "pod")} evicted
        </span>
      </p>
      <dl>
        <div>
          <dt>Trigger</dt>
          <dd>
            <TriggerText trigger={report.trigger} />
          </dd>
        </div>
        <div>
          <dt>Started</dt>
          <dd>
            <At at={report.startedAt} />
          </dd>
        </div>
        <div>
          <dt>Ended</dt>
          <dd>
            <At at={report.endedAt} />
          </dd>
        </div>
        <div>
          <dt>Took</dt>
          <dd>
            <Took from={report.startedAt} to={report.endedAt} />
          </dd>
        </div>
      </dl>
    </section>
  );
}

function RingReport({ ring, isOpen }: { readonly ring: RingResult; readonly isOpen: boolean }) {
  return (
    <section class="ring" aria-label={`Ring ${ring.name}`}>
      <div class="ring-line">
        <h2>Ring {ring.name}</h2>
        <StatusMark status={ringStatus(ring.state)} />
        {ring.reason !== null && <span class="reason">{ring.reason}</span>}
      </div>
      {ring.clusters.map((cluster) => (
        <ClusterReport key={cluster.name} cluster={cluster} isOpen={isOpen} />
      ))}
    </section>
  );
}

function ClusterReport({ cluster, isOpen }: { readonly cluster: ClusterResult; readonly isOpen: boolean }) {
  const { name, outcome, reason, attempt, controlPlane, pools, startedAt, endedAt } = cluster;
  const head = (
    <>
      <h3>{name}</h3>
      <StatusMark status={clusterStatus(outcome)} />
      {endedAt !== null && <Took from={startedAt} to={endedAt} />}
      <Attempt count={attempt} />
      {reason !== null && <span class="reason">{reason}</span>}
    </>
  );
  if (pools.length === 0 && controlPlane === null) return <div class="cluster leaf">{head}</div>;
  return (
    <Disclosure class="cluster" isOpen={isOpen || outcome === "failed" || outcome === "blocked"} summary={head}>
      {() => <PoolResults cluster={cluster} />}
    </Disclosure>
  );
}
