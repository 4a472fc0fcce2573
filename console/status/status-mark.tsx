import type { JSX } from "preact";
import type { Status, Tone } from "./tone.ts";

/** A shape for each tone, so that no status is told by its colour alone. Drawn in a box of 16. */
const SHAPES: Readonly<Record<Tone, JSX.Element>> = {
  good: (
    <>
      <circle cx="8" cy="8" r="7" fill="currentColor" />
      <path d="m4.8 8.3 2.2 2.2 4.2-4.6" class="cut" />
    </>
  ),
  bad: (
    <>
      <path d="M5.1 1h5.8L15 5.1v5.8L10.9 15H5.1L1 10.9V5.1z" fill="currentColor" />
      <path d="m5.5 5.5 5 5m0-5-5 5" class="cut" />
    </>
  ),
  blocked: (
    <>
      <circle cx="8" cy="8" r="7" fill="currentColor" />
      <path d="M4.5 8h7" class="cut" />
    </>
  ),
  warning: (
    <>
      <path d="M8 1.2 15.4 14.5H.6z" fill="currentColor" />
      <path d="M8 6v4m0 1.6v.8" class="cut" />
    </>
  ),
  active: (
    <>
      <circle cx="8" cy="8" r="6" class="line" />
      <path d="M8 2a6 6 0 0 1 0 12z" fill="currentColor" />
    </>
  ),
  waiting: (
    <>
      <circle cx="8" cy="8" r="6" class="line" />
      <path d="M8 4.5V8l2.4 1.6" class="line" />
    </>
  ),
  idle: <circle cx="8" cy="8" r="5.5" class="line" />,
  skipped: (
    <>
      <circle cx="8" cy="8" r="6" class="line" />
      <path d="m4 12 8-8" class="line" />
    </>
  ),
};

/** A status as shape and word. */
export function StatusMark({ status: { tone, word } }: { readonly status: Status }) {
  return (
    <span class={`status ${tone}`}>
      <svg viewBox="0 0 16 16" aria-hidden="true" focusable="false">
        {SHAPES[tone]}
      </svg>
      {word}
    </span>
  );
}
