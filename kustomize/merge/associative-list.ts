import { bareNode, fieldOf, isEmptyItem, putField, textOf, type YamlList, type YamlNode } from "../yaml/node.ts";
import { type MergeSchema, schemaOfItems } from "./merge-schema.ts";
import { mergeNodes } from "./strategic-merge.ts";

/** The values that an item has of the merge keys; empty where it has none. */
type KeyValues = readonly string[];

interface Lists {
  readonly object: YamlList;
  readonly patch: YamlList | undefined;
}

/**
 * Merges the items of two lists by their keys: what the patch has comes first, in its order, then what only the object
 * has. A port of kyaml yaml/walk/associative_sequence.go, with its way of telling items apart when some lack a key.
 */
export function mergeItems({ object, patch }: Lists, schema: MergeSchema): YamlList {
  const keys = schema.mergeKeys ?? [];
  const lists = patch ? [patch, object] : [object];
  const plain = keys.length === 0;
  const found = plain
    ? unique(lists.flatMap((list) => list.items.map((item) => [textOf(item)])))
    : valuesOf(lists, keys);
  if (found.length === 0) return object;
  const all = keys.length > 1 ? withoutGaps(found) : found;
  const merged: YamlList = { kind: "list", items: [] };
  let last: readonly string[] = plain ? [""] : keys;
  for (const values of all) {
    const valid = usedKeys(all, values, plain ? [""] : keys);
    last = valid.keys;
    const item = mergeNodes(
      { object: findItem(object, valid), patch: patch && findItem(patch, valid) },
      schemaOfItems(schema),
    );
    if (isEmptyItem(item) || item === undefined) setItem(object, valid, undefined);
    else setItem(merged, valid, withKeys(item, valid));
  }
  return appendItems(merged, object, last);
}

interface Keyed {
  readonly keys: readonly string[];
  readonly values: KeyValues;
}

function unique(all: readonly KeyValues[]): KeyValues[] {
  const seen = new Set<string>();
  return all.filter((values) => {
    const id = JSON.stringify(values);
    return seen.has(id) ? false : seen.add(id) && true;
  });
}

function valuesOf(lists: readonly YamlList[], keys: readonly string[]): KeyValues[] {
  return unique(lists.flatMap((list) => list.items.map((item) => keys.map((key) => textOf(fieldOf(item, key))))));
}

/** Items that have one key in common and of the others one has none count as the same. */
function withoutGaps(all: readonly KeyValues[]): KeyValues[] {
  const result = [...all];
  for (let one = 0; one < result.length; one += 1) {
    // What both are was read when the round began.
    const left = result[one] ?? [];
    for (let two = 0; two < result.length; two += 1) {
      const joined = join(left, result[two] ?? []);
      if (!joined) continue;
      result[one] = joined;
      result[two] = joined;
    }
  }
  return result;
}

function join(one: KeyValues, two: KeyValues): KeyValues | undefined {
  const differ = one.some((value, index) => value !== "" && two[index] !== "" && value !== two[index]);
  if (differ || !one.some((value, index) => value === two[index])) return undefined;
  return one.map((value, index) => value || (two[index] ?? ""));
}

/** Only the keys that some item has. */
function usedKeys(all: readonly KeyValues[], values: KeyValues, keys: readonly string[]): Keyed {
  const used = keys.filter((_key, index) => all.some((candidate) => candidate[index] !== ""));
  if (used.length === 0) return { keys, values };
  return {
    keys: used,
    values: values.filter((value, index) => value !== "" || used.includes(keys[index] ?? "")),
  };
}

function findItem(list: YamlList, { keys, values }: Keyed): YamlNode | undefined {
  const own = usedKeys([values], values, keys);
  return list.items.find((item) => {
    if (own.keys[0] === "") return textOf(item) === own.values[0];
    return item.kind === "map" && own.keys.every((key, index) => hasText(item, key, own.values[index] ?? ""));
  });
}

function hasText(item: YamlNode, key: string, value: string): boolean {
  const field = fieldOf(item, key);
  return field !== undefined && textOf(field) === value;
}

function withKeys(item: YamlNode, { keys, values }: Keyed): YamlNode {
  if (item.kind !== "map") return item;
  for (const [index, key] of keys.entries()) {
    const value = values[index] ?? "";
    if (fieldOf(item, key) === undefined && value !== "") putField(item, key, bareNode(value));
  }
  return item;
}

/** Replaces the items that match, or adds one; undefined takes them out. Empty items go on the way. */
function setItem(list: YamlList, keyed: Keyed, element: YamlNode | undefined): void {
  const items: YamlNode[] = [];
  let found = false;
  for (const item of list.items) {
    if (isEmptyItem(item)) continue;
    if (item.kind !== "map" && keyed.keys[0] !== "" && (keyed.values[0] ?? "") !== "") items.push(item);
    else if (matches(item, keyed)) {
      found = true;
      if (element) items.push(element);
    } else if (keyed.values.length > 0) items.push(item);
  }
  if (element && !found) items.push(element);
  list.items = items;
}

/** An empty value asks only that the key is there. */
function matches(item: YamlNode, { keys, values }: Keyed): boolean {
  let met = false;
  for (const [index, key] of keys.entries()) {
    const value = values[index];
    if (value !== undefined) {
      if (key === "") met = item.kind === "scalar" && item.value === value;
      else met = value === "" ? fieldOf(item, key) !== undefined : hasText(item, key, value);
    }
    if (!met) return false;
  }
  return met;
}

function appendItems(target: YamlList, source: YamlList, keys: readonly string[]): YamlList {
  for (const item of source.items) {
    if (keys[0] === "") {
      setItem(target, { keys: [""], values: [textOf(item)] }, item);
      continue;
    }
    const values: string[] = [];
    for (const key of keys) {
      const value = fieldOf(item, key);
      if (value === undefined) target.items.push(item);
      else values.push(textOf(value));
    }
    if (keys.length > 1) setItem(target, { keys, values }, undefined);
    setItem(target, { keys, values }, item);
  }
  return target;
}
