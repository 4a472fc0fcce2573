import type { RunView } from "../../domain/api/run-view.ts";
import type { UpgradeRunView } from "../../domain/api/upgrade-view.ts";
import { countText } from "../parts/count-text.ts";
import { TriggerText } from "../runs/runs-view.tsx";
import { pauseOf } from "../signal/standing-signals.ts";
import { StatusMark } from "../status/status-mark.tsx";
import { liveRunStatus } from "../status/tone.ts";
import { Ago, At, Took } from "../time/instant.tsx";
import { progressOf } from "./progress.ts";

/** What a run is, how far it is and what holds it, at a glance. */
export function RunSummary({ run }: { readonly run: RunView }) {
  const isFinished = run.status === "finished";
  return (
    <section class="summary" aria-label="Summary">
      <p class="headline">
        <StatusMark status={liveRunStatus(run, pauseOf(run.signals) !== undefined)} />
        <span class="phase">{run.phase}</span>
      </p>
      <dl>
        <div>
          <dt>Trigger</dt>
          <dd>
            <TriggerText trigger={run.trigger} />
            {run.trigger.event && <span class="detail">{run.trigger.event.type}</span>}
          </dd>
        </div>
        <div>
          <dt>Started</dt>
          <dd>
            <At at={run.startedAt} />
            <span class="detail">
              <Ago at={run.startedAt} />
            </span>
          </dd>
        </div>
        <div>
          <dt>{isFinished ? "Took" : "Running for"}</dt>
          <dd>
            <Took from={run.startedAt} to={run.endedAt} />
            {run.endedAt !== null && (
              <span class="detail">
                ended <At at={run.endedAt} />
              </span>
            )}
          </dd>
        </div>
        {run.kind === "upgrade" && <ProgressFacts run={run} />}
      </dl>
    </section>
  );
}

function ProgressFacts({ run }: { readonly run: UpgradeRunView }) {
  const { clusters, clustersEnded, nodes, nodesDrained, nodesDraining, nodesHeld } = progressOf(run);
  return (
    <>
      {clusters > 0 && (
        <div>
          <dt>Clusters</dt>
          <dd>
            {clustersEnded} of {clusters}
            <progress max={clusters} value={clustersEnded} aria-label="Clusters that have ended" />
          </dd>
        </div>
      )}
      {nodes > 0 && (
        <div>
          <dt>Nodes drained</dt>
          <dd>
            {nodesDrained} of {nodes}
            <span class="detail">
              {nodesDraining > 0 && `${nodesDraining} draining`}
              {nodesHeld > 0 && <b class="held">, {countText(nodesHeld, "node")} held up</b>}
            </span>
          </dd>
        </div>
      )}
    </>
  );
}
