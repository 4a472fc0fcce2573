import { useEffect, useRef } from "preact/hooks";
import type { RunView } from "../../domain/api/run-view.ts";
import { readRun } from "../api/answers.ts";
import { Freshness } from "../polling/freshness.tsx";
import { type Question, usePoll } from "../polling/use-poll.ts";
import { TestSection } from "../restore/test-section.tsx";
import { routeHref } from "../routing/route.ts";
import { useServices } from "../session/console-services.ts";
import { useTitle } from "../shell/use-title.ts";
import { GatePanel } from "../signal/gate-panel.tsx";
import { RunControls } from "../signal/run-controls.tsx";
import { SignalList } from "../signal/signal-list.tsx";
import { pauseOf } from "../signal/standing-signals.ts";
import { liveRunStatus } from "../status/tone.ts";
import { FindingList } from "./finding-list.tsx";
import { ringsOf, testsOf } from "./parts-of.ts";
import { latestOf } from "./progress.ts";
import { RingSection } from "./ring-section.tsx";
import { RunSummary } from "./run-summary.tsx";

const RUNNING_MS = 2_000;

const runQuestion = (id: string): Question<RunView> => ({
  path: `runs/${encodeURIComponent(id)}`,
  read: readRun,
  latestMs: latestOf,
  againMs: ({ status }) => (status === "finished" ? undefined : RUNNING_MS),
});

/** One run, as it goes. */
export function RunPage({ id }: { readonly id: string }) {
  const poll = usePoll(`run ${id}`, () => runQuestion(id));
  const run = poll.data;
  const status = run && liveRunStatus(run, pauseOf(run.signals) !== undefined).word;
  useTitle(status ? `${status}: ${id}` : id);
  useAnnouncement(run && [`${status}. ${run.phase}`, ...run.gates.map(({ question }) => question)].join(" "));
  return (
    <>
      <div class="title">
        <h1 tabIndex={-1}>
          {run?.kind === "restore-test" ? "Restore test" : "Upgrade"} <span class="id">{id}</span>
        </h1>
        <Freshness poll={poll} />
      </div>
      {run && <RunBody run={run} onChange={poll.askNow} />}
      {poll.trouble?.status === 404 && !run && (
        <p>
          <a href={routeHref({ view: "runs" })}>All runs</a>
        </p>
      )}
    </>
  );
}

function RunBody({ run, onChange }: { readonly run: RunView; readonly onChange: () => void }) {
  return (
    <>
      <RunSummary run={run} />
      {run.gates.map((gate) => (
        <GatePanel key={gate.id} run={run} gate={gate} onTaken={onChange} />
      ))}
      {run.status === "finished" ? (
        <div class="actions">
          <a class="button" href={routeHref({ view: "report", id: run.id })}>
            Report
          </a>
        </div>
      ) : (
        <RunControls run={run} onTaken={onChange} />
      )}
      {run.findings.length > 0 && (
        <section aria-labelledby="findings">
          <h2 id="findings">
            Findings <span class="number">{run.findings.length}</span>
          </h2>
          <FindingList findings={run.findings} />
        </section>
      )}
      {ringsOf(run).map((ring) => (
        <RingSection key={ring.name} ring={ring} />
      ))}
      {testsOf(run).map((test) => (
        <TestSection key={test.cluster} test={test} />
      ))}
      <SignalList signals={run.signals} />
      {ringsOf(run).length + testsOf(run).length === 0 && (
        <p class="empty">Its plan is not made yet: no {run.kind === "upgrade" ? "rings" : "tests"} to show.</p>
      )}
    </>
  );
}

/** Tells screen readers when the text changes; not at first, for then it is read as part of the page. */
function useAnnouncement(text: string | undefined): void {
  const { announce } = useServices();
  const told = useRef<string | undefined>(undefined);
  useEffect(() => {
    if (text === undefined) return;
    if (told.current !== undefined && told.current !== text) announce(text);
    told.current = text;
  }, [text, announce]);
}
