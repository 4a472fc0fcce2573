import { z } from "zod";
import type { Collection, Store } from "./store.ts";

/** Something that will happen at an instant, as data, so that it survives the process. */
const dueActionSchema = z.object({
  order: z.number(),
  dueMs: z.number(),
  kind: z.string(),
  args: z.record(z.string(), z.string()),
});

export type DueAction = z.infer<typeof dueActionSchema>;

/**
 * The world's future: due actions in the order of their instants, first asked first among equals. A heap, because there may
 * be hundreds of thousands; what is no longer to happen stays in it until it comes up.
 */
export class Agenda {
  readonly #actions: Collection<DueAction>;
  readonly #heap: DueAction[];
  #nextOrder: number;

  constructor(store: Store) {
    this.#actions = store.collection("agenda", (value) => dueActionSchema.parse(value));
    // A sorted list is a heap.
    this.#heap = this.#actions.values().sort(compare);
    this.#nextOrder = this.#heap.reduce((most, { order }) => Math.max(most, order), 0) + 1;
    this.#actions.onChange((_key, _before, after) => {
      if (after) push(this.#heap, after);
    });
  }

  /** Puts an action on the agenda; `dueMs` on the simulator's clock. */
  schedule(dueMs: number, kind: string, args: Record<string, string>): void {
    const order = this.#nextOrder++;
    this.#actions.put(String(order), { order, dueMs, kind, args });
  }

  /** The action that is due first, if there is any. */
  first(): DueAction | undefined {
    for (;;) {
      const [first] = this.#heap;
      if (!first || this.#actions.get(String(first.order)) === first) return first;
      pop(this.#heap);
    }
  }

  remove(action: DueAction): void {
    this.#actions.delete(String(action.order));
  }
}

function push(heap: DueAction[], action: DueAction): void {
  let at = heap.push(action) - 1;
  while (at > 0) {
    const above = (at - 1) >>> 1;
    const parent = heap[above];
    if (!parent || compare(parent, action) <= 0) break;
    heap[at] = parent;
    at = above;
  }
  heap[at] = action;
}

function pop(heap: DueAction[]): void {
  const last = heap.pop();
  if (!last || heap.length === 0) return;
  let at = 0;
  for (;;) {
    const below = smallerChild(heap, at);
    const child = heap[below];
    if (!child || compare(child, last) >= 0) break;
    heap[at] = child;
    at = below;
  }
  heap[at] = last;
}

function smallerChild(heap: readonly DueAction[], at: number): number {
  const left = heap[2 * at + 1];
  const right = heap[2 * at + 2];
  return left && right && compare(right, left) < 0 ? 2 * at + 2 : 2 * at + 1;
}

function compare(left: DueAction, right: DueAction): number {
  return left.dueMs - right.dueMs || left.order - right.order;
}
