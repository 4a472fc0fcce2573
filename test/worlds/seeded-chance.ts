import crypto from "node:crypto";
import { syncBuiltinESMExports } from "node:module";
import type { Dice } from "./dice.ts";

/** Lets everything in the process draw from the dice, the SDKs' retries included, until the answer is called. */
export function seedChance(dice: Dice): () => void {
  const real = { random: Math.random, randomUUID: crypto.randomUUID };
  const randomUUID = () => dice.uuid() as ReturnType<typeof crypto.randomUUID>;
  Math.random = () => dice.next();
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
