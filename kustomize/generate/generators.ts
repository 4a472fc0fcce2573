import type { Folder } from "../kustomization/folder.ts";
import type { GeneratorArgs, GeneratorOptions } from "../kustomization/kustomization.ts";
import { RenderProblem } from "../kustomize-error.ts";
import { NOTES, Resource } from "../resource/resource.ts";
import { putField, textNode, type YamlEntry, type YamlMap, type YamlNode } from "../yaml/node.ts";
import { type KeyValue, keyValues } from "./key-values.ts";

/** Makes the ConfigMap of an entry of `configMapGenerator`. */
export function makeConfigMap(args: GeneratorArgs, folder: Folder, shared: GeneratorOptions | undefined): Resource {
  const pairs = sorted(keyValues(args, folder));
  const data: [string, YamlEntry[]][] = [
    ["data", pairs.flatMap(([key, value]) => (typeof value === "string" ? [entry(key, value)] : []))],
    [
      "binaryData",
      pairs.flatMap(([key, value]) => (typeof value === "string" ? [] : [entry(key, inLines(base64(value)))])),
    ],
  ];
  const node = bareObject("ConfigMap", args);
  for (const [field, entries] of data) if (entries.length > 0) putField(node, field, { kind: "map", entries });
  return finish(node, args, shared);
}

/** Makes the Secret of an entry of `secretGenerator`. */
export function makeSecret(args: GeneratorArgs, folder: Folder, shared: GeneratorOptions | undefined): Resource {
  const node = bareObject("Secret", args);
  putField(node, "type", textNode(args.type || "Opaque"));
  const entries = sorted(keyValues(args, folder)).map(([key, value]) => entry(key, inLines(base64(value))));
  putField(node, "data", { kind: "map", entries });
  return finish(node, args, shared);
}

function bareObject(kind: string, { name, namespace }: GeneratorArgs): YamlMap {
  if (!name) throw new RenderProblem(`a generated ${kind} must have a name`);
  const metadata: YamlMap = { kind: "map", entries: [entry("name", name)] };
  if (namespace) metadata.entries.push(entry("namespace", namespace));
  return {
    kind: "map",
    entries: [entry("apiVersion", "v1"), entry("kind", kind), { key: "metadata", keyTag: "", value: metadata }],
  };
}

function finish(node: YamlMap, args: GeneratorArgs, shared: GeneratorOptions | undefined): Resource {
  const resource = new Resource(node);
  const labels = new Map([...(shared?.labels ?? []), ...(args.options?.labels ?? [])]);
  const annotations = new Map([...(shared?.annotations ?? []), ...(args.options?.annotations ?? [])]);
  if (labels.size > 0) resource.setLabels(labels);
  if (annotations.size > 0) resource.setAnnotations(annotations);
  if (shared?.immutable || args.options?.immutable) {
    const yes: YamlNode = { kind: "scalar", tag: "!!bool", value: "true", quoted: false };
    putField(node, "immutable", yes);
  }
  const hashless = shared?.disableNameSuffixHash || args.options?.disableNameSuffixHash;
  if (!hashless) resource.setNote(NOTES.needsHash, "enabled");
  const behavior = args.behavior ?? "";
  resource.setNote(NOTES.behavior, ["create", "replace", "merge"].includes(behavior) ? behavior : "unspecified");
  return resource;
}

function entry(key: string, value: string): YamlEntry {
  return { key, keyTag: "", value: textNode(value) };
}

function sorted(pairs: readonly KeyValue[]): KeyValue[] {
  return pairs.toSorted(([one], [other]) => (one < other ? -1 : 1));
}

function base64(value: string | Uint8Array): string {
  const bytes = typeof value === "string" ? new TextEncoder().encode(value) : value;
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
}

const LINE = 70;

/** Long base64 in lines, each with its end, as kustomize writes it. */
function inLines(text: string): string {
  if (Math.floor(text.length / LINE) + 1 === 1) return text;
  return (text.match(new RegExp(`.{1,${LINE}}`, "g")) ?? []).map((line) => `${line}\n`).join("");
}
