import type { RunView } from "../../domain/api/run-view.ts";
import { At } from "../time/instant.tsx";
import { SignalButton } from "./signal-button.tsx";
import { cancellationOf, pauseOf } from "./standing-signals.ts";

/** What can be told a run that has not ended at any time: pause or resume, and cancel; and what stands of it. */
export function RunControls({ run, onTaken }: { readonly run: RunView; readonly onTaken: () => void }) {
  const cancelled = cancellationOf(run.signals);
  if (cancelled) {
    return (
      <p class="banner" role="status">
        {cancelled.by} has asked to cancel this run: {cancelled.reason}. It stops where nothing is left half done.
      </p>
    );
  }
  const pause = pauseOf(run.signals);
  return (
    <>
      {pause && (
        <p class="banner" role="status">
          <span>
            {pause.by} paused this run at <At at={pause.at} />: {pause.reason}. Nothing new is begun until it is
            resumed.
          </span>
        </p>
      )}
      <div class="actions">
        <SignalButton
          key={pause ? "resume" : "pause"}
          runId={run.id}
          kind={pause ? "resume" : "pause"}
          onTaken={onTaken}
        />
        <SignalButton runId={run.id} kind="cancel" onTaken={onTaken} />
      </div>
    </>
  );
}
