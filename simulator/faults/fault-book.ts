import { z } from "zod";
import { createRandom, hashText, type Random } from "../random.ts";
import type { Collection } from "../state/store.ts";
import type { World } from "../world.ts";
import type { RandomFaults, RandomKind } from "./scenario.ts";

/** Which of those that match are hit. */
interface Hits {
  readonly nth: number;
  readonly count: number;
}

/**
 * Keeps the books of faults: how often each rule has matched, what was drawn for what, and how many of each kind there have
 * been. Kept with the world, so that a restart does not begin anew.
 */
export class FaultBook {
  readonly #world: World;
  readonly #random: RandomFaults | undefined;
  readonly #matches: Collection<number>;
  readonly #counts: Collection<number>;

  constructor(world: World, random: RandomFaults | undefined) {
    this.#world = world;
    this.#random = random;
    this.#matches = world.store.collection("faults", (value) => z.number().parse(value));
    this.#counts = world.store.collection("fault-counts", (value) => z.number().parse(value));
  }

  /** Notes a match of a rule; says whether this one is hit. */
  hits(rule: string, { nth, count }: Hits): boolean {
    const match = this.#count(this.#matches, rule);
    return match >= nth && match < nth + count;
  }

  /**
   * Draws for a subject: which of `possible` happens to it, if any, and chance for its details. What is drawn depends on the
   * seed, on the subject and on how often it came, and on nothing else: things that happen side by side do not disturb it.
   */
  draw(
    subject: string,
    possible: readonly RandomKind[],
  ): { readonly kind: RandomKind; readonly random: Random } | undefined {
    const { rate = 0, kinds = [], untilHours = 0 } = this.#random ?? {};
    const candidates = kinds.filter((kind) => possible.includes(kind));
    if (candidates.length === 0) return undefined;
    const time = this.#count(this.#matches, `random ${subject}`);
    if (this.#world.clock.nowMs() > this.#world.startMs + untilHours * 3_600_000) return undefined;
    let state = hashText(`${this.#world.seed}/faults/${subject}/${time}`);
    const random = createRandom(
      () => state,
      (next) => {
        state = next;
      },
    );
    if (random.next() >= rate) return undefined;
    const kind = candidates[random.between(0, candidates.length - 1)];
    return kind === undefined ? undefined : { kind, random };
  }

  /** Notes that a fault of this kind was injected. */
  note(kind: string): void {
    this.#count(this.#counts, kind);
  }

  /** How many faults of each kind have been injected, by kind in alphabetical order. */
  counts(): Record<string, number> {
    const kinds = this.#counts.keys().sort();
    return Object.fromEntries(kinds.map((kind) => [kind, this.#counts.get(kind) ?? 0]));
  }

  #count(collection: Collection<number>, key: string): number {
    const count = (collection.get(key) ?? 0) + 1;
    this.#world.store.transaction(() => collection.put(key, count));
    return count;
  }
}
