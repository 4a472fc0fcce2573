import crypto from "node:crypto";
import { syncBuiltinESMExports } from "node:module";
import { createDice } from "./dice.ts";

/**
 * Lets everything in the process draw from the seed, the SDKs' retries included, until the answer is called. Ids and numbers
 * come from dice of their own: some libraries draw a number when they are first loaded, which is in one world only.
 */
export function seedChance(seed: number): () => void {
  const ids = createDice(seed, "ids");
  const numbers = createDice(seed, "numbers");
  const real = { random: Math.random, randomUUID: crypto.randomUUID };
  const randomUUID = () => ids.uuid() as ReturnType<typeof crypto.randomUUID>;
  Math.random = () => numbers.next();
  Object.assign(crypto, { randomUUID });
  Object.defineProperty(globalThis.crypto, "randomUUID", { value: randomUUID, configurable: true });
  syncBuiltinESMExports();
  return () => {
    Math.random = real.random;
    Object.assign(crypto, { randomUUID: real.randomUUID });
    Reflect.deleteProperty(globalThis.crypto, "randomUUID");
    syncBuiltinESMExports();
  };
}
