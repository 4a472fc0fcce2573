type SubstitutionFunction = (value: string, ...args: string[]) => string;

const otherwise: SubstitutionFunction = (value, ...parts) => (value === "" ? parts.join("") : value);

const FUNCTIONS: Readonly<Record<string, SubstitutionFunction>> = {
  ",": (value) => value.charAt(0).toLowerCase() + value.slice(1),
  ",,": (value) => value.toLowerCase(),
  "^": (value) => value.charAt(0).toUpperCase() + value.slice(1),
  "^^": (value) => value.toUpperCase(),
  "#": (value, pattern = "") => trim(value, pattern, "shortest"),
  "##": (value, pattern = "") => trim(value, pattern, "longest"),
  "%": (value, pattern = "") => reversed(trim(reversed(value), reversed(pattern), "shortest")),
  "%%": (value, pattern = "") => reversed(trim(reversed(value), reversed(pattern), "longest")),
  ":": slice,
  "/": (value, from = "", to = "") => value.replace(from, () => to),
  "//": (value, from = "", to = "") => value.replaceAll(from, () => to),
  "/#": (value, from = "", to) => (to !== undefined && value.startsWith(from) ? to + value.slice(from.length) : value),
  "/%": (value, from = "", to) =>
    to !== undefined && value.endsWith(from) ? value.slice(0, value.length - from.length) + to : value,
};

/** The function of an operator of a substitution (fluxcd/pkg envsubst/funcs.go); what is none gives a default. */
export function substitutionFunction(operator: string, argumentCount: number): SubstitutionFunction {
  if (operator === "#" && argumentCount === 0) return (value) => String(new TextEncoder().encode(value).length);
  return FUNCTIONS[operator] ?? otherwise;
}

/** `${var:position:length}`; a position below zero counts from the end, what is no number changes nothing. */
function slice(value: string, position = "", length?: string): string {
  if (!/^[-+]?\d+$/.test(position)) return value;
  const start = Math.max(0, Number(position) < 0 ? value.length + Number(position) : Number(position));
  if (length === undefined) return value.slice(start);
  if (!/^[-+]?\d+$/.test(length)) return value;
  return value.slice(start, start + Math.max(0, Number(length)));
}

function reversed(text: string): string {
  return [...text].reverse().join("");
}

/** Takes the shortest or longest start that a pattern of a shell matches off a text. */
function trim(value: string, pattern: string, extent: "shortest" | "longest"): string {
  const expression = shellPattern(pattern);
  if (!expression) return value;
  const lengths = Array.from({ length: value.length }, (_, index) => index + 1);
  const order = extent === "shortest" ? lengths : lengths.reverse();
  const found = order.find((length) => expression.test(value.slice(0, length)));
  return found === undefined ? value : value.slice(found);
}

/** A shell pattern as a regular expression of the whole: `*`, `?`, `[a-z]`, `[^a]`, `\x`; undefined when malformed. */
function shellPattern(pattern: string): RegExp | undefined {
  const body = pattern.replace(/\\(.)|\[(\^?)((?:\\.|[^\]])+)\]|\*|\?|./gs, (token, escaped, not, characters) => {
    if (escaped !== undefined) return literal(escaped);
    if (characters !== undefined) return `[${not}${characters.replace(/[[\]]/g, "\\$&")}]`;
    if (token === "*") return ".*";
    return token === "?" ? "." : literal(token);
  });
  try {
    return new RegExp(`^(?:${body})$`, "su");
  } catch {
    return undefined;
  }
}

function literal(character: string): string {
  return /[\^$\\.*+?()[\]{}|/]/.test(character) ? `\\${character}` : character;
}
