import type { PoolView } from "../../domain/api/upgrade-view.ts";
import { StatusMark } from "../status/status-mark.tsx";
import { poolStatus } from "../status/tone.ts";
import { imageChange } from "./image-change.ts";
import { NodeList } from "./node-list.tsx";
import { VersionText } from "./version-text.tsx";

/** How a strategy is called in front of people. */
export const STRATEGY_WORDS: Readonly<Record<PoolView["strategy"], string>> = {
  surge: "surge",
  blueGreen: "blue/green",
};

/** A pool: what becomes of it, from which image to which, and its nodes. */
export function PoolSection({ pool }: { readonly pool: PoolView }) {
  const { name, mode, strategy, state, reason, replacement, nodes } = pool;
  return (
    <li class="pool">
      <div class="pool-line">
        <h4>
          {name}
          {replacement !== null && ` → ${replacement}`}
        </h4>
        <StatusMark status={poolStatus(state)} />
        <span class="facts">
          {mode}, {STRATEGY_WORDS[strategy] ?? strategy}
        </span>
        <VersionText from={pool.fromVersion} to={pool.toVersion} />
        <ImageText from={pool.fromImage} to={pool.toImage} />
        {reason !== null && <span class="reason">{reason}</span>}
      </div>
      {nodes.length > 0 && <NodeList nodes={nodes} />}
    </li>
  );
}

/** From which node image to which. */
export function ImageText({ from, to }: { readonly from: string; readonly to: string }) {
  const change = imageChange(from, to);
  if (from === to) return <span class="image">{to}</span>;
  if (!change) {
    return (
      <span class="image">
        {from} → {to}
      </span>
    );
  }
  return (
    <span class="image" title={`${from} → ${to}`}>
      {change.family} <b>{change.from}</b> → <b>{change.to}</b>
    </span>
  );
}
