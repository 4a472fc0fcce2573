import { podKey } from "../../drain/facts.ts";
import { type Certainty, type Seat, staticObstacle } from "./node-match.ts";
import type { PlacedPod, Resources, VolumeFacts } from "./scheduling-facts.ts";
import { createTopology } from "./topology.ts";

/** A seat with what is on it. */
export interface BoardSeat extends Seat {
  readonly allocatable: Resources;
  /** What is taken by pods that are not on the board one by one (agents of a node that is not there yet). */
  readonly reserved: Resources;
}

/** What the scheduler looks at: the nodes, and which pods are where. It is changed by `put`. */
export interface Board {
  readonly seats: readonly BoardSeat[];
  readonly certainty: Certainty;
  /** Why a pod may not go to a seat, wherever other pods go; null when it may. */
  lastingObstacle(pod: PlacedPod, seat: BoardSeat): string | null;
  /** Why a pod may not go to a seat as things stand; null when it may. */
  obstacle(pod: PlacedPod, seat: BoardSeat): string | null;
  put(pod: PlacedPod, seat: BoardSeat): void;
  /** What is left of a seat's resource. */
  free(seat: BoardSeat, resource: string): number;
}

/** What a board is set up with. */
export interface BoardSetup {
  readonly seats: readonly BoardSeat[];
  /** Pods that are and stay where they are. */
  readonly staying: readonly PlacedPod[];
  readonly volumes: readonly VolumeFacts[];
  readonly certainty: Certainty;
}

/** Every pod takes one of a node's places, whatever else it asks for. */
export function needsOf({ scheduling }: PlacedPod): Resources {
  return { ...scheduling.requests, pods: 1 };
}

/** Sets up a board. Pods on nodes that are not on it are left out. */
export function createBoard({ seats, staying, volumes, certainty }: BoardSetup): Board {
  const used = new Map(seats.map((seat) => [seat.name, new Map(Object.entries(seat.reserved))]));
  const ports = new Map<string, Set<string>>(seats.map((seat) => [seat.name, new Set()]));
  const volumesOf = new Map<string, VolumeFacts>(volumes.map((volume) => [volume.claim, volume]));
  const known = new Map<string, string | null>();
  const topology = createTopology(seats, certainty);
  const free = (seat: BoardSeat, resource: string) =>
    (seat.allocatable[resource] ?? 0) - (used.get(seat.name)?.get(resource) ?? 0);
  const put = (pod: PlacedPod, seat: BoardSeat) => {
    const taken = used.get(seat.name) ?? new Map<string, number>();
    for (const [resource, amount] of Object.entries(needsOf(pod))) {
      taken.set(resource, (taken.get(resource) ?? 0) + amount);
    }
    for (const port of pod.scheduling.hostPorts) ports.get(seat.name)?.add(port);
    topology.put(pod, seat);
  };
  const seatOf = new Map(seats.map((seat) => [seat.name, seat]));
  for (const pod of staying) {
    const seat = seatOf.get(pod.nodeName);
    if (seat) put(pod, seat);
  }
  const claimed = (pod: PlacedPod) =>
    pod.scheduling.claims.flatMap((claim) => volumesOf.get(`${pod.namespace}/${claim}`) ?? []);
  const fixed = (pod: PlacedPod, seat: BoardSeat) => {
    const key = `${podKey(pod)} ${seat.name}`;
    let obstacle = known.get(key);
    if (obstacle === undefined) {
      obstacle = staticObstacle(pod, seat, claimed(pod), certainty);
      known.set(key, obstacle);
    }
    return obstacle;
  };
  const lastingObstacle = (pod: PlacedPod, seat: BoardSeat) =>
    fixed(pod, seat) ??
    shortage(pod, (resource) => free(seat, resource)) ??
    takenPort(pod, ports.get(seat.name)) ??
    topology.repulsion(pod, seat);
  return {
    seats,
    certainty,
    free,
    put,
    lastingObstacle,
    obstacle: (pod, seat) => lastingObstacle(pod, seat) ?? topology.imbalance(pod, seat),
  };
}

function shortage(pod: PlacedPod, free: (resource: string) => number): string | null {
  const short = Object.entries(needsOf(pod)).find(([resource, amount]) => amount > 0 && amount > free(resource));
  return short ? `too little ${short[0]}` : null;
}

function takenPort({ scheduling }: PlacedPod, taken: ReadonlySet<string> | undefined): string | null {
  const port = scheduling.hostPorts.find((wanted) => taken?.has(wanted));
  return port === undefined ? null : `host port ${port} is taken`;
}
