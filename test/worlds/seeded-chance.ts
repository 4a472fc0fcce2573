import { AsyncLocalStorage } from "node:async_hooks";
import crypto from "node:crypto";
import { syncBuiltinESMExports } from "node:module";
import { createDice, type Dice } from "./dice.ts";

/** What a world draws from. Ids have dice of their own, so that a number more or less changes no id. */
interface Chance {
  readonly ids: Dice;
  readonly numbers: Dice;
}

const chances = new AsyncLocalStorage<Chance>();
let installed = false;

/**
 * Runs `work`, and whatever it starts, on the chance of a seed, the SDKs' included. What an earlier world has left running
 * goes on drawing from its own seed, so worlds do not disturb one another.
 */
export function withChance<T>(seed: number, work: () => T): T {
  install();
  return chances.run({ ids: createDice(seed, "ids"), numbers: createDice(seed, "numbers") }, work);
}

/** Puts the seeded versions in place, once a process and before others wrap them. Outside of a world they do what they did. */
function install(): void {
  if (installed) return;
  installed = true;
  const { random } = Math;
  const { randomUUID, randomBytes } = crypto;
  const { getRandomValues } = globalThis.crypto;
  const seededUuid = () => (chances.getStore()?.ids.uuid() as ReturnType<typeof randomUUID>) ?? randomUUID();
  Math.random = () => (chances.getStore()?.numbers ?? { next: random }).next();
  const fill = <T extends ArrayBufferView>(array: T, { ids }: Chance): T => {
    const bytes = new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
    for (let index = 0; index < bytes.length; index += 1) bytes[index] = ids.between(0, 255);
    return array;
  };
  Object.assign(crypto, {
    randomUUID: seededUuid,
    randomBytes(size: number, callback?: (error: Error | null, bytes: Buffer) => void) {
      const chance = chances.getStore();
      if (!chance || callback) return callback ? randomBytes(size, callback) : randomBytes(size);
      return fill(Buffer.alloc(size), chance);
    },
  });
  Object.defineProperties(globalThis.crypto, {
    randomUUID: { value: seededUuid, configurable: true, writable: true },
    getRandomValues: {
      value<T extends ArrayBufferView>(array: T): T {
        const chance = chances.getStore();
        return chance ? fill(array, chance) : (getRandomValues.call(globalThis.crypto, array as never) as T);
      },
      configurable: true,
      writable: true,
    },
  });
  syncBuiltinESMExports();
}
