import type { ClusterResult, DrainResult, PoolResult } from "../../domain/report.ts";
import { countText } from "../parts/count-text.ts";
import { Disclosure } from "../parts/disclosure.tsx";
import { ControlPlaneItem } from "../run/cluster-section.tsx";
import { ImageText, STRATEGY_WORDS } from "../run/pool-section.tsx";
import { VersionText } from "../run/version-text.tsx";
import { StatusMark } from "../status/status-mark.tsx";
import { nodeStatus, poolStatus } from "../status/tone.ts";
import { Took } from "../time/instant.tsx";
import { poolCounts } from "./report-counts.ts";

/** How the control plane and the pools of a cluster went, each pool with its drains. */
export function PoolResults({ cluster: { name: cluster, controlPlane, pools } }: { readonly cluster: ClusterResult }) {
  return (
    <ul class="pools">
      {controlPlane !== null && (
        <ControlPlaneItem from={controlPlane.from} to={controlPlane.to} state={controlPlane.outcome}>
          <Took from={controlPlane.startedAt} to={controlPlane.endedAt} />
        </ControlPlaneItem>
      )}
      {pools.map((pool) => (
        <PoolItem key={pool.name} pool={pool} cluster={cluster} />
      ))}
    </ul>
  );
}

function PoolItem({ pool, cluster }: { readonly pool: PoolResult; readonly cluster: string }) {
  const { name, mode, strategy, outcome, replacement, drains, startedAt, endedAt } = pool;
  const { nodesDrained, podsEvicted } = poolCounts(pool);
  return (
    <li class="pool">
      <div class="pool-line">
        <h4>
          {name}
          {replacement !== null && ` → ${replacement}`}
        </h4>
        <StatusMark status={poolStatus(outcome)} />
        <span class="facts">
          {mode}, {STRATEGY_WORDS[strategy] ?? strategy}
        </span>
        <Took from={startedAt} to={endedAt} />
        <VersionText from={pool.fromVersion} to={pool.toVersion} />
        <ImageText from={pool.fromImage} to={pool.toImage} />
      </div>
      {drains.length > 0 && (
        <Disclosure
          class="folded"
          isOpen={outcome === "failed"}
          summary={
            <>
              {countText(nodesDrained, "node")} drained, {countText(podsEvicted, "pod")} evicted
            </>
          }
        >
          {() => <DrainTable drains={drains} label={`Drains of ${name} on ${cluster}`} />}
        </Disclosure>
      )}
    </li>
  );
}

function DrainTable({ drains, label }: { readonly drains: readonly DrainResult[]; readonly label: string }) {
  return (
    <table class="drains" aria-label={label}>
      <thead>
        <tr>
          <th scope="col">Node</th>
          <th scope="col">Outcome</th>
          <th scope="col">Evicted</th>
          <th scope="col">Took</th>
        </tr>
      </thead>
      <tbody>
        {drains.map((drain) => (
          <tr key={drain.node}>
            <th scope="row">{drain.node}</th>
            <td>
              <StatusMark status={nodeStatus(drain.outcome)} />
              {drain.blockers.map(({ pod, code, message }) => (
                <span key={pod} class="detail">
                  <span class="pod">{pod}</span> <span class="code">{code}</span> {message}
                </span>
              ))}
            </td>
            <td class="number">
              {drain.evicted} of {drain.podsTotal}
            </td>
            <td class="number">
              <Took from={drain.startedAt} to={drain.endedAt} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
