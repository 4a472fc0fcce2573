/** What `fetch` says of a connection that could not be made, or broke (undici). */
const FETCH_MESSAGES: readonly string[] = ["fetch failed", "terminated"];

/**
 * Throws an error again that only wrong code can make. `fetch` reports a broken connection as a TypeError, too, which is
 * told by its cause or its message.
 */
export function throwIfMistake(error: unknown): void {
  const isMistake =
    error instanceof ReferenceError ||
    error instanceof RangeError ||
    (error instanceof TypeError && error.cause === undefined && !FETCH_MESSAGES.includes(error.message));
  if (isMistake) throw error;
}
