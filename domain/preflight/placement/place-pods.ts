import { podKey } from "../../drain/facts.ts";
import { type Board, type BoardSeat, type BoardSetup, createBoard, needsOf } from "./board.ts";
import type { PlacedPod } from "./scheduling-facts.ts";

/** A pod that found no place, and why each node would not do: reasons with how many nodes gave them. */
export interface Unplaced {
  readonly pod: PlacedPod;
  readonly reasons: readonly string[];
}

/** Whether pods that must move find room. */
export type PlacementAnswer =
  /** They do: here is where. */
  | { readonly kind: "fits"; readonly seatOf: ReadonlyMap<string, string> }
  /** These cannot, however the others are placed. */
  | { readonly kind: "never"; readonly pods: readonly Unplaced[] }
  /** All of them together ask for more of a resource than is free. */
  | { readonly kind: "short"; readonly resource: string; readonly needed: number; readonly free: number }
  /** No way was found; there may be one. */
  | { readonly kind: "unsure"; readonly pods: readonly Unplaced[] };

/** The nodes there will be, without (`certain`) and with (`possible`) those that may come on top. */
export interface PlacementQuestion {
  readonly moving: readonly PlacedPod[];
  readonly setup: Omit<BoardSetup, "certainty">;
  /** Nodes that an autoscaler may add. */
  readonly extra: readonly BoardSeat[];
}

/**
 * Places pods as a careful person would: those with the fewest nodes to go to first, then the largest, each where most is
 * left, again until nothing moves. `fits` is a proof (the places are named); `never` and `short` are proofs too; what is
 * neither is said to be unsure.
 */
export function placePods({ moving, setup, extra }: PlacementQuestion): PlacementAnswer {
  const board = createBoard({ ...setup, certainty: "certain" });
  const { seatOf, left } = placeAll(board, moving);
  if (left.length === 0) return { kind: "fits", seatOf };
  const hopeful = createBoard({ ...setup, seats: [...setup.seats, ...extra], certainty: "possible" });
  const never = left.filter((pod) => hopeful.seats.every((seat) => hopeful.lastingObstacle(pod, seat) !== null));
  if (never.length > 0) return { kind: "never", pods: never.map((pod) => reasonsOf(hopeful, pod, "lastingObstacle")) };
  return shortageOf(hopeful, moving) ?? { kind: "unsure", pods: left.map((pod) => reasonsOf(board, pod, "obstacle")) };
}

function placeAll(board: Board, moving: readonly PlacedPod[]) {
  const seatOf = new Map<string, string>();
  const choices = new Map(
    moving.map((pod) => [pod, board.seats.filter((seat) => board.lastingObstacle(pod, seat) === null).length]),
  );
  let left = moving.toSorted(
    (a, b) =>
      (choices.get(a) ?? 0) - (choices.get(b) ?? 0) || sizeOf(b) - sizeOf(a) || (podKey(a) < podKey(b) ? -1 : 1),
  );
  for (let placed = -1; placed !== 0 && left.length > 0; ) {
    const waiting: PlacedPod[] = [];
    for (const pod of left) {
      const seat = bestSeat(board, pod);
      if (seat) {
        board.put(pod, seat);
        seatOf.set(podKey(pod), seat.name);
      } else waiting.push(pod);
    }
    placed = left.length - waiting.length;
    left = waiting;
  }
  return { seatOf, left };
}

/** CPU decides among sizes, then memory; one core weighs as much as 4 GiB. */
function sizeOf({ scheduling: { requests } }: PlacedPod): number {
  return (requests.cpu ?? 0) / 1000 + (requests.memory ?? 0) / 2 ** 32;
}

function bestSeat(board: Board, pod: PlacedPod): BoardSeat | undefined {
  let best: BoardSeat | undefined;
  for (const seat of board.seats) {
    if (board.obstacle(pod, seat) !== null) continue;
    if (best === undefined || board.free(seat, "cpu") > board.free(best, "cpu")) best = seat;
  }
  return best;
}

/** Counts what each node would say, as the scheduler does in its event. */
function reasonsOf(board: Board, pod: PlacedPod, ask: "obstacle" | "lastingObstacle"): Unplaced {
  const counts = new Map<string, number>();
  for (const seat of board.seats) {
    const reason = board[ask](pod, seat);
    if (reason !== null) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  }
  const reasons = [...counts].toSorted((a, b) => b[1] - a[1]).map(([reason, count]) => `${count}× ${reason}`);
  return { pod, reasons: reasons.length === 0 ? ["there is no other node"] : reasons };
}

/** A resource of which all pods together ask for more than the nodes they may go to have free. */
function shortageOf(board: Board, moving: readonly PlacedPod[]): PlacementAnswer | undefined {
  const needed = new Map<string, number>();
  for (const pod of moving) {
    for (const [resource, amount] of Object.entries(needsOf(pod))) {
      needed.set(resource, (needed.get(resource) ?? 0) + amount);
    }
  }
  const open = board.seats.filter((seat) => moving.some((pod) => board.lastingObstacle(pod, seat) === null));
  for (const [resource, amount] of needed) {
    const free = open.reduce((sum, seat) => sum + Math.max(0, board.free(seat, resource)), 0);
    if (amount > free) return { kind: "short", resource, needed: amount, free };
  }
  return undefined;
}
