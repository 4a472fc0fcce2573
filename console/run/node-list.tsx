import type { BlockerView, NodeView } from "../../domain/api/upgrade-view.ts";
import { countText } from "../parts/count-text.ts";
import { Disclosure } from "../parts/disclosure.tsx";
import { ShowMore } from "../parts/show-more.tsx";
import { StatusMark } from "../status/status-mark.tsx";
import { nodeStatus } from "../status/tone.ts";
import { Took } from "../time/instant.tsx";
import { groupLong } from "./grouping.ts";

/** Pods that are named before one asks for more. */
const FIRST_PODS = 5;

/** The nodes of a pool that are drained. What needs no eyes is folded when there are many. */
export function NodeList({ nodes }: { readonly nodes: readonly NodeView[] }) {
  const { shown, folded } = groupLong(nodes, ({ state }) =>
    state === "draining" || state === "failed" ? undefined : nodeStatus(state).word,
  );
  return (
    <>
      <NodeItems nodes={shown} />
      {folded.map(({ word, items }) => (
        <Disclosure
          key={word}
          class="folded"
          isOpen={false}
          summary={
            <>
              {countText(items.length, "node")}: {word.toLowerCase()}
            </>
          }
        >
          {() => <NodeItems nodes={items} />}
        </Disclosure>
      ))}
    </>
  );
}

function NodeItems({ nodes }: { readonly nodes: readonly NodeView[] }) {
  if (nodes.length === 0) return null;
  return (
    <ul class="nodes">
      {nodes.map((node) => (
        <NodeItem key={node.name} node={node} />
      ))}
    </ul>
  );
}

function NodeItem({ node }: { readonly node: NodeView }) {
  const { name, state, podsTotal, podsLeft, waitingFor, startedAt, endedAt } = node;
  const isUnderWay = state === "draining" || state === "failed";
  return (
    <li class="node">
      <span class="node-name">{name}</span>
      <StatusMark status={nodeStatus(state)} />
      {isUnderWay && podsTotal > 0 && (
        <progress max={podsTotal} value={podsTotal - podsLeft} aria-label={`Pods gone from ${name}`} />
      )}
      {podsTotal > 0 && (
        <span class="number">
          {isUnderWay ? `${podsLeft} of ${countText(podsTotal, "pod")} left` : countText(podsTotal, "pod")}
        </span>
      )}
      <Took from={startedAt} to={endedAt} />
      {isUnderWay && waitingFor.length > 0 && <Waits waitingFor={waitingFor} until={endedAt} name={name} />}
    </li>
  );
}

function Waits({
  waitingFor,
  until,
  name,
}: {
  readonly waitingFor: readonly BlockerView[];
  /** When the drain ended, if it has. */
  readonly until: string | null;
  readonly name: string;
}) {
  return (
    <div class="waits">
      <ShowMore items={waitingFor} first={FIRST_PODS}>
        {(pods) => (
          <ul aria-label={`What ${name} waits for`}>
            {pods.map(({ pod, code, message, since }) => (
              <li key={pod}>
                <span class="pod">{pod}</span> <span class="code">{code}</span>{" "}
                <span>
                  {message}
                  {", for "}
                  <Took from={since} to={until} />
                </span>
              </li>
            ))}
          </ul>
        )}
      </ShowMore>
    </div>
  );
}
