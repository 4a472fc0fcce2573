import type { LabelSelector, SelectorRequirement } from "./facts.ts";

const KEY = "[A-Za-z0-9](?:[-A-Za-z0-9_./]*[A-Za-z0-9])?";
const VALUE = "(?:[A-Za-z0-9](?:[-A-Za-z0-9_.]*[A-Za-z0-9])?)?";
const EQUALITY = new RegExp(`^(${KEY})\\s*(==|=|!=)\\s*(${VALUE})$`);
const SET = new RegExp(`^(${KEY})\\s+(in|notin)\\s+\\(\\s*(${VALUE}(?:\\s*,\\s*${VALUE})*)\\s*\\)$`);
const EXISTS = new RegExp(`^(!?)\\s*(${KEY})$`);

/**
 * Reads a label selector as kubectl's `-l` takes it (`app=cart,tier in (web,api),!canary`); undefined when it is none. Empty,
 * it selects everything.
 */
export function parseLabelSelector(text: string): LabelSelector | undefined {
  const terms = text.trim() === "" ? [] : text.split(/,(?![^(]*\))/).map((term) => term.trim());
  const requirements = terms.map(requirementOf);
  return requirements.every((found) => found !== undefined)
    ? { matchLabels: {}, matchExpressions: requirements }
    : undefined;
}

function requirementOf(term: string): SelectorRequirement | undefined {
  const [, key, sign, value] = EQUALITY.exec(term) ?? [];
  if (key !== undefined && value !== undefined)
    return { key, operator: sign === "!=" ? "NotIn" : "In", values: [value] };
  const [, member, word, list] = SET.exec(term) ?? [];
  if (member !== undefined && list !== undefined) {
    const values = list.split(",").map((one) => one.trim());
    return { key: member, operator: word === "in" ? "In" : "NotIn", values };
  }
  const [, not, label] = EXISTS.exec(term) ?? [];
  return label === undefined
    ? undefined
    : { key: label, operator: not === "!" ? "DoesNotExist" : "Exists", values: [] };
}
