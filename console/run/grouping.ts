/** Below this many, all are shown as they come. */
const FEW = 8;

/** Parts of a long list: those that are shown, and those of one kind that are folded into a line each. */
export interface Grouped<T> {
  readonly shown: readonly T[];
  readonly folded: ReadonlyArray<{ readonly word: string; readonly items: readonly T[] }>;
}

/**
 * Keeps a long list short: what needs eyes stays, the rest is folded by its word, in the order in which the words come up.
 * Short lists stay whole. The order of the list is kept.
 *
 * @param foldedWord the word under which an item may be folded, undefined for what must be seen
 */
export function groupLong<T>(items: readonly T[], foldedWord: (item: T) => string | undefined): Grouped<T> {
  if (items.length <= FEW) return { shown: items, folded: [] };
  const shown: T[] = [];
  const folded = new Map<string, T[]>();
  for (const item of items) {
    const word = foldedWord(item);
    const members = word === undefined ? shown : folded.get(word);
    if (members) members.push(item);
    else if (word !== undefined) folded.set(word, [item]);
  }
  return { shown, folded: [...folded].map(([word, members]) => ({ word, items: members })) };
}
