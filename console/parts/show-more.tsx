import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";

/** The first items of a list, and a button for the others. */
export function ShowMore<T>({
  items,
  first,
  children,
}: {
  readonly items: readonly T[];
  readonly first: number;
  /** Draws the items that are shown. */
  readonly children: (items: readonly T[]) => ComponentChildren;
}) {
  const [isWhole, setWhole] = useState(false);
  const isCut = !isWhole && items.length > first;
  return (
    <>
      {children(isCut ? items.slice(0, first) : items)}
      {isCut && (
        <button type="button" class="more" onClick={() => setWhole(true)}>
          Show {items.length - first} more
        </button>
      )}
    </>
  );
}
