import type { Resource } from "../resource/resource.ts";
import { isJsonObject, type JsonObject, type JsonValue, toJson } from "../yaml/json-value.ts";
import { fieldOf, textOf, type YamlNode } from "../yaml/node.ts";
import { sha256 } from "./sha256.ts";

/** Letters for digits that could form words, as Kubernetes' names have them. */
const SAFE: Readonly<Record<string, string>> = { "0": "g", "1": "h", "3": "k", a: "m", e: "t" };

/**
 * The hash that kustomize puts after the name of a generated ConfigMap or Secret (api/hasher/hasher.go): of its data and,
 * for a Secret, its type. The name has no part in it: kustomize looks for it in a field that never is there.
 */
export function nameHash(resource: Resource): string {
  const content = resource.kind === "Secret" ? secretContent(resource) : configMapContent(resource);
  const digest = sha256(goJson(content)).slice(0, 10);
  return [...digest].map((letter) => SAFE[letter] ?? letter).join("");
}

function configMapContent({ node }: Resource): JsonObject {
  const binaryData = contentOf(fieldOf(node, "binaryData"));
  return {
    ...(isJsonObject(binaryData) ? { binaryData } : {}),
    data: contentOf(fieldOf(node, "data")),
    kind: "ConfigMap",
    name: "",
  };
}

function secretContent({ node }: Resource): JsonObject {
  const stringData = contentOf(fieldOf(node, "stringData"));
  return {
    data: contentOf(fieldOf(node, "data")),
    kind: "Secret",
    name: "",
    ...(isJsonObject(stringData) ? { stringData } : {}),
    type: contentOf(fieldOf(node, "type")),
  };
}

function contentOf(node: YamlNode | undefined): JsonValue {
  if (node === undefined) return "";
  return node.kind === "scalar" ? textOf(node) : toJson(node);
}

/** JSON as Go writes it: keys sorted, and what could be HTML escaped. */
function goJson(value: JsonValue): string {
  if (Array.isArray(value)) return `[${value.map(goJson).join(",")}]`;
  if (isJsonObject(value)) {
    const keys = Object.keys(value).sort();
    return `{${keys.map((key) => `${goJson(key)}:${goJson(value[key] ?? null)}`).join(",")}}`;
  }
  if (typeof value === "bigint") return String(Number(value));
  const text = JSON.stringify(value).replace(/[<>&\u2028\u2029]/g, unicodeEscape);
  return text.replace(/\\b/g, "\\u0008").replace(/\\f/g, "\\u000c");
}

function unicodeEscape(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
