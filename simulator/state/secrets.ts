import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import { z } from "zod";
import type { Collection, Store } from "./store.ts";

/** The keys of this world, made when first asked for and kept with its state. Not part of what a seed decides. */
export class Secrets {
  readonly #store: Store;
  readonly #values: Collection<string>;

  constructor(store: Store) {
    this.#store = store;
    this.#values = store.collection("secrets", (value) => z.string().parse(value));
  }

  /** The secret of this name: 32 hexadecimal digits, unless it was set. */
  get(name: string): string {
    return this.keep(name, () => randomBytes(16).toString("hex"));
  }

  /** The secret of this name; when there is none yet, what `make` makes is kept. */
  keep(name: string, make: () => string): string {
    const known = this.#values.get(name);
    if (known !== undefined) return known;
    const made = make();
    this.set(name, made);
    return made;
  }

  set(name: string, value: string): void {
    this.#store.transaction(() => this.#values.put(name, value));
  }

  /** Whether `offered` is the secret of this name; takes the same time whatever is offered. */
  matches(name: string, offered: string): boolean {
    return sameText(this.get(name), offered);
  }

  /** A signature over a text, by the secret of this name. */
  sign(name: string, text: string): string {
    return createHmac("sha256", this.get(name)).update(text).digest("base64url");
  }
}

/** Compares texts in constant time. */
export function sameText(left: string, right: string): boolean {
  const digest = (text: string) => createHmac("sha256", "compare").update(text).digest();
  return timingSafeEqual(digest(left), digest(right));
}
