const BLACK = "[redacted]";
/** Shorter values would blacken half a log. */
const VALUE_MIN = 4;

const SECRET_NAME =
  /pass(?:word|wd|phrase)?$|pwd$|secret|token|credential|(?:api|access|account|private|shared|signing|encryption)[-_. ]?(?:access)?[-_. ]?key|connection[-_. ]?string/i;

/** Shapes of secrets that say of themselves what they are. */
const SHAPES: ReadonlyArray<readonly [RegExp, string]> = [
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g, BLACK],
  [/\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*/g, BLACK],
  [/\b(Bearer|Basic) +[\w.~+/=-]{8,}/gi, `$1 ${BLACK}`],
  [/\b([a-z][a-z0-9+.-]*:\/\/[^\s:/@]*):[^\s/@]+@/gi, `$1:${BLACK}@`],
  [/([?&](?:sig|signature|code|access_token|api[-_]key)=)[^&\s"']+/gi, `$1${BLACK}`],
];

/**
 * A name and what it is given, as `PASSWORD=x`, `password: "x"`, `"password":"x"`, or the last within a text of JSON. The
 * quotes stay, so that JSON stays JSON.
 */
const ASSIGNMENT =
  /(\\?["']|)([A-Za-z][\w.-]*)\1(\s*[=:]\s*)(?:(\\?)"((?:(?!\4")(?:[^"\\\n]|\\.))*)\4"|'((?:[^'\\\n]|\\.)*)'|([^\s,;&"'{}[\]\\]+))/g;

/** Whether a name is one that a secret goes by. */
export function isSecretName(name: string): boolean {
  return SECRET_NAME.test(name);
}

/**
 * Blackens what looks like a secret in what a program printed: values of names that secrets go by, tokens, keys, passwords in
 * URLs, and the values that are given. What is kept as evidence is read by many, and for years.
 *
 * @param known values that must not be seen wherever they stand; those of less than four characters are passed over
 */
export function redactSecrets(text: string, known: readonly string[] = []): string {
  let redacted = text;
  for (const value of known.filter(({ length }) => length >= VALUE_MIN)) redacted = redacted.replaceAll(value, BLACK);
  for (const [shape, instead] of SHAPES) redacted = redacted.replace(shape, instead);
  return redactAssignments(redacted);
}

/** A value that is none itself may hold others: a line of a log within JSON. */
function redactAssignments(text: string): string {
  return text.replace(ASSIGNMENT, (whole, quote: string, name: string, between: string, ...rest: unknown[]) => {
    const [slash = "", double, single, bare] = rest as Array<string | undefined>;
    const isSecret = isSecretName(name);
    const put = (value: string) => (isSecret ? BLACK : redactAssignments(value));
    const key = `${quote}${name}${quote}${between}`;
    if (double !== undefined) return `${key}${slash}"${put(double)}${slash}"`;
    if (single !== undefined) return `${key}'${put(single)}'`;
    // A bare value of a quoted name is a number, true, false or null of JSON.
    return !isSecret || quote.endsWith('"') || bare === undefined ? whole : `${key}${BLACK}`;
  });
}
