import { compare, maxSatisfying, valid } from "semver";
import { isObject } from "../kubernetes/model/list-keys.ts";

type Json = Readonly<Record<string, unknown>>;

/**
 * The tag that a policy chooses, after the filter has been over the tags; undefined when none fits. Throws an Error with a
 * sentence for a policy or pattern that cannot be read.
 */
export function chooseTag(tags: readonly string[], policy: Json, filterTags: unknown): string | undefined {
  const filtered = filterOf(tags, filterTags);
  const chosen = chooseFrom([...filtered.keys()], policy);
  return chosen === undefined ? undefined : filtered.get(chosen);
}

/** Tags that pass the filter, by what the policy is to compare. */
function filterOf(tags: readonly string[], filterTags: unknown): Map<string, string> {
  if (!isObject(filterTags) || typeof filterTags.pattern !== "string") return new Map(tags.map((tag) => [tag, tag]));
  // RE2 writes named groups as (?P<name>...).
  const pattern = new RegExp(filterTags.pattern.replaceAll("(?P<", "(?<"));
  const extract = typeof filterTags.extract === "string" ? filterTags.extract : undefined;
  return new Map(
    tags.flatMap((tag) => {
      const match = pattern.exec(tag);
      if (!match) return [];
      const key = extract?.replace(
        /\$\{?(\w+)\}?/g,
        (_, name: string) => match.groups?.[name] ?? match[Number(name)] ?? "",
      );
      return [[key ?? tag, tag] as const];
    }),
  );
}

function chooseFrom(values: readonly string[], policy: Json): string | undefined {
  if (isObject(policy.semver)) {
    const range = String(policy.semver.range);
    const found = maxSatisfying([...values.filter((value) => valid(value) !== null)].sort(compare), range);
    return found ?? undefined;
  }
  if (isObject(policy.numerical)) {
    const numbers = values.filter((value) => value !== "" && Number.isFinite(Number(value)));
    const sorted = [...numbers].sort((left, right) => Number(left) - Number(right));
    return policy.numerical.order === "desc" ? sorted[0] : sorted.at(-1);
  }
  if (isObject(policy.alphabetical)) {
    const sorted = [...values].sort();
    return policy.alphabetical.order === "desc" ? sorted[0] : sorted.at(-1);
  }
  throw new Error("invalid policy: one of semver, numerical or alphabetical is required");
}
