import type { EntityContext } from "./durable.ts";

/** Name of the entity that keeps the events that could not be handled; one key a month, as `2026-11`. */
export const DEAD_LETTERS = "deadLetters";

/** Dead letters that a month keeps; those beyond are counted. */
const KEPT = 1_000;

/** Longest text of a letter's part: whoever sent the event may have written a megabyte. */
const TEXT_LIMIT = 500;

/** An event that could not be handled, and why. */
export interface DeadLetter {
  readonly at: string;
  readonly code: string;
  readonly reason: string;
  readonly eventId: string;
  readonly eventType: string;
  readonly source: string;
}

/** A month's dead letters, newest first. */
export interface DeadLetterList {
  readonly letters: readonly DeadLetter[];
  readonly dropped: number;
}

/** Adds a letter, its texts cut to a length; one that is sent again stands once. Pure. */
export function lettersAfter(list: DeadLetterList, sent: DeadLetter): DeadLetterList {
  const letter: DeadLetter = {
    ...sent,
    reason: cut(sent.reason),
    eventId: cut(sent.eventId),
    eventType: cut(sent.eventType),
    source: cut(sent.source),
  };
  const isSame = (other: DeadLetter) => other.eventId === letter.eventId && other.source === letter.source;
  if (letter.eventId !== "" && list.letters.some(isSame)) return list;
  const letters = [letter, ...list.letters];
  return { letters: letters.slice(0, KEPT), dropped: list.dropped + Math.max(0, letters.length - KEPT) };
}

function cut(text: string): string {
  return text.length > TEXT_LIMIT ? `${text.slice(0, TEXT_LIMIT - 1)}…` : text;
}

/** The `deadLetters` entity; its one operation is `add`. */
export function deadLetters(context: EntityContext<DeadLetterList>): void {
  const empty: DeadLetterList = { letters: [], dropped: 0 };
  const list = context.df.getState(() => empty) ?? empty;
  context.df.setState(lettersAfter(list, context.df.getInput() as DeadLetter));
}
