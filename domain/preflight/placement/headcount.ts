/** Who is where, and how many of some kind are on each seat without counting all of them again. */
export interface Headcount<T> {
  add(seat: string, member: T): void;
  /** Changes with each `add`. */
  version(): number;
  /**
   * How many members of a kind are on each seat. The kind is what `of` and `how` stand for together: it is counted once and
   * then kept up as members come, so `isOne` must always answer the same for them.
   */
  matching(of: object, how: string, isOne: (member: T) => boolean): ReadonlyMap<string, number>;
}

interface Count<T> {
  readonly isOne: (member: T) => boolean;
  readonly bySeat: Map<string, number>;
}

/** Starts with nobody anywhere. */
export function createHeadcount<T>(seats: readonly string[]): Headcount<T> {
  const members = new Map<string, T[]>(seats.map((seat) => [seat, []]));
  const counts = new Map<string, Count<T>>();
  const texts = new Map<object, string>();
  let version = 0;
  /** Pods of one owner ask for the same in objects of their own: what they say decides, not which object says it. */
  const textOf = (of: object) => {
    const known = texts.get(of) ?? JSON.stringify(of);
    texts.set(of, known);
    return known;
  };
  return {
    version: () => version,
    add(seat, member) {
      version += 1;
      members.get(seat)?.push(member);
      for (const { isOne, bySeat } of counts.values()) {
        if (isOne(member)) bySeat.set(seat, (bySeat.get(seat) ?? 0) + 1);
      }
    },
    matching(of, how, isOne) {
      const kind = `${how} ${textOf(of)}`;
      const known = counts.get(kind);
      if (known) return known.bySeat;
      const bySeat = new Map<string, number>();
      for (const [seat, there] of members) {
        const count = there.filter(isOne).length;
        if (count > 0) bySeat.set(seat, count);
      }
      counts.set(kind, { isOne, bySeat });
      return bySeat;
    },
  };
}
