import type { FaultBook } from "./fault-book.ts";

/** The first rule that hits; every one that matches counts, also behind the first. */
export function hit<R extends { readonly match: object; readonly nth: number; readonly count: number }>(
  book: FaultBook,
  list: string,
  rules: readonly R[],
  matches: (match: R["match"]) => boolean,
): R | undefined {
  let found: R | undefined;
  for (const [index, rule] of rules.entries()) {
    if (matches(rule.match) && book.hits(`${list} ${index}`, rule)) found ??= rule;
  }
  return found;
}

/** Whether every pattern of a match is found in the fact of its name. */
export function agrees(match: object, facts: object): boolean {
  return Object.entries(match).every(([name, pattern]) => {
    const fact: unknown = Reflect.get(facts, name);
    return pattern === undefined || new RegExp(`^(?:${pattern})$`, "i").test(String(fact ?? ""));
  });
}
