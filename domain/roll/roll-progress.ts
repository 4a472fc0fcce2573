import { type HeldPod, heldPods } from "../drain/held-pod.ts";
import type { SeenNode } from "./roll-facts.ts";

/** How far a roll is with one node. */
export interface RollNode {
  readonly name: string;
  readonly state: RollNodeState;
  /** AKS added it for the time of the roll. */
  readonly isExtra: boolean;
  readonly podsTotal: number;
  readonly podsLeft: number;
  /** What holds its drain up; of a node that AKS gave up, what held it at last. */
  readonly held: readonly HeldPod[];
  readonly startedAt: string | null;
  readonly endedAt: string | null;
}

/** `gone`: AKS took it away for a new one. `left`: AKS had begun to drain it and let it be. */
type RollNodeState = "waiting" | "draining" | "quarantined" | "upgraded" | "gone" | "left";

/**
 * Takes a look at a pool into account. The nodes are those of the first look; one that AKS adds for the time of the roll counts
 * from when AKS drains it to take it away again, until it is gone.
 */
export function advanceRoll(before: readonly RollNode[] | null, seen: readonly SeenNode[], at: string): RollNode[] {
  const byName = new Map(seen.map((node) => [node.name, node]));
  const known = before ?? seen.map(({ name }) => untouched(name, false));
  const names = new Set(known.map(({ name }) => name));
  const extra = seen.filter(({ name, state }) => !names.has(name) && state === "draining");
  return [...known, ...extra.map(({ name }) => untouched(name, true))]
    .filter(({ name, isExtra }) => !isExtra || byName.has(name))
    .map((node) => advanceNode(node, byName.get(node.name), at));
}

function untouched(name: string, isExtra: boolean): RollNode {
  return { name, isExtra, state: "waiting", podsTotal: 0, podsLeft: 0, held: [], startedAt: null, endedAt: null };
}

function advanceNode(before: RollNode, seen: SeenNode | undefined, at: string): RollNode {
  const startedAt = before.startedAt ?? at;
  const done = { ...before, podsLeft: 0, held: [], startedAt, endedAt: before.endedAt ?? at };
  if (!seen) return { ...done, state: "gone" };
  switch (seen.state) {
    case "upgraded":
      return before.isExtra ? { ...before, state: "left", endedAt: at } : { ...done, state: "upgraded" };
    case "waiting":
      if (before.state === "waiting" || before.state === "left") return before;
      return { ...before, state: "left", endedAt: at };
    case "quarantined":
    case "draining": {
      const isNew = before.state !== seen.state;
      const held = heldPods(before.held, seen.blockers, at);
      const { state, podsLeft } = seen;
      const podsTotal = Math.max(before.podsTotal, podsLeft);
      return { ...before, state, podsTotal, podsLeft, held, startedAt, endedAt: isNew ? null : before.endedAt };
    }
  }
}

/** What the progress of a roll is; any other value is progress. */
export function rollMark(nodes: readonly RollNode[]): string {
  return nodes.map(({ state, podsLeft }) => `${state} ${podsLeft}`).join(",");
}

/** What holds a roll up, over all its nodes. */
export function heldInRoll(nodes: readonly RollNode[]): HeldPod[] {
  return nodes.filter(({ state }) => state === "draining").flatMap(({ held }) => held);
}
