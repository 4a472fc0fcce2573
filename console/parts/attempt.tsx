const SUFFIXES: Readonly<Record<Intl.LDMLPluralRule, string>> = {
  zero: "th",
  one: "st",
  two: "nd",
  few: "rd",
  many: "th",
  other: "th",
};

/** Which try it is: `2nd try`. Nothing for the first, which goes without saying, and for what was never begun. */
export function Attempt({ count }: { readonly count: number }) {
  if (count < 2) return null;
  const suffix = SUFFIXES[new Intl.PluralRules("en", { type: "ordinal" }).select(count)];
  return (
    <span class="facts">
      {count}
      {suffix} try
    </span>
  );
}
