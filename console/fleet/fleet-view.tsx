import type { RingConfig } from "../../domain/fleet-config.ts";
import { type Fleet, type FleetCluster, readFleet } from "../api/answers.ts";
import { countText } from "../parts/count-text.ts";
import { Freshness } from "../polling/freshness.tsx";
import { type Question, usePoll } from "../polling/use-poll.ts";
import { durationText } from "../time/duration-text.ts";
import { useNowMs } from "../time/use-now.ts";
import { freezeLines, windowLines } from "./window-text.ts";

const AGAIN_MS = 60_000;

const fleetQuestion = (): Question<Fleet> => ({ path: "fleet", read: readFleet, againMs: () => AGAIN_MS });

/** The fleet: its rings in the order of an upgrade, and their clusters. */
export function FleetView() {
  const poll = usePoll("fleet", fleetQuestion);
  return (
    <>
      <div class="title">
        <h1 tabIndex={-1}>Fleet</h1>
        <Freshness poll={poll} />
      </div>
      {poll.data && <FleetBody fleet={poll.data} />}
    </>
  );
}

function FleetBody({ fleet: { rings, clusters, digest } }: { readonly fleet: Fleet }) {
  return (
    <>
      <p class="lead">
        {countText(clusters.length, "cluster")} in {countText(rings.length, "ring")}, upgraded in this order.
      </p>
      {rings.map((ring) => (
        <RingOfFleet key={ring.name} ring={ring} clusters={clusters.filter((cluster) => cluster.ring === ring.name)} />
      ))}
      <p class="digest">
        fleet.yaml: SHA-256 <span class="id">{digest}</span>
      </p>
    </>
  );
}

function RingOfFleet({ ring, clusters }: { readonly ring: RingConfig; readonly clusters: readonly FleetCluster[] }) {
  return (
    <section class="ring" aria-label={`Ring ${ring.name}`}>
      <div class="ring-line">
        <h2>Ring {ring.name}</h2>
        <span class="facts">
          {ring.maxParallel === 1 ? "one cluster at a time" : `up to ${ring.maxParallel} clusters at a time`}
          {ring.soakMinutes > 0 && `, then ${durationText(ring.soakMinutes * 60_000)} soak`}
        </span>
      </div>
      {ring.window && <WindowText window={ring.window} />}
      {clusters.length === 0 ? (
        <p class="empty">No cluster.</p>
      ) : (
        <ul class="members">
          {clusters.map((cluster) => (
            <li key={cluster.name}>
              <b>{cluster.name}</b> <span class="id">{cluster.resourceId}</span>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

function WindowText({ window }: { readonly window: NonNullable<RingConfig["window"]> }) {
  const lines = [...windowLines(window), ...freezeLines(window, useNowMs())];
  return (
    <ul class="window" aria-label="When it may be changed">
      {lines.map((line) => (
        <li key={line}>{line}</li>
      ))}
    </ul>
  );
}
