import type { PoolSettings } from "../../cluster-settings.ts";
import { goingPods } from "../going-pods.ts";
import type { FactsWith } from "../preflight-rule.ts";
import type { PreflightPod } from "../readings.ts";
import { type BoardSeat, needsOf } from "./board.ts";
import { freshSeats } from "./fresh-seats.ts";
import { type PlacementAnswer, placePods } from "./place-pods.ts";
import type { NodeCapacity, Resources } from "./scheduling-facts.ts";
import { nodesOf } from "./surge-size.ts";

type Facts = FactsWith<"pods" | "nodes" | "volumes">;

/** Nodes that are emptied at the same time, and whether what runs on them finds a place meanwhile. */
export interface DrainUnit {
  readonly pool: string;
  /** `node aks-apps-1` or `pool apps`. */
  readonly what: string;
  readonly answer: PlacementAnswer;
}

/** The drains of the last facts, which several rules ask about one after the other. */
const lastDrains = new WeakMap<Facts["pods"], { readonly facts: Facts; readonly units: DrainUnit[] }>();

/**
 * Plays the drains of a plan through on paper: of a surge pool one node after another, beside the surge nodes and all others;
 * of a blue/green pool all of its nodes, beside the green pool and all others.
 */
export function drainUnits(facts: Facts): DrainUnit[] {
  const last = lastDrains.get(facts.pods);
  const isSame = (["plan", "cluster", "settings", "nodes", "volumes"] as const).every(
    (member) => last?.facts[member] === facts[member],
  );
  if (last && isSame) return last.units;
  const units = playDrains(facts);
  lastDrains.set(facts.pods, { facts, units });
  return units;
}

function playDrains(facts: Facts): DrainUnit[] {
  const moving = goingPods(facts).filter(({ owner, deletionAt }) => owner !== null && deletionAt === null);
  return facts.plan.pools.flatMap((planned) => {
    const settings = facts.settings.pools.find(({ name }) => name === planned.name);
    const nodes = facts.nodes.filter(({ pool }) => pool === planned.name);
    const ofPool = moving.filter(({ pool }) => pool === planned.name);
    if (!settings || nodes.length === 0 || ofPool.length === 0) return [];
    if (planned.policy.strategy === "blueGreen") {
      const fresh = seatsLike(facts, settings, nodes.length, "green");
      return [unit(facts, settings, { what: `pool ${planned.name}`, emptied: nodes, moving: ofPool, fresh })];
    }
    const fresh = seatsLike(facts, settings, nodesOf(settings.upgradeSettings.maxSurge, nodes.length), "surge");
    return nodes.flatMap((node) => {
      const onNode = ofPool.filter(({ nodeName }) => nodeName === node.name);
      if (onNode.length === 0) return [];
      return [unit(facts, settings, { what: `node ${node.name}`, emptied: [node], moving: onNode, fresh })];
    });
  });
}

interface Emptying {
  readonly what: string;
  readonly emptied: readonly NodeCapacity[];
  readonly moving: readonly PreflightPod[];
  readonly fresh: readonly BoardSeat[];
}

function unit(facts: Facts, { name: pool }: PoolSettings, { what, emptied, moving, fresh }: Emptying): DrainUnit {
  const closed = new Set(emptied.map((node) => node.name));
  const seats = [...facts.nodes.map((node) => seatOf(node, closed)), ...fresh];
  const going = new Set(moving);
  const staying = facts.pods.filter((pod) => pod.nodeName !== "" && !isOver(pod) && !going.has(pod));
  const answer = placePods({
    moving,
    setup: { seats, staying, volumes: facts.volumes },
    extra: addable(facts, moving),
  });
  return { pool, what, answer };
}

function isOver({ phase }: PreflightPod): boolean {
  return phase === "Succeeded" || phase === "Failed";
}

function seatOf(node: NodeCapacity, closed: ReadonlySet<string>): BoardSeat {
  return {
    name: node.name,
    labels: node.labels,
    unknownLabels: new Set(),
    taints: node.taints,
    unschedulable: node.unschedulable || !node.ready || closed.has(node.name),
    allocatable: node.allocatable,
    reserved: {},
  };
}

function seatsLike(
  facts: Facts,
  settings: PoolSettings,
  count: number,
  kind: "surge" | "green" | "added",
): BoardSeat[] {
  const like = facts.nodes.filter(({ pool }) => pool === settings.name);
  const { location } = facts.cluster;
  const reserved = takenByAgents(facts, like);
  const prefix = `${settings.name}-${kind}`;
  return freshSeats({ settings, location, like, count, reserved, prefix, isNewPool: kind === "green" });
}

/** The most that pods which every node runs take of a node of the pool, by resource. */
function takenByAgents(facts: Facts, nodes: readonly NodeCapacity[]): Resources {
  const most: Record<string, number> = {};
  for (const node of nodes) {
    const sums: Record<string, number> = {};
    const agents = facts.pods.filter(
      (pod) => pod.nodeName === node.name && !isOver(pod) && (pod.isMirror || pod.owner?.kind === "DaemonSet"),
    );
    for (const [resource, amount] of agents.flatMap((pod) => Object.entries(needsOf(pod)))) {
      sums[resource] = (sums[resource] ?? 0) + amount;
    }
    for (const [resource, amount] of Object.entries(sums)) most[resource] = Math.max(most[resource] ?? 0, amount);
  }
  return most;
}

/** Nodes that autoscalers may add while the drain waits: as many as could matter. */
function addable(facts: Facts, moving: readonly PreflightPod[]): BoardSeat[] {
  return facts.settings.pools.flatMap((settings) => {
    const now = facts.nodes.filter(({ pool }) => pool === settings.name).length;
    const room = settings.autoscaler === null ? 0 : settings.autoscaler.max - now;
    return room <= 0 ? [] : seatsLike(facts, settings, Math.min(room, moving.length), "added");
  });
}
