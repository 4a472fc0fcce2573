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

/** The world's future: due actions in the order of their instants, first asked first among equals. */
export class Agenda {
  readonly #actions: Collection<DueAction>;
  #sorted: DueAction[];
  #nextOrder: number;

  constructor(store: Store) {
    this.#actions = store.collection("agenda", (value) => dueActionSchema.parse(value));
    this.#sorted = this.#actions.values().sort(compare);
    this.#nextOrder = Math.max(0, ...this.#sorted.map((action) => action.order)) + 1;
    this.#actions.onChange((_key, before, after) => {
      if (before) this.#sorted.splice(this.#position(before), 1);
      if (after) this.#sorted.splice(this.#position(after), 0, after);
    });
  }

  /** Puts an action on the agenda; `dueMs` on the simulator's clock. */
  schedule(dueMs: number, kind: string, args: Record<string, string>): void {
    const order = this.#nextOrder++;
    this.#actions.put(String(order), { order, dueMs, kind, args });
  }

  /** The action that is due first, if there is any. */
  first(): DueAction | undefined {
    return this.#sorted[0];
  }

  remove(action: DueAction): void {
    this.#actions.delete(String(action.order));
  }

  #position(action: DueAction): number {
    let low = 0;
    let high = this.#sorted.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const other = this.#sorted[middle];
      if (other && compare(other, action) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

function compare(left: DueAction, right: DueAction): number {
  return left.dueMs - right.dueMs || left.order - right.order;
}
