/**
 * Throws an error again that only wrong code can make. `fetch` reports a broken connection as a TypeError, too, but then names
 * its cause.
 */
export function throwIfMistake(error: unknown): void {
  const isMistake =
    error instanceof ReferenceError ||
    error instanceof RangeError ||
    (error instanceof TypeError && error.cause === undefined);
  if (isMistake) throw error;
}
