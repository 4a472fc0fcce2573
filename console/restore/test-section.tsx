import type { PhaseView, RestoreTestView } from "../../domain/api/restore-view.ts";
import { Disclosure } from "../parts/disclosure.tsx";
import { StatusMark } from "../status/status-mark.tsx";
import { restorePhaseStatus, restoreTestStatus } from "../status/tone.ts";
import { Took } from "../time/instant.tsx";

/** The test of one cluster's backup: how it stands, what is restored, and its phases. */
export function TestSection({ test }: { readonly test: RestoreTestView }) {
  const { cluster, state, reason, startedAt, endedAt, point, phases, progress } = test;
  const percent = progress?.percent ?? null;
  return (
    <Disclosure
      class="ring"
      isOpen={state !== "pending" && state !== "passed"}
      summary={
        <>
          <h2>{cluster}</h2>
          <StatusMark status={restoreTestStatus(state)} />
          <Took from={startedAt} to={endedAt} />
          {reason !== null && <span class="reason">{reason}</span>}
        </>
      }
    >
      {() => (
        <>
          {point && (
            <p>
              Recovery point <span class="id">{point.id}</span> of {point.takenAt} ({point.tier})
            </p>
          )}
          <ul class="pools">
            {phases.map((phase) => (
              <PhaseItem key={phase.name} phase={phase} percent={phase.name === "restore" ? percent : null} />
            ))}
          </ul>
        </>
      )}
    </Disclosure>
  );
}

function PhaseItem({ phase, percent }: { readonly phase: PhaseView; readonly percent: number | null }) {
  const { name, state, startedAt, endedAt, reason } = phase;
  return (
    <li class="pool pool-line">
      <h3>{name}</h3>
      <StatusMark status={restorePhaseStatus(state)} />
      <Took from={startedAt} to={endedAt} />
      {state === "running" && percent !== null && <progress max={100} value={percent} aria-label="Restored" />}
      {reason !== "" && <span class="reason">{reason}</span>}
    </li>
  );
}
