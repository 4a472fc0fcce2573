import type { PlanView } from "../../domain/api/plan-view.ts";
import { ShowMore } from "../parts/show-more.tsx";
import { ImageText, STRATEGY_WORDS } from "../run/pool-section.tsx";
import { VersionText } from "../run/version-text.tsx";
import { StatusMark } from "../status/status-mark.tsx";
import { ringStatus } from "../status/tone.ts";
import { durationText } from "../time/duration-text.ts";
import { At } from "../time/instant.tsx";

type Ring = PlanView["rings"][number];
type Cluster = Ring["clusters"][number];

/** Clusters that are drawn before one asks for more. */
const FIRST = 50;

/** A ring of a plan: what it waits for, and what would become of its clusters, when. */
export function PlannedRing({ ring }: { readonly ring: Ring }) {
  const { name, maxParallel, soakMinutes, approvals, window, clusters } = ring;
  return (
    <section class="ring planned" aria-label={`Ring ${name}`}>
      <div class="ring-line">
        <h2>Ring {name}</h2>
        {approvals.length > 0 && <StatusMark status={ringStatus("approval")} />}
        <span class="facts">
          {maxParallel === 1 ? "one cluster at a time" : `up to ${maxParallel} clusters at a time`}
          {soakMinutes > 0 && `, then ${durationText(soakMinutes * 60_000)} soak`}
        </span>
        {window && <WindowState window={window} />}
        {approvals.map((approval) => (
          <span key={approval} class="reason">
            To be approved: {approval}
          </span>
        ))}
      </div>
      {clusters.length === 0 ? (
        <p class="empty">No cluster.</p>
      ) : (
        <ShowMore items={clusters} first={FIRST}>
          {(shown) => <ClusterTable clusters={shown} label={`Clusters of ring ${name}`} />}
        </ShowMore>
      )}
    </section>
  );
}

function WindowState({ window }: { readonly window: NonNullable<Ring["window"]> }) {
  if (window.open) {
    return (
      <span class="left">
        window open
        {window.closesAt !== null && (
          <>
            {" "}
            until <At at={window.closesAt} />
          </>
        )}
      </span>
    );
  }
  return (
    <span class="left">
      window shut
      {window.opensAt === null ? (
        " for good"
      ) : (
        <>
          {" "}
          until <At at={window.opensAt} />
        </>
      )}
      {window.reason !== null && `: ${window.reason}`}
    </span>
  );
}

function ClusterTable({ clusters, label }: { readonly clusters: readonly Cluster[]; readonly label: string }) {
  return (
    <table aria-label={label}>
      <thead>
        <tr>
          <th scope="col">Cluster</th>
          <th scope="col">What</th>
          <th scope="col">When</th>
          <th scope="col">Takes</th>
        </tr>
      </thead>
      <tbody>
        {clusters.map((cluster) => (
          <ClusterRow key={cluster.name} cluster={cluster} />
        ))}
      </tbody>
    </table>
  );
}

function ClusterRow({ cluster }: { readonly cluster: Cluster }) {
  const { name, skip, reason, startsAt, endsAt, estimatedMinutes } = cluster;
  return (
    <tr>
      <th scope="row">{name}</th>
      <td>{skip === null ? <Changes cluster={cluster} /> : <span class="facts">left alone: {skip}</span>}</td>
      <td>
        {startsAt !== null && <At at={startsAt} />}
        {endsAt !== null && (
          <span class="detail">
            to <At at={endsAt} />
          </span>
        )}
        {skip === null && reason !== null && <span class="detail">{reason}</span>}
      </td>
      <td class="number">{skip === null && `about ${durationText(estimatedMinutes * 60_000)}`}</td>
    </tr>
  );
}

function Changes({ cluster: { controlPlane, pools } }: { readonly cluster: Cluster }) {
  return (
    <ul class="changes">
      {controlPlane !== null && (
        <li>
          <b>control plane</b> <VersionText from={controlPlane.from} to={controlPlane.to} />{" "}
          <span class="facts">{controlPlane.kind}</span>
        </li>
      )}
      {pools.map((pool) => (
        <li key={pool.name}>
          <b>{pool.name}</b> <VersionText from={pool.fromVersion} to={pool.toVersion} />{" "}
          <span class="facts">{STRATEGY_WORDS[pool.strategy] ?? pool.strategy}</span>
          <span class="detail">
            <ImageText from={pool.fromImage} to={pool.toImage} />
          </span>
        </li>
      ))}
    </ul>
  );
}
