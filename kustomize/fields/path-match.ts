import { RenderProblem } from "../kustomize-error.ts";
import { goPattern } from "../select/select.ts";
import {
  bareNode,
  emptyNode,
  fieldOf,
  isMissing,
  setField,
  textOf,
  type YamlList,
  type YamlNode,
} from "../yaml/node.ts";

/**
 * All nodes at a path of names, indexes, `[key=value]` and `*` (kyaml yaml/match.go). With `create`, what is missing on
 * the way is made, and a leaf of that kind; undefined when nothing matches. Throws a RenderProblem for what the path
 * meets and cannot enter. The values of `[key=value]` are regular expressions that match anywhere, as in kustomize.
 */
export function matchPath(
  node: YamlNode,
  path: readonly string[],
  create: YamlNode["kind"] | undefined,
): YamlNode[] | undefined {
  const [part, ...rest] = path;
  if (part === undefined) return [node];
  if (isIndex(part)) return matchIndex(node, path, create);
  if (isItem(part)) return matchItems(node, path, create);
  if (part === "*") {
    const found = itemsOf(node, part).flatMap((item) => matchPath(item, rest, create) ?? []);
    return found.length === 0 ? undefined : found;
  }
  return matchField(node, path, create);
}

/** The one node at a path, nothing made; undefined when it is not there (kyaml yaml/fns.go, PathGetter). */
export function lookUp(node: YamlNode, path: readonly string[]): YamlNode | undefined {
  let found: YamlNode | undefined = node;
  for (const part of path.map((name) => name.trim()).filter((name) => name !== "")) {
    if (found === undefined) return undefined;
    found = step(found, part);
  }
  return found;
}

function step(node: YamlNode, part: string): YamlNode | undefined {
  if (part === "*") throw new RenderProblem("* is not for sources, which are one value");
  if (part === "-") return itemsOf(node, part).at(-1);
  if (isIndex(part)) return itemsOf(node, part)[Number(part)];
  if (isItem(part)) {
    const [key, value] = splitItem(part);
    return itemsOf(node, part).find((item) =>
      key === ""
        ? textOf(item) === value
        : item.kind === "map" && textOf(fieldOf(item, key) ?? bareNode("\0")) === value,
    );
  }
  if (isMissing(node)) return undefined;
  if (node.kind !== "map") throw new RenderProblem(`${part} is looked for in what is no mapping`);
  return fieldOf(node, part);
}

function matchField(node: YamlNode, [part = "", ...rest]: readonly string[], create: YamlNode["kind"] | undefined) {
  if (!isMissing(node) && node.kind !== "map") throw new RenderProblem(`${part} is looked for in what is no mapping`);
  let field = isMissing(node) ? undefined : fieldOf(node, part);
  if (field === undefined && create !== undefined && node.kind === "map") {
    field = emptyNode(kindFor(rest[0], create));
    setField(node, part, field);
  }
  return field === undefined ? undefined : matchPath(field, rest, create);
}

function matchIndex(node: YamlNode, [part = "", ...rest]: readonly string[], create: YamlNode["kind"] | undefined) {
  const items = itemsOf(node, part);
  const index = Number(part);
  if (items.length === index && create !== undefined) items.push(emptyNode(kindFor(rest[0], create)));
  const item = items[index];
  if (item === undefined) throw new RenderProblem(`index ${index} specified but only ${items.length} elements found`);
  return matchPath(item, rest, create);
}

function matchItems(
  node: YamlNode,
  path: readonly string[],
  create: YamlNode["kind"] | undefined,
): YamlNode[] | undefined {
  const [part = "", ...rest] = path;
  const [key, value] = splitItem(part);
  const pattern = goPattern(value);
  const items = itemsOf(node, part);
  const found = items.flatMap((item) => {
    const text = key === "" ? item : fieldOf(item, key);
    if (text === undefined || !pattern.test(printed(text))) return [];
    return key === "" ? [item] : (matchPath(item, rest, create) ?? []);
  });
  if (found.length > 0) return found;
  if (create === undefined) return undefined;
  const made = bareNode(value);
  items.push(key === "" ? made : { kind: "map", entries: [{ key, keyTag: "", value: made }] });
  // Looked for once more: it may not match its own pattern, and then kustomize does not end.
  if (!pattern.test(value)) throw new RenderProblem(`${part} cannot be made: the item would not match`);
  return matchItems(node, path, create);
}

/** A scalar as the text of a YAML file has it, quotes included: that is what the pattern is held against. */
function printed(node: YamlNode): string {
  if (node.kind !== "scalar") return "";
  return node.value.trim();
}

function itemsOf(node: YamlNode, part: string): YamlNode[] {
  if (isMissing(node)) return [];
  if (node.kind !== "list") throw new RenderProblem(`${part} is looked for in what is no list`);
  const list: YamlList = node;
  return list.items;
}

function kindFor(next: string | undefined, leaf: YamlNode["kind"]): YamlNode["kind"] {
  if (next === undefined || next === "") return leaf;
  return isItem(next) || isIndex(next) ? "list" : "map";
}

function isIndex(part: string): boolean {
  return /^\+?\d+$/.test(part);
}

function isItem(part: string): boolean {
  return part.startsWith("[") && part.endsWith("]");
}

function splitItem(part: string): [string, string] {
  const inner = part.slice(1, -1);
  const equals = inner.indexOf("=");
  if (equals < 0) throw new RenderProblem(`${part} must be of the form [field=value]`);
  return [inner.slice(0, equals), inner.slice(equals + 1)];
}
