import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";

/** What a disclosure is made from. */
export interface DisclosureProps {
  readonly summary: ComponentChildren;
  readonly class?: string;
  /** Whether it is open until someone opens or closes it by hand. */
  readonly isOpen: boolean;
  /** Draws what it holds; called only while it is open, so that what is closed costs nothing. */
  readonly children: () => ComponentChildren;
}

/** Something that can be opened. It follows `isOpen` until a person has chosen otherwise. */
export function Disclosure({ summary, class: name, isOpen, children }: DisclosureProps) {
  const [chosen, choose] = useState<boolean | undefined>(undefined);
  const open = chosen ?? isOpen;
  return (
    <details
      class={name}
      open={open}
      onToggle={(event) => {
        // Told of every change, also of those that were drawn: only a person's differs from what was drawn.
        if (event.currentTarget.open !== open) choose(event.currentTarget.open);
      }}
    >
      <summary>{summary}</summary>
      {open && children()}
    </details>
  );
}
