/** A change for people: `1.33.5 to 1.33.6`; what stays as it is is named once. */
export function changeText(from: string, to: string): string {
  return from === to ? to : `${from} to ${to}`;
}

const SUFFIXES: Readonly<Record<Intl.LDMLPluralRule, string>> = {
  zero: "th",
  one: "st",
  two: "nd",
  few: "rd",
  many: "th",
  other: "th",
};

/** Which try it is: `2nd try`, `11th try`. Nothing for the first, which goes without saying, and for what was never begun. */
export function attemptText(attempt: number): string {
  if (attempt < 2) return "";
  return `${attempt}${SUFFIXES[new Intl.PluralRules("en", { type: "ordinal" }).select(attempt)]} try`;
}
