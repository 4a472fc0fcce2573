import { resolveScalar } from "./scalar-resolution.ts";

/** A scalar as it stands in a file, before it is a number, a truth value or text. */
export interface YamlScalar {
  kind: "scalar";
  /** `!!str`, `!!int`, ... as read; empty when made here: then its text decides, as if it were read. */
  tag: string;
  value: string;
  /** Quoted or a block: without a tag it is text then. */
  quoted: boolean;
  /** A null that a merge must not take for "remove this field". */
  keep?: boolean;
  line?: number;
}

/** A field of a mapping. */
export interface YamlEntry {
  key: string;
  /** As of a scalar; only text can be a key in the end. */
  keyTag: string;
  keyQuoted?: boolean;
  value: YamlNode;
  line?: number;
}

export interface YamlMap {
  kind: "map";
  entries: YamlEntry[];
  line?: number;
}

export interface YamlList {
  kind: "list";
  items: YamlNode[];
  line?: number;
}

/**
 * What kustomize works on between reading and printing: a tree that still knows how scalars were written. Changed in
 * place, as there.
 */
export type YamlNode = YamlScalar | YamlMap | YamlList;

/** A scalar that is text, whatever it looks like. */
export function textNode(value: string): YamlScalar {
  return { kind: "scalar", tag: "!!str", value, quoted: false };
}

/** A scalar whose text decides what it is. */
export function bareNode(value: string): YamlScalar {
  return { kind: "scalar", tag: "", value, quoted: false };
}

/** An empty node of a kind. */
export function emptyNode(kind: YamlNode["kind"]): YamlNode {
  if (kind === "map") return { kind, entries: [] };
  if (kind === "list") return { kind, items: [] };
  return bareNode("");
}

/** Whether there is nothing: no node, or an explicit null. */
export function isMissing(node: YamlNode | undefined): node is undefined {
  return node === undefined || isNull(node);
}

/** Whether a node is an explicit null. */
export function isNull(node: YamlNode): boolean {
  return node.kind === "scalar" && node.tag === "!!null";
}

/** Whether a node is missing, null, or a mapping or list without content. */
export function isEmpty(node: YamlNode | undefined): boolean {
  if (node === undefined || isNull(node)) return true;
  if (node.kind === "map") return node.entries.length === 0;
  return node.kind === "list" && node.items.length === 0;
}

/** Whether an item counts for nothing in a list that merges by key: null, or a mapping without fields. */
export function isEmptyItem(node: YamlNode | undefined): boolean {
  return isMissing(node) || (node.kind === "map" && node.entries.length === 0);
}

/** The value of a field; undefined for other nodes than mappings. */
export function fieldOf(node: YamlNode | undefined, name: string): YamlNode | undefined {
  return node?.kind === "map" ? node.entries.find((entry) => entry.key === name)?.value : undefined;
}

/** The value below a chain of fields. */
export function nodeAt(node: YamlNode | undefined, ...names: string[]): YamlNode | undefined {
  return names.reduce(fieldOf, node);
}

/** The text of a scalar; empty for what is none. */
export function textOf(node: YamlNode | undefined): string {
  return node?.kind === "scalar" ? node.value : "";
}

/** Puts a value into a mapping, whatever it is. */
export function putField(map: YamlMap, name: string, value: YamlNode): void {
  const entry = map.entries.find(({ key }) => key === name);
  if (entry) entry.value = value;
  else map.entries.push({ key: name, keyTag: "", value });
}

/**
 * Sets a field as kustomize does: nothing and null remove it; a value takes on how the one before it was quoted. What is
 * there is overwritten where it stands, so that a label which kustomize put in several places changes in all of them.
 */
export function setField(map: YamlMap, name: string, value: YamlNode | undefined): void {
  if (value === undefined || (isNull(value) && !(value.kind === "scalar" && value.keep))) {
    removeField(map, name);
    return;
  }
  quoteAmbiguous(value);
  const present = fieldOf(map, name);
  if (present === value) return;
  if (present === undefined) {
    putField(map, name, value);
    return;
  }
  if (value.kind === "scalar") value.quoted = present.kind === "scalar" && present.quoted;
  overwriteNode(present, value);
}

/** Sets the text of a scalar, as kustomize does: it stays quoted as it was, and is of the tag given. */
export function setScalar(node: YamlScalar, value: string, tag = ""): void {
  node.value = value;
  node.tag = tag;
}

export function removeField(map: YamlMap, name: string): void {
  const index = map.entries.findIndex(({ key }) => key === name);
  if (index >= 0) map.entries.splice(index, 1);
}

/** The mapping in a field, made when it is missing or null. Undefined when something else is there. */
export function mapIn(map: YamlMap, name: string): YamlMap | undefined {
  const present = fieldOf(map, name);
  if (present !== undefined && !isNull(present)) return present.kind === "map" ? present : undefined;
  const made: YamlMap = { kind: "map", entries: [] };
  putField(map, name, made);
  return made;
}

/** A copy that shares nothing, not even within itself. */
export function cloneNode<T extends YamlNode>(node: T): T {
  if (node.kind === "map") {
    return { ...node, entries: node.entries.map((entry) => ({ ...entry, value: cloneNode(entry.value) })) };
  }
  return node.kind === "list" ? { ...node, items: node.items.map(cloneNode) } : { ...node };
}

/** Makes `target` what `source` is, where it stands. */
export function overwriteNode(target: YamlNode, source: YamlNode): void {
  for (const key of Object.keys(target)) Reflect.deleteProperty(target, key);
  Object.assign(target, source.kind === "map" ? { ...source, entries: [...source.entries] } : source);
}

function quoteAmbiguous(value: YamlNode): void {
  if (value.kind !== "scalar" || value.quoted || value.tag !== "") return;
  value.quoted = value.value !== "" && !value.value.includes("\n") && resolveScalar(value.value, "1.1").tag !== "!!str";
}
