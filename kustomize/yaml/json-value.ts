import { RenderProblem } from "../kustomize-error.ts";
import type { YamlEntry, YamlNode, YamlScalar } from "./node.ts";
import { textNode } from "./node.ts";
import { resolveScalar, resolveTagged, type ScalarData, type YamlVersion } from "./scalar-resolution.ts";

/** What JSON can say; whole numbers that do not fit a double are bigints. */
export type JsonValue = string | number | bigint | boolean | null | JsonValue[] | JsonObject;

export interface JsonObject {
  [field: string]: JsonValue;
}

/** Whether a value is a mapping. */
export function isJsonObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * What a node stands for, once all is done. Version 1.1 is how kustomize reads its own files and JSON patches.
 * Throws a RenderProblem that names the line for keys that are no text or are there twice, and for scalars that are not what
 * their tag says.
 */
export function toJson(node: YamlNode, version: YamlVersion = "1.2"): JsonValue {
  if (node.kind === "list") return node.items.map((item) => toJson(item, version));
  if (node.kind === "scalar") return finite(node, scalarData(node, version));
  const object: JsonObject = {};
  for (const entry of node.entries) {
    const key = keyText(entry, version);
    if (Object.hasOwn(object, key)) throw new RenderProblem(`${at(entry.line)}key "${key}" is there twice`);
    Object.defineProperty(object, key, {
      value: toJson(entry.value, version),
      enumerable: true,
      configurable: true,
      writable: true,
    });
  }
  return object;
}

/**
 * What a scalar stands for. Quoted is text, and so is what is quoted because what was there before was; only where the
 * text is not of its tag, the tag is written out, and must then fit.
 */
export function scalarData(node: YamlScalar, version: YamlVersion = "1.2"): ScalarData {
  const { tag, value, quoted } = node;
  if (tag === "!!str") return version === "1.1" && !quoted ? dataOf1_1(value) : value;
  const resolved = resolveScalar(value);
  if (tag === "" || tag === resolved.tag) {
    if (quoted || value.includes("\n")) return value;
    return resolved.tag === "!!timestamp" && version === "1.1" ? value : resolved.data;
  }
  try {
    return resolveTagged(tag, value);
  } catch (error) {
    if (!(error instanceof RenderProblem)) throw error;
    throw new RenderProblem(`${at(node.line)}${error.message}`, { cause: error });
  }
}

/** A key as text. In YAML 1.1 a bare `n` is a truth value and a bare 010 is eight, and as such they become text. */
export function keyIn1_1({ key, keyQuoted, line }: YamlEntry): string {
  if (keyQuoted) return key;
  const { tag, data } = resolveScalar(key, "1.1");
  if (tag === "!!null") throw new RenderProblem(`${at(line)}a key that is null`);
  return tag === "!!timestamp" ? key : String(data);
}

/** Makes a node of a value as kustomize does after a JSON patch. */
export function fromJson(value: JsonValue): YamlNode {
  if (Array.isArray(value)) return { kind: "list", items: value.map(fromJson) };
  if (isJsonObject(value)) {
    const entries = Object.keys(value)
      .sort()
      .map((key): YamlEntry => ({ key, keyTag: "!!str", value: fromJson(value[key] ?? null) }));
    return { kind: "map", entries };
  }
  if (typeof value === "string") return { ...textNode(value), quoted: resolveScalar(value, "1.1").tag !== "!!str" };
  if (value === null) return { kind: "scalar", tag: "!!null", value: "null", quoted: false };
  if (typeof value === "boolean") return { kind: "scalar", tag: "!!bool", value: String(value), quoted: false };
  const text = numberText(Number(value));
  return { kind: "scalar", tag: resolveScalar(text).tag, value: text, quoted: false };
}

/** A number as Go's shortest `%g` writes it, which is how kustomize writes what is not whole. */
export function numberText(value: number): string {
  const [mantissa = "0", exponent = "0"] = value.toExponential().split("e");
  const power = Number(exponent);
  if (power >= -4 && power < 6) return String(value);
  return `${mantissa}e${power < 0 ? "-" : "+"}${String(Math.abs(power)).padStart(2, "0")}`;
}

/** Text that YAML 1.1 takes for a truth value, in a file that kustomize reads as YAML 1.1. */
function dataOf1_1(value: string): ScalarData {
  const resolved = resolveScalar(value, "1.1");
  return resolved.tag === "!!bool" ? resolved.data : value;
}

function finite(node: YamlScalar, data: ScalarData): ScalarData {
  if (typeof data === "number" && !Number.isFinite(data)) {
    throw new RenderProblem(`${at(node.line)}${node.value} cannot be written as JSON`);
  }
  return data;
}

function keyText(entry: YamlEntry, version: YamlVersion): string {
  if (version === "1.1") return keyIn1_1(entry);
  const { key, keyTag, line } = entry;
  if (keyTag === "!!str" || keyTag === "!!merge") return key;
  if (keyTag === "" && resolveScalar(key).tag === "!!str") return key;
  throw new RenderProblem(`${at(line)}the key ${key} is no text; put it in quotes`);
}

function at(line: number | undefined): string {
  return line === undefined ? "" : `line ${line}: `;
}
