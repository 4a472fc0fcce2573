import { RenderProblem } from "../kustomize-error.ts";

type Requirement = (labels: ReadonlyMap<string, string>) => boolean;

/**
 * Reads a selector of Kubernetes (`app=web,tier in (a, b),!canary`) as a test of labels; an empty one selects all.
 * Throws a RenderProblem for what is none.
 */
export function parseLabelSelector(selector: string): Requirement {
  if (selector.trim() === "") return () => true;
  const requirements = selector.split(/,(?![^()]*\))/).map((part) => requirement(part.trim(), selector));
  return (labels) => requirements.every((holds) => holds(labels));
}

function requirement(part: string, selector: string): Requirement {
  const set = /^([^\s!=<>(),]+)\s+(in|notin)\s*\(([^()]*)\)$/.exec(part);
  if (set) {
    const [, key = "", operator, list = ""] = set;
    const values = list.split(",").map((value) => value.trim());
    return (labels) => values.includes(labels.get(key) ?? "\0") === (operator === "in");
  }
  const compared = /^([^\s!=<>(),]+)\s*(==|=|!=|>|<)\s*([^\s!=<>(),]*)$/.exec(part);
  if (compared) {
    const [, key = "", operator, value = ""] = compared;
    if (operator === "!=") return (labels) => labels.get(key) !== value;
    if (operator === ">" || operator === "<") return (labels) => isBeyond(labels.get(key), operator, Number(value));
    return (labels) => labels.get(key) === value;
  }
  const present = /^(!?)\s*([^\s!=<>(),]+)$/.exec(part);
  if (!present) throw new RenderProblem(`${selector} is no label selector`);
  const [, not, key = ""] = present;
  return (labels) => labels.has(key) === (not === "");
}

function isBeyond(label: string | undefined, operator: string, limit: number): boolean {
  if (label === undefined || !/^-?\d+$/.test(label)) return false;
  return operator === ">" ? Number(label) > limit : Number(label) < limit;
}
