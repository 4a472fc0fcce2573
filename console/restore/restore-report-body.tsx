import type { RestoreTestView } from "../../domain/api/restore-view.ts";
import type { ClusterTest, RestoreReport } from "../../domain/restore/restore-report.ts";
import { countText } from "../parts/count-text.ts";
import { ReportDownloads } from "../report/report-downloads.tsx";
import { FindingList } from "../run/finding-list.tsx";
import { TriggerText } from "../runs/runs-view.tsx";
import { StatusMark } from "../status/status-mark.tsx";
import { runStatus } from "../status/tone.ts";
import { At, Took } from "../time/instant.tsx";
import { TestSection } from "./test-section.tsx";

/** The report of a run of restore tests. */
export function RestoreReportBody({ report }: { readonly report: RestoreReport }) {
  const findings = [...report.findings, ...report.clusters.flatMap(findingsOf)];
  return (
    <>
      <ReportSummary report={report} />
      <ReportDownloads id={report.id} />
      <section aria-labelledby="findings">
        <h2 id="findings">Findings</h2>
        {findings.length === 0 ? <p class="empty">None.</p> : <FindingList findings={findings} />}
      </section>
      {report.clusters.map((test) => (
        <TestSection key={test.cluster} test={viewOf(test)} />
      ))}
      <p class="digest">
        fleet.yaml: SHA-256 <span class="id">{report.fleetDigest}</span>
      </p>
    </>
  );
}

function ReportSummary({ report }: { readonly report: RestoreReport }) {
  const { clusters, cost, trigger, startedAt, endedAt, verdict } = report;
  const proven = clusters.filter((test) => test.verdict === "passed").length;
  return (
    <section class="summary" aria-label="Summary">
      <p class="headline">
        <StatusMark status={runStatus({ status: "finished", verdict })} />
        <span class="phase">
          {proven} of {countText(clusters.length, "backup")} proven, about {cost.amount} {cost.currency}
        </span>
      </p>
      <dl>
        <div>
          <dt>Trigger</dt>
          <dd>
            <TriggerText trigger={trigger} />
          </dd>
        </div>
        <div>
          <dt>Started</dt>
          <dd>
            <At at={startedAt} />
          </dd>
        </div>
        <div>
          <dt>Took</dt>
          <dd>
            <Took from={startedAt} to={endedAt} />
          </dd>
        </div>
      </dl>
    </section>
  );
}

function findingsOf({ phases, findings }: ClusterTest) {
  return [...phases.flatMap((phase) => phase.findings), ...findings];
}

function viewOf(test: ClusterTest): RestoreTestView {
  const { cluster, verdict, startedAt, endedAt, point, scratchCluster } = test;
  const phases = test.phases.map(({ outcome, findings: _, ...phase }) => ({ ...phase, state: outcome }));
  return {
    ...{ cluster, state: verdict, reason: null, startedAt, endedAt, point, scratchCluster, phases, progress: null },
  };
}
