import type { Collection } from "../state/store.ts";

/** Finds the entries of a collection that belong together, without looking at all of them. Follows every change. */
export class GroupIndex<T> {
  readonly #groups = new Map<string, Set<string>>();
  readonly #collection: Collection<T>;

  /** `groupOf` tells an entry's group; undefined when it is in none. */
  constructor(collection: Collection<T>, groupOf: (value: T) => string | undefined) {
    this.#collection = collection;
    for (const key of collection.keys()) {
      const value = collection.get(key);
      if (value !== undefined) this.#add(groupOf(value), key);
    }
    collection.onChange((key, before, after) => {
      if (before !== undefined) this.#remove(groupOf(before), key);
      if (after !== undefined) this.#add(groupOf(after), key);
    });
  }

  /** The entries of a group, in key order. */
  valuesOf(group: string): T[] {
    const keys = this.#groups.get(group);
    return keys ? [...keys].sort().flatMap((key) => this.#collection.get(key) ?? []) : [];
  }

  #add(group: string | undefined, key: string): void {
    if (group === undefined) return;
    const keys = this.#groups.get(group);
    if (keys) keys.add(key);
    else this.#groups.set(group, new Set([key]));
  }

  #remove(group: string | undefined, key: string): void {
    if (group === undefined) return;
    const keys = this.#groups.get(group);
    keys?.delete(key);
    if (keys?.size === 0) this.#groups.delete(group);
  }
}
