/** Text that can be a function key: visible ASCII, which is also all that a header may carry. */
const KEY_PATTERN = /^[\x21-\x7e]{1,512}$/;

/** The key in what was typed or pasted, without the space around it; undefined when it can be none. */
export function readKey(text: string): string | undefined {
  const key = text.trim();
  return KEY_PATTERN.test(key) ? key : undefined;
}

/**
 * The key in an address that ends in `#code=KEY`; undefined in any other.
 * A key that is not percent-encoded is taken as it stands, `+` included: command lines print it so.
 */
export function keyInHash(hash: string): string | undefined {
  const code = /^#code=(.+)$/s.exec(hash)?.[1];
  if (code === undefined) return undefined;
  try {
    return readKey(decodeURIComponent(code));
  } catch {
    return readKey(code);
  }
}
