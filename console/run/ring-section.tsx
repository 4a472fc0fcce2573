import type { RingView } from "../../domain/api/upgrade-view.ts";
import { countText } from "../parts/count-text.ts";
import { Disclosure } from "../parts/disclosure.tsx";
import { StatusMark } from "../status/status-mark.tsx";
import { ringStatus } from "../status/tone.ts";
import { TimeLeft } from "../time/instant.tsx";
import { ClusterList } from "./cluster-section.tsx";
import { hasEnded } from "./progress.ts";

/** States in which a ring is folded: nothing has happened in it, or nothing more will. */
const QUIET: readonly RingView["state"][] = ["pending", "done", "skipped"];

/** A ring: how it stands, what it waits for, and its clusters. */
export function RingSection({ ring }: { readonly ring: RingView }) {
  const { name, state, waitingUntil, reason, clusters } = ring;
  const ended = clusters.filter(hasEnded).length;
  return (
    <Disclosure
      class="ring"
      isOpen={!QUIET.includes(state)}
      summary={
        <>
          <h2>Ring {name}</h2>
          <StatusMark status={ringStatus(state)} />
          <span class="number">
            {ended} of {countText(clusters.length, "cluster")}
          </span>
          {waitingUntil !== null && (
            <span class="left">
              <TimeLeft until={waitingUntil} />
            </span>
          )}
          {reason !== null && <span class="reason">{reason}</span>}
        </>
      }
    >
      {() => <ClusterList clusters={clusters} />}
    </Disclosure>
  );
}
