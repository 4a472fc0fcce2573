import type { NodeView } from "./api/upgrade-view.ts";
import { remedyText } from "./drain/remedy-record.ts";
import { durationText } from "./duration-text.ts";
import type { DrainResult, PoolResult } from "./report.ts";

/** Nodes of a pool that a report names; a pool may have a thousand. */
const NAMED_NODES = 50;

/** How many nodes of a pool were changed, and how: `2 drained`, `3 upgraded` by AKS. */
export function nodesText({ drains, rolled }: Pick<PoolResult, "drains" | "rolled">): string {
  if (rolled) return `${rolled.filter(({ state }) => state === "upgraded").length} upgraded`;
  return `${drains.filter(({ outcome }) => outcome === "drained").length} drained`;
}

/**
 * What there is to tell of a pool's nodes, a line each: those that AKS rolled, and of those that were drained the ones that were
 * not, or where something stood still, was left, or had to be helped.
 */
export function nodeLines({ drains, rolled = [] }: Pick<PoolResult, "drains" | "rolled">): string[] {
  const lines = [...rolled.map(rolledLine), ...drains.flatMap(drainedLine)];
  const rest = lines.length - NAMED_NODES;
  return rest > 0 ? [...lines.slice(0, NAMED_NODES), `and ${rest} more`] : lines;
}

function rolledLine({ name, state, podsLeft, waitingFor, startedAt, endedAt }: NodeView): string {
  const took = startedAt && endedAt ? ` in ${durationText(Date.parse(endedAt) - Date.parse(startedAt))}` : "";
  return [
    `${name}: ${state}${took}`,
    ...(podsLeft > 0 ? [`${podsLeft} pods left`] : []),
    ...waitingFor.map(heldLine),
  ].join("; ");
}

function drainedLine(drain: DrainResult): string[] {
  const { node, outcome, podsTotal, podsLeft, blockers, skipped = [], remedies = [], stalls = [] } = drain;
  const told = [
    ...(outcome === "drained" ? [] : [`${podsLeft} of ${podsTotal} pods left`, ...blockers.map(heldLine)]),
    ...remedies.map(remedyText),
    ...stalls.map(({ since }) => `no progress for some time from ${since}`),
    ...(skipped.length > 0 ? [`left where they were: ${skipped.join(", ")}`] : []),
  ];
  return told.length === 0 ? [] : [[`${node}: ${outcome}`, ...told].join("; ")];
}

function heldLine({ pod, code, message }: DrainResult["blockers"][number]): string {
  return `${pod}: ${code}: ${message}`;
}
