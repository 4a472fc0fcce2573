import type { SeenNode } from "../domain/roll/roll-facts.ts";
import { type RollTarget, seeDrain, stateOf } from "../domain/roll/see-node.ts";
import type { ActivityPorts } from "./ports.ts";

/** A pool that AKS rolls. */
export interface ObserveRollInput extends RollTarget {
  readonly resourceId: string;
  readonly pool: string;
}

/** Nodes that are looked at closely at one look; AKS drains a few at a time. */
const CLOSE_LOOKS = 20;

/** Looks how far AKS is with each node of a pool, and what holds up the drains that are under way. */
export async function observeRoll(ports: ActivityPorts, input: ObserveRollInput): Promise<SeenNode[]> {
  const kubernetes = await ports.openKubernetes(input.resourceId);
  const nodes = await kubernetes.rollingNodes(input.pool);
  const states = nodes.map((node) => ({ name: node.name, state: stateOf(node, input) }));
  const busy = states.filter(({ state }) => state === "draining" || state === "quarantined").slice(0, CLOSE_LOOKS);
  const budgets = busy.length === 0 ? [] : await kubernetes.budgets();
  const looks = await Promise.all(
    busy.map(async ({ name, state }) =>
      seeDrain(name, state, { pods: await kubernetes.podsOn(name), budgets, nowMs: Date.now() }),
    ),
  );
  const close = new Map(looks.map((node) => [node.name, node]));
  return states.map(({ name, state }) => close.get(name) ?? { name, state, podsLeft: 0, blockers: [] });
}
