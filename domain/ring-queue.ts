import type { ClusterOutcome } from "./verdict.ts";

/** A cluster that waits for its turn, and how long its upgrade is expected to take. */
export interface QueuedCluster {
  readonly name: string;
  readonly attempt: number;
  readonly totalMs: number;
  readonly pieceMs: number;
}

/** A cluster that a lane has taken. */
export interface TakenCluster extends QueuedCluster {
  readonly lane: string;
}

/** How a ring's clusters stand. */
export interface RingQueue {
  readonly todo: readonly QueuedCluster[];
  readonly running: readonly TakenCluster[];
  readonly ended: ReadonlyArray<{ readonly name: string; readonly attempt: number; readonly outcome: ClusterOutcome }>;
  /** How many clusters may fail before no other is begun. */
  readonly allowedFailures: number;
  /** Why no other is begun, if so. */
  readonly stopped: string | null;
}

export const EMPTY_QUEUE: RingQueue = { todo: [], running: [], ended: [], allowedFailures: 0, stopped: null };

/** Begins a round with clusters that are to be done; outcomes of those that are done again are forgotten. */
export function fillQueue(queue: RingQueue, todo: readonly QueuedCluster[], allowedFailures: number): RingQueue {
  const again = new Set(todo.map(({ name }) => name));
  const ended = queue.ended.filter(({ name }) => !again.has(name));
  return { todo, running: [], ended, allowedFailures, stopped: null };
}

/**
 * Takes the next cluster for a lane, in the order of fleet.yaml; null when none is left or none may be begun. A lane that asks
 * again before it has ended what it took is given the same.
 */
export function takeNext(
  queue: RingQueue,
  lane: string,
): { readonly queue: RingQueue; readonly next: QueuedCluster | null } {
  const held = queue.running.find((cluster) => cluster.lane === lane);
  if (held !== undefined) return { queue, next: held };
  const [next, ...todo] = queue.todo;
  if (next === undefined || queue.stopped !== null) return { queue, next: null };
  return { queue: { ...queue, todo, running: [...queue.running, { ...next, lane }] }, next };
}

/** Puts a cluster back that was taken and not begun. */
export function putBack(queue: RingQueue, name: string): RingQueue {
  const taken = queue.running.find((cluster) => cluster.name === name);
  if (taken === undefined) return queue;
  const { lane: _, ...cluster } = taken;
  return { ...queue, todo: [cluster, ...queue.todo], running: queue.running.filter((other) => other !== taken) };
}

/** Notes how a cluster ended; a failure beyond the budget stops the queue. Noting it twice is harmless. */
export function noteOutcome(queue: RingQueue, name: string, outcome: ClusterOutcome): RingQueue {
  const cluster = queue.running.find((running) => running.name === name);
  if (cluster === undefined) return queue;
  const running = queue.running.filter((other) => other !== cluster);
  const ended = [...queue.ended, { name, attempt: cluster.attempt, outcome }];
  const noted = { ...queue, running, ended };
  return { ...noted, stopped: queue.stopped ?? stopReason(noted) };
}

function stopReason({ ended, allowedFailures }: RingQueue): string | null {
  if (ended.some(({ outcome }) => outcome === "cancelled")) return "cancelled";
  const failures = ended.filter(({ outcome }) => isFailure(outcome));
  if (failures.length <= allowedFailures) return null;
  const budget = allowedFailures === 0 ? "" : `, and ${allowedFailures} may fail`;
  return `halted: ${failures.map(({ name, outcome }) => `${name} ${said(outcome)}`).join(", ")}${budget}`;
}

/** Whether a cluster counts against the ring's failure budget. */
export function isFailure(outcome: ClusterOutcome): boolean {
  return outcome === "failed" || outcome === "blocked";
}

function said(outcome: ClusterOutcome): string {
  return outcome === "blocked" ? "is blocked" : outcome;
}

/** Decides what an operation makes of a queue, and what it answers. Pure; an operation that is not known only reads. */
export function queueAfter(
  queue: RingQueue,
  operation: string,
  input: unknown,
): { readonly queue: RingQueue; readonly answer: unknown } {
  switch (operation) {
    case "fill": {
      const { clusters, allowedFailures } = input as { clusters: readonly QueuedCluster[]; allowedFailures: number };
      return { queue: fillQueue(queue, clusters, allowedFailures), answer: null };
    }
    case "take": {
      const taken = takeNext(queue, input as string);
      return { queue: taken.queue, answer: taken.next };
    }
    case "putBack":
      return { queue: putBack(queue, input as string), answer: null };
    case "stop":
      return { queue: { ...queue, stopped: queue.stopped ?? (input as string) }, answer: null };
    case "end": {
      const { name, outcome } = input as { readonly name: string; readonly outcome: ClusterOutcome };
      return { queue: noteOutcome(queue, name, outcome), answer: null };
    }
    default:
      return { queue, answer: queue };
  }
}
