import type { Trigger } from "../../domain/api/run-head.ts";
import type { RunSummary } from "../../domain/api/run-view.ts";
import { readRuns } from "../api/answers.ts";
import { Freshness } from "../polling/freshness.tsx";
import { type Question, usePoll } from "../polling/use-poll.ts";
import { routeHref } from "../routing/route.ts";
import { StatusMark } from "../status/status-mark.tsx";
import { runStatus } from "../status/tone.ts";
import { Ago, Took } from "../time/instant.tsx";

const RUNNING_MS = 2_000;
const QUIET_MS = 10_000;

const runsQuestion = (): Question<readonly RunSummary[]> => ({
  path: "runs?limit=100",
  read: readRuns,
  latestMs: (runs) => Math.max(...runs.map(({ updatedAt }) => Date.parse(updatedAt))),
  againMs: (runs) => (runs.some(({ status }) => status !== "finished") ? RUNNING_MS : QUIET_MS),
});

/** The runs, newest first. */
export function RunsView() {
  const poll = usePoll("runs", runsQuestion);
  return (
    <>
      <div class="title">
        <h1 tabIndex={-1}>Runs</h1>
        <Freshness poll={poll} />
      </div>
      {poll.data?.length === 0 && (
        <p class="empty">
          No run yet. One starts when Azure tells of a new version, at the weekly search for node images, or from a{" "}
          <a href={routeHref({ view: "plan" })}>plan</a>.
        </p>
      )}
      {poll.data && poll.data.length > 0 && <RunTable runs={poll.data} />}
    </>
  );
}

function RunTable({ runs }: { readonly runs: readonly RunSummary[] }) {
  return (
    <table class="runs">
      <thead>
        <tr>
          <th scope="col">Status</th>
          <th scope="col">Run</th>
          <th scope="col">Trigger</th>
          <th scope="col">Started</th>
          <th scope="col">Duration</th>
        </tr>
      </thead>
      <tbody>
        {runs.map((run) => (
          <RunRow key={run.id} run={run} />
        ))}
      </tbody>
    </table>
  );
}

function RunRow({ run }: { readonly run: RunSummary }) {
  return (
    <tr>
      <td>
        <StatusMark status={runStatus(run)} />
        {run.status !== "finished" && <span class="detail">{run.phase}</span>}
      </td>
      <th scope="row">
        <a href={routeHref({ view: "run", id: run.id })}>{run.id}</a>
      </th>
      <td>
        <TriggerText trigger={run.trigger} />
      </td>
      <td>
        <Ago at={run.startedAt} />
      </td>
      <td class="number">
        <Took from={run.startedAt} to={run.endedAt} />
      </td>
    </tr>
  );
}

/** Who or what started a run, and why. */
export function TriggerText({ trigger }: { readonly trigger: Trigger }) {
  return (
    <>
      <span class="who">{trigger.by}</span>
      <span class="detail">{trigger.reason}</span>
    </>
  );
}
