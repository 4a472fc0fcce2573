import type { ComponentChildren } from "preact";
import type { ClusterView } from "../../domain/api/upgrade-view.ts";
import { Attempt } from "../parts/attempt.tsx";
import { countText } from "../parts/count-text.ts";
import { Disclosure } from "../parts/disclosure.tsx";
import { StatusMark } from "../status/status-mark.tsx";
import { clusterStatus, poolStatus } from "../status/tone.ts";
import { Took } from "../time/instant.tsx";
import { groupLong } from "./grouping.ts";
import { PoolSection } from "./pool-section.tsx";
import { VersionText } from "./version-text.tsx";

/** States in which a cluster needs no eyes. */
const QUIET: readonly ClusterView["state"][] = ["pending", "queued", "done", "skipped", "cancelled"];

const isQuiet = ({ state }: ClusterView) => QUIET.includes(state);

/** The clusters of a ring. What needs no eyes is folded when there are many. */
export function ClusterList({ clusters }: { readonly clusters: readonly ClusterView[] }) {
  const { shown, folded } = groupLong(clusters, (cluster) =>
    isQuiet(cluster) ? clusterStatus(cluster.state).word : undefined,
  );
  return (
    <>
      {shown.map((cluster) => (
        <ClusterSection key={cluster.name} cluster={cluster} />
      ))}
      {folded.map(({ word, items }) => (
        <Disclosure
          key={word}
          class="folded"
          isOpen={false}
          summary={
            <>
              {countText(items.length, "cluster")}: {word.toLowerCase()}
            </>
          }
        >
          {() => items.map((cluster) => <ClusterSection key={cluster.name} cluster={cluster} />)}
        </Disclosure>
      ))}
    </>
  );
}

function ClusterSection({ cluster }: { readonly cluster: ClusterView }) {
  const { name, state, reason, startedAt, endedAt, attempt, controlPlane, pools } = cluster;
  const head = (
    <>
      <h3>{name}</h3>
      <StatusMark status={clusterStatus(state)} />
      <Took from={startedAt} to={endedAt} />
      <Attempt count={attempt} />
      {reason !== null && <span class="reason">{reason}</span>}
    </>
  );
  if (pools.length === 0 && controlPlane === null) return <div class="cluster leaf">{head}</div>;
  return (
    <Disclosure class="cluster" isOpen={!isQuiet(cluster)} summary={head}>
      {() => (
        <ul class="pools">
          {controlPlane !== null && <ControlPlaneItem {...controlPlane} />}
          {pools.map((pool) => (
            <PoolSection key={pool.name} pool={pool} />
          ))}
        </ul>
      )}
    </Disclosure>
  );
}

/** The upgrade of a control plane, which goes before its pools. */
export function ControlPlaneItem({ from, to, state, children }: ControlPlaneProps) {
  return (
    <li class="pool pool-line">
      <h4>Control plane</h4>
      <StatusMark status={poolStatus(state)} />
      {children}
      <VersionText from={from} to={to} />
    </li>
  );
}

interface ControlPlaneProps {
  readonly from: string;
  readonly to: string;
  readonly state: string;
  readonly children?: ComponentChildren;
}
