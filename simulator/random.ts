/** A repeatable source of randomness: its whole state is one 32-bit number, kept with the world. */
export interface Random {
  /** A number in [0, 1). */
  next(): number;
  /** A whole number in [low, high], both ends included. */
  between(low: number, high: number): number;
  /** A random (version 4) UUID. */
  uuid(): string;
  /** `length` characters of the alphabet Kubernetes uses for generated names (no vowels, no look-alikes). */
  suffix(length: number): string;
}

const NAME_ALPHABET = "bcdfghjklmnpqrstvwxz2456789";

/** Turns any text into a 32-bit seed (FNV-1a). */
export function hashText(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  return hash >>> 0;
}

/** Makes a generator (mulberry32) over a state that `read` supplies and `write` keeps. */
export function createRandom(read: () => number, write: (state: number) => void): Random {
  function next(): number {
    const state = (read() + 0x6d2b79f5) >>> 0;
    write(state);
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  }
  const between = (low: number, high: number) => low + Math.floor(next() * (high - low + 1));
  const hex = (length: number) => Array.from({ length }, () => between(0, 15).toString(16)).join("");
  return {
    next,
    between,
    uuid: () => `${hex(8)}-${hex(4)}-4${hex(3)}-${(8 + between(0, 3)).toString(16)}${hex(3)}-${hex(12)}`,
    suffix: (length) =>
      Array.from({ length }, () => NAME_ALPHABET.charAt(between(0, NAME_ALPHABET.length - 1))).join(""),
  };
}
