import { createRandom, hashText } from "../../simulator/random.ts";

/** Chance for the making of a world; the same seed and part give the same. */
export interface Dice {
  /** A whole number from low to high, both included. */
  between(low: number, high: number): number;
  /** Whether something of this likelihood (0 to 1) comes true. */
  chance(likelihood: number): boolean;
  /** One of a list. */
  pick<T>(list: readonly T[]): T;
  /** The list in another order. */
  shuffle<T>(list: readonly T[]): T[];
  /** A random UUID (version 4). */
  uuid(): string;
  /** A number in [0, 1). */
  next(): number;
}

/** Makes the dice of one part of a world, so that parts do not disturb one another. */
export function createDice(seed: number, part: string): Dice {
  let state = hashText(`${seed}/${part}`);
  const random = createRandom(
    () => state,
    (next) => {
      state = next;
    },
  );
  const pick = <T>(list: readonly T[]): T => {
    const chosen = list[random.between(0, list.length - 1)];
    if (chosen === undefined) throw new Error("nothing to pick from");
    return chosen;
  };
  return {
    between: random.between,
    chance: (likelihood) => random.next() < likelihood,
    pick,
    shuffle(list) {
      const left = [...list];
      return list.map(() => left.splice(random.between(0, left.length - 1), 1)[0] as (typeof list)[number]);
    },
    uuid: random.uuid,
    next: random.next,
  };
}
